import type { Random } from "../ports/random";

export interface BackoffOptions {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Karpenter's bounds for what failed: from one second to one minute. */
export const failureBackoff: BackoffOptions = { firstMs: 1_000, mostMs: 60_000 };
/** For losing a race: at once in practice, yet no hot loop while our mirror catches up. */
export const conflictBackoff: BackoffOptions = { firstMs: 10, mostMs: 1_000 };

/** How long each key waits after its latest failure: twice as long every time, jittered, up to a bound. */
export class Backoff {
  readonly #random: Random;
  readonly #options: BackoffOptions;
  readonly #failures = new Map<string, number>();

  constructor(random: Random, options: BackoffOptions) {
    this.#random = random;
    this.#options = options;
  }

  /** Counts one more failure; the milliseconds to wait, between half and all of the doubled time. */
  next(key: string): number {
    const failures = this.failuresOf(key);
    this.#failures.set(key, failures + 1);
    const { firstMs, mostMs } = this.#options;
    return Math.min(mostMs, firstMs * 2 ** failures) * (0.5 + this.#random.fraction() / 2);
  }

  /** Failures of the key since it was last forgotten. */
  failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The key succeeded, or is gone. */
  forget(key: string): void {
    this.#failures.delete(key);
  }
}
