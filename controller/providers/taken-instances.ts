/** What EC2 said is left of a reservation, and to which of our questions. */
interface Stock {
  readonly available: number;
  readonly question: number;
}

/** One instance that a launch takes. */
interface Taking {
  /** The uid of the claim that is launched. */
  readonly claim: string;
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

  /**
   * Undefined for a reservation never heard of.
   * @param claims uids of claims that each will take one; whether their launches have begun is no matter
   */
  left(id: string, claims: readonly string[] = []): number | undefined {
    const stock = this.#stock.get(id);
    const launching = [...this.#takenFrom(id)].map(({ claim }) => claim);
    return stock && Math.max(0, stock.available - new Set([...launching, ...claims]).size);
  }

  /** EC2 is about to be asked. Returns what is to be told of the answer. */
  asking(): (answer: readonly { readonly id: string; readonly available: number }[]) => void {
    this.#questions += 1;
    const question = this.#questions;
    return (answer) => {
      for (const { id, available } of answer) this.#hear(id, { available, question });
    };
  }

  /** The launch of a claim is about to take one instance. Returns how to say whether it did. */
  take(id: string, claim: string): (isTaken: boolean) => void {
    const taking: Taking = { claim, before: undefined };
    const taken = this.#takenFrom(id);
    taken.add(taking);
    return (isTaken) => {
      if (isTaken) taking.before = this.#questions;
      else taken.delete(taking);
    };
  }

  /** EC2 launched nothing: nothing is left, whatever earlier answers said. */
  exhausted(id: string): void {
    this.#stock.set(id, { available: 0, question: this.#questions });
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
}
