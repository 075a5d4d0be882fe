import type { Clock } from "../ports/clock";

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** How many keys at once. */
  readonly concurrency: number;
  /** Works on a key. It must not reject: what failed is the worker's business to add again. */
  readonly work: (key: string) => Promise<void>;
  /** Called after every change of `depth` or `active`. */
  readonly changed?: () => void;
}

/**
 * Keys to be worked on: each waits once, however often it is added; none is worked on twice at once; a key added while
 * it is worked on comes again afterwards. Of several delays for one key, the earliest counts.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #ready = new Set<string>();
  readonly #active = new Set<string>();
  /** Added while active: to be worked on again. */
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { readonly dueAt: number; readonly cancel: AbortController }>();
  #stopped = false;
  #idle: (() => void) | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Keys that wait for a worker; delayed ones do not count. */
  get depth(): number {
    return this.#ready.size + this.#again.size;
  }

  get active(): number {
    return this.#active.size;
  }

  /** Works on the key soon, or in so many milliseconds. */
  add(key: string, afterMs = 0): void {
    if (this.#stopped) return;
    if (afterMs > 0) {
      this.#delay(key, afterMs);
      return;
    }
    this.#undelay(key);
    (this.#active.has(key) ? this.#again : this.#ready).add(key);
    this.#pump();
  }

  /** Drops what waits; resolves when what is at work has finished. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const key of [...this.#delayed.keys()]) this.#undelay(key);
    this.#ready.clear();
    this.#again.clear();
    if (this.#active.size > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
  }

  #delay(key: string, afterMs: number): void {
    const dueAt = this.#options.clock.now() + afterMs;
    const earlier = this.#delayed.get(key);
    if (this.#ready.has(key) || this.#again.has(key) || (earlier && earlier.dueAt <= dueAt)) return;
    earlier?.cancel.abort();
    const cancel = new AbortController();
    this.#delayed.set(key, { dueAt, cancel });
    this.#options.clock.sleep(afterMs, cancel.signal).then(
      () => {
        this.add(key);
      },
      // Sleeping ends early only when it is cancelled.
      () => undefined,
    );
  }

  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel.abort();
    this.#delayed.delete(key);
  }

  #pump(): void {
    for (const key of this.#ready) {
      if (this.#active.size >= this.#options.concurrency) break;
      this.#ready.delete(key);
      this.#active.add(key);
      void this.#work(key);
    }
    this.#options.changed?.();
  }

  async #work(key: string): Promise<void> {
    try {
      await this.#options.work(key);
    } finally {
      this.#active.delete(key);
      if (this.#again.delete(key)) this.#ready.add(key);
      this.#pump();
      if (this.#active.size === 0) this.#idle?.();
    }
  }
}
