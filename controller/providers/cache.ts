import type { Clock } from "../ports/clock";

interface Entry<T> {
  readonly at: number;
  readonly value: Promise<T>;
}

/** Remembers answers for a while. Askers at the same time share one question; a failure is not remembered. */
export class Cache<T> {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  /** The remembered answer, or that of `ask`. */
  async get(key: string, ask: () => Promise<T>): Promise<T> {
    this.#forgetOld();
    const known = this.#entries.get(key);
    if (known) return known.value;
    const entry = { at: this.#clock.now(), value: ask() };
    this.#entries.set(key, entry);
    try {
      return await entry.value;
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  #forgetOld(): void {
    const oldest = this.#clock.now() - this.#ttlMs;
    for (const [key, { at }] of this.#entries) if (at <= oldest) this.#entries.delete(key);
  }
}
