import type { Clock } from "../ports/clock";

/** How long EC2 is not asked again for what it just did not have. */
const UNAVAILABLE_MS = 3 * 60_000;

export interface OfferingId {
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
}

/** What had no capacity a moment ago. */
export class UnavailableOfferings {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();
  #sequence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add({ capacityType, instanceType, zone }: OfferingId): void {
    this.#mark(`${capacityType}:${instanceType}:${zone}`);
  }

  /** A whole capacity type: an account that may not buy spot, say. */
  addCapacityType(capacityType: string): void {
    this.#mark(capacityType);
  }

  has({ capacityType, instanceType, zone }: OfferingId): boolean {
    this.#forgetOld();
    return this.#until.has(capacityType) || this.#until.has(`${capacityType}:${instanceType}:${zone}`);
  }

  /** Grows whenever an offering goes or comes back, so that whoever remembers an answer knows when to ask again. */
  get sequence(): number {
    this.#forgetOld();
    return this.#sequence;
  }

  #mark(key: string): void {
    this.#until.set(key, this.#clock.now() + UNAVAILABLE_MS);
    this.#sequence += 1;
  }

  #forgetOld(): void {
    const now = this.#clock.now();
    for (const [key, until] of this.#until) {
      if (until > now) continue;
      this.#until.delete(key);
      this.#sequence += 1;
    }
  }
}
