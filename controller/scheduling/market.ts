import type { Ask } from "./backlog";
import type { PoolPlan } from "./pool-plan";
import type { Scope } from "./scope";
import { affords, type Offer } from "./template";
import { isFree } from "./ties";
import { covers, maximum, type Vector } from "./vector";

/** An ask as the packing sees it: numbered, so that counts and worths are arrays. */
export interface Lot {
  readonly position: number;
  readonly ask: Ask;
  readonly requests: Vector;
  /** Whether other pods on the node matter. */
  readonly isTied: boolean;
}

export const lotsOf = (asks: readonly Ask[]): readonly Lot[] =>
  asks
    .filter(({ count }) => count > 0)
    .map((ask, position) => ({ position, ask, requests: ask.requests, isTied: !isFree(ask.nodeTies) }));

/** Offers of one pool that are open to the very same lots. */
export interface Aisle {
  readonly stall: Stall;
  readonly lots: readonly Lot[];
  /** Cheapest first; none that a cheaper one of the aisle makes pointless. */
  readonly offers: readonly Offer[];
  /** Few of these that stand for all: a node filled as one of them may still become any other that holds its pods. */
  readonly samples: readonly Offer[];
}

/** What one pool has for sale to these lots. */
export class Stall {
  readonly pool: PoolPlan;
  readonly #nodePrice: number;
  readonly #lots: readonly Lot[];
  /** The scope of an empty node with a pod of the lot, by the lot's position. */
  readonly #scopes: readonly (Scope | undefined)[];
  readonly #distinct: readonly Scope[];
  /** More than any of its machines. */
  readonly #largest: Vector;
  readonly #stock = new Map<number, readonly Aisle[]>();

  constructor(pool: PoolPlan, lots: readonly Lot[], nodePrice: number) {
    this.pool = pool;
    this.#nodePrice = nodePrice;
    this.#lots = lots;
    this.#largest = pool.template.machines
      .map(({ capacity }) => capacity)
      .reduce(maximum, new Float64Array(pool.left.length));
    this.#scopes = lots.map(({ ask }) => pool.root.with(ask.wish));
    this.#distinct = [...new Set(this.#scopes.filter((scope) => scope !== undefined))];
  }

  priceOf({ offering }: Offer): number {
    return offering.price + this.#nodePrice;
  }

  /** What is worth looking at while the pool's limits leave this much. What is affordable only shrinks, so its size tells. */
  aisles(left: Vector): readonly Aisle[] {
    const affordable = this.#affordable(left);
    const aisles = this.#stock.get(affordable.length) ?? this.#arranged(affordable);
    this.#stock.set(affordable.length, aisles);
    return aisles;
  }

  #affordable(left: Vector): readonly Offer[] {
    const { offers } = this.pool.template;
    return affords(left, { capacity: this.#largest }) ? offers : offers.filter(({ machine }) => affords(left, machine));
  }

  #arranged(offers: readonly Offer[]): readonly Aisle[] {
    const kept = new Map<string, Offer[]>();
    for (const offer of offers) {
      const openTo = this.#openTo(offer);
      const rivals = kept.get(openTo) ?? [];
      if (!openTo.includes("1") || rivals.some(({ machine }) => covers(machine.room, offer.machine.room))) continue;
      rivals.push(offer);
      kept.set(openTo, rivals);
    }
    return [...kept.values()].map((rivals) => ({
      stall: this,
      offers: rivals,
      samples: samplesOf(rivals),
      lots: this.#lotsFor(rivals),
    }));
  }

  /** The same text for offers that are open to the same lots. */
  #openTo({ position }: Offer): string {
    let openTo = "";
    for (const { open } of this.#distinct) openTo += open[position] === 1 ? "1" : "0";
    return openTo;
  }

  #lotsFor([offer]: readonly Offer[]): readonly Lot[] {
    return this.#lots.filter((lot) => offer !== undefined && this.#scopes[lot.position]?.open[offer.position] === 1);
  }
}

/** One offer of each size in each resource, give or take an eighth. */
function samplesOf(offers: readonly Offer[]): readonly Offer[] {
  const bySize = new Map<string, Offer>();
  for (const offer of offers) {
    const size = Array.from(offer.machine.room, (amount) => Math.round(Math.log(Math.max(amount, 1e-9)) / step));
    if (!bySize.has(size.join())) bySize.set(size.join(), offer);
  }
  return [...bySize.values()];
}

const step = Math.log(1.125);
