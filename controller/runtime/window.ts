import type { Clock } from "../ports/clock";

export interface WindowOptions {
  /** Silence that closes the window. */
  readonly idleMs: number;
  /** How long it stays open at most, from its first key on. */
  readonly maxMs: number;
}

/**
 * Collects a burst into one batch: it opens with the first key, and closes once nothing new came for a while,
 * or when it has been open too long. A key that is in already prolongs nothing, so that pods which keep
 * asking cannot hold it open.
 */
export class Window {
  readonly #clock: Clock;
  readonly #options: WindowOptions;
  readonly #keys = new Set<string>();
  #openedAt = 0;
  #lastAt = 0;
  #opened: (() => void) | undefined;

  constructor(clock: Clock, options: WindowOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  trigger(key: string): void {
    if (this.#keys.has(key)) return;
    this.#lastAt = this.#clock.now();
    if (this.#keys.size === 0) this.#openedAt = this.#lastAt;
    this.#keys.add(key);
    this.#opened?.();
  }

  /**
   * Resolves when a window has closed, with its keys; rejects when `signal` is aborted first. Wait in one place only.
   */
  async wait(signal: AbortSignal): Promise<ReadonlySet<string>> {
    if (this.#keys.size === 0) await this.#untilOpen(signal);
    for (let left = this.#leftMs(); left > 0; left = this.#leftMs()) await this.#clock.sleep(left, signal);
    const keys = new Set(this.#keys);
    this.#keys.clear();
    return keys;
  }

  /** Until it closes, if nothing new comes. */
  #leftMs(): number {
    const { idleMs, maxMs } = this.#options;
    return Math.min(this.#lastAt + idleMs, this.#openedAt + maxMs) - this.#clock.now();
  }

  #untilOpen(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        // An abort reason is whatever the stopper chose; it is passed on unchanged.
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        aborted();
        return;
      }
      signal.addEventListener("abort", aborted, { once: true });
      this.#opened = () => {
        signal.removeEventListener("abort", aborted);
        resolve();
      };
    });
  }
}
