import type { Clock } from "#controller/ports/clock";

interface Sleeper {
  readonly dueAt: number;
  readonly wake: () => void;
}

/** Time that stands still until the test moves it. */
export class FakeClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(now = Date.parse("2026-01-01T00:00:00Z")) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error); // whatever the test aborted with
      };
      const sleeper: Sleeper = {
        dueAt: this.#now + Math.max(0, ms),
        wake() {
          signal?.removeEventListener("abort", aborted);
          resolve();
        },
      };
      if (signal?.aborted) {
        aborted();
        return;
      }
      signal?.addEventListener("abort", aborted, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /**
   * Lets so much time pass, waking each sleeper at its own moment and letting everything that follows from it happen.
   */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (let next = this.#earliest(until); next; next = this.#earliest(until)) {
      this.#sleepers.delete(next);
      this.#now = Math.max(this.#now, next.dueAt);
      next.wake();
      await settled();
    }
    this.#now = until;
  }

  #earliest(until: number): Sleeper | undefined {
    let earliest: Sleeper | undefined;
    for (const sleeper of this.#sleepers)
      if (sleeper.dueAt <= until && (!earliest || sleeper.dueAt < earliest.dueAt)) earliest = sleeper;
    return earliest;
  }
}

/** Everything that waits for nothing but promises has happened. */
export const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
