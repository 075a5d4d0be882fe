/** What EC2 said is left of a reservation, and to which of our questions. */
interface Stock {
  readonly available: number;
  readonly question: number;
}

/** One instance that a launch takes. */
interface Taking {
  /** The last question put to EC2 when the instance was launched; undefined while it is not. */
  before: number | undefined;
}

/**
 * How many instances reservations have left: EC2's numbers, less what launches take. An answer of EC2 counts what was
 * launched before it was asked for, and nothing else for certain.
 */
export class TakenInstances {
  readonly #stock = new Map<string, Stock>();
  readonly #taken = new Map<string, Set<Taking>>();
  #questions = 0;
  #sequence = 0;

  /** Undefined for a reservation never heard of. */
  left(id: string): number | undefined {
    const stock = this.#stock.get(id);
    return stock && Math.max(0, stock.available - this.#takenFrom(id).size);
  }

  /** Grows whenever what is left may have changed. */
  get sequence(): number {
    return this.#sequence;
  }

  /** EC2 is about to be asked. Returns what is to be told of the answer. */
  asking(): (answer: readonly { readonly id: string; readonly available: number }[]) => void {
    this.#questions += 1;
    const question = this.#questions;
    return (answer) => {
      for (const { id, available } of answer) {
        this.#changing(id, () => {
          this.#hear(id, { available, question });
        });
      }
    };
  }

  /** A launch is about to take one instance. Returns how to say whether it did. */
  take(id: string): (isTaken: boolean) => void {
    const taking: Taking = { before: undefined };
    const taken = this.#takenFrom(id);
    this.#changing(id, () => taken.add(taking));
    return (isTaken) => {
      if (isTaken) taking.before = this.#questions;
      else this.#changing(id, () => taken.delete(taking));
    };
  }

  /** EC2 launched nothing: nothing is left, whatever earlier answers said. */
  exhausted(id: string): void {
    this.#changing(id, () => this.#stock.set(id, { available: 0, question: this.#questions }));
  }

  #hear(id: string, stock: Stock): void {
    // Answers may overtake each other.
    if ((this.#stock.get(id)?.question ?? -1) >= stock.question) return;
    this.#stock.set(id, stock);
    for (const taking of this.#takenFrom(id)) {
      if (taking.before !== undefined && taking.before < stock.question) this.#takenFrom(id).delete(taking);
    }
  }

  #takenFrom(id: string): Set<Taking> {
    const taken = this.#taken.get(id) ?? new Set<Taking>();
    this.#taken.set(id, taken);
    return taken;
  }

  #changing(id: string, change: () => unknown): void {
    const before = this.left(id);
    change();
    if (this.left(id) !== before) this.#sequence += 1;
  }
}
