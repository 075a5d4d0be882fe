import type { Offer } from "./template";

/** What a planned node that counts on a reservation is known by. */
type Holder = object;

type Sold = Pick<Offer, "offering">;

/**
 * Who counts on which capacity reservation: planned nodes of all pools share what is left, each holds one instance at
 * most, and holding it again changes nothing.
 */
export class Reservations {
  readonly #left = new Map<string, number>();
  readonly #held = new Map<Holder, string>();
  /** Whether pods that a reservation suits wait for it, rather than take what is not reserved. */
  readonly isStrict: boolean;

  /** Where pools differ in what they know of a reservation, the least counts. */
  constructor(offers: Iterable<Sold>, isStrict: boolean) {
    this.isStrict = isStrict;
    for (const { offering } of offers) {
      if (offering.reservation === undefined) continue;
      const { id, remaining } = offering.reservation;
      this.#left.set(id, Math.min(remaining, this.#left.get(id) ?? Infinity));
    }
  }

  /** How many instances each reservation has left, by its id. */
  get stock(): ReadonlyMap<string, number> {
    return this.#left;
  }

  /** Whether the offering can be bought once more. Without a reservation it always can. */
  has({ offering: { reservation } }: Sold): boolean {
    return reservation === undefined || this.#leftIn(reservation.id) > 0;
  }

  /** @throws RangeError when nothing is left of the reservation */
  hold(holder: Holder, sold: Sold): void {
    const id = sold.offering.reservation?.id;
    if (this.#held.get(holder) === id) return;
    if (!this.has(sold)) throw new RangeError(`reservation ${id ?? ""} has no instance left`);
    this.release(holder);
    if (id === undefined) return;
    this.#left.set(id, this.#leftIn(id) - 1);
    this.#held.set(holder, id);
  }

  /** What the node held is there for others again. */
  release(holder: Holder): void {
    const id = this.#held.get(holder);
    if (id === undefined) return;
    this.#held.delete(holder);
    this.#left.set(id, this.#leftIn(id) + 1);
  }

  #leftIn(id: string): number {
    const left = this.#left.get(id);
    if (left === undefined) throw new RangeError(`reservation ${id} is not known`);
    return left;
  }
}
