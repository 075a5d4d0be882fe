import type { Clock } from "../ports/clock";

export interface BatchOptions<In, Out> {
  readonly clock: Clock;
  /** Silence that closes a batch. */
  readonly idleMs: number;
  /** A batch closes at this age, silence or not. */
  readonly maxMs: number;
  readonly maxItems: number;
  /** One call for all; answers in the order of the items. An answer that is an Error rejects that asker alone. */
  readonly run: (items: readonly In[]) => Promise<readonly (Out | Error)[]>;
}

interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: Error) => void;
}

interface Batch<In, Out> {
  readonly openedAt: number;
  readonly waiting: Waiting<In, Out>[];
  lastAt: number;
}

/** Many askers, one call: gathers items until nobody has asked for a moment, then asks AWS once. */
export class Batcher<In, Out> {
  readonly #options: BatchOptions<In, Out>;
  #open: Batch<In, Out> | undefined;

  constructor(options: BatchOptions<In, Out>) {
    this.#options = options;
  }

  async add(item: In): Promise<Out> {
    return new Promise<Out>((resolve, reject) => {
      const batch = this.#batch();
      batch.waiting.push({ item, resolve, reject });
      batch.lastAt = this.#options.clock.now();
      if (batch.waiting.length >= this.#options.maxItems) this.#close(batch);
    });
  }

  #batch(): Batch<In, Out> {
    if (this.#open) return this.#open;
    const now = this.#options.clock.now();
    const batch: Batch<In, Out> = { openedAt: now, lastAt: now, waiting: [] };
    this.#open = batch;
    void this.#watch(batch);
    return batch;
  }

  /** Sleeps until the batch has been silent for long enough, or is too old, and closes it. */
  async #watch(batch: Batch<In, Out>): Promise<void> {
    const { clock, idleMs, maxMs } = this.#options;
    let due = clock.now() + idleMs;
    while (this.#open === batch && clock.now() < due) {
      await clock.sleep(due - clock.now());
      due = Math.min(batch.lastAt + idleMs, batch.openedAt + maxMs);
    }
    this.#close(batch);
  }

  #close(batch: Batch<In, Out>): void {
    if (this.#open !== batch) return;
    this.#open = undefined;
    void this.#run(batch.waiting);
  }

  async #run(waiting: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const answers = await this.#options.run(waiting.map(({ item }) => item));
      for (const [index, { resolve, reject }] of waiting.entries()) {
        const answer = answers[index];
        if (answer === undefined) reject(new Error("the batch call gave no answer for this item"));
        else if (answer instanceof Error) reject(answer);
        else resolve(answer);
      }
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      for (const { reject } of waiting) reject(reason);
    }
  }
}
