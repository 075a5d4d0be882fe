import type { Item } from "./item";
import { remembered } from "./memo";
import type { PoolPlan } from "./pool-plan";
import type { Scope } from "./scope";
import { affords, isReserved, type Machine, type Offer } from "./template";
import { at, covers, maximum, type Vector } from "./vector";

/** Offers of one pool that are open to the very same items, and of one reservation or none. */
export interface OfferGroup {
  readonly owner: PoolOffers;
  readonly items: readonly Item[];
  /** Which reservation they are of. */
  readonly reservation: string | undefined;
  /** Cheapest first; none that a cheaper one of the group makes pointless. */
  readonly offers: readonly Offer[];
  /** Few of these that stand for all: a node filled as one of them may still become any other that holds its pods. */
  readonly samples: readonly Offer[];
}

export interface Sale {
  /** What a node costs whatever its type. */
  readonly nodePrice: number;
  readonly goods: "all" | "reserved";
}

/** What one pool offers to these items. */
export class PoolOffers {
  readonly pool: PoolPlan;
  readonly #sale: Sale;
  readonly #items: readonly Item[];
  /** The scope of an empty node with a pod of the item, by the item's position. */
  readonly #scopes: readonly (Scope | undefined)[];
  readonly #distinct: readonly Scope[];
  readonly #known = new Map<number, readonly OfferGroup[]>();

  constructor(pool: PoolPlan, items: readonly Item[], sale: Sale) {
    this.pool = pool;
    this.#sale = sale;
    this.#items = items;
    this.#scopes = items.map(({ wish }) => pool.root.with(wish));
    this.#distinct = [...new Set(this.#scopes.filter((scope) => scope !== undefined))];
  }

  priceOf({ offering }: Offer): number {
    return offering.price + this.#sale.nodePrice;
  }

  /**
   * What is worth looking at while the pool's limits leave this much. What is affordable only shrinks, so its size
   * tells.
   */
  groups(left: Vector): readonly OfferGroup[] {
    const affordable = this.#affordable(left);
    const groups = this.#known.get(affordable.length) ?? this.#grouped(affordable);
    this.#known.set(affordable.length, groups);
    return groups;
  }

  #affordable(left: Vector): readonly Offer[] {
    const { offers, largest } = this.pool.template;
    return affords(left, { capacity: largest }) ? offers : offers.filter(({ machine }) => affords(left, machine));
  }

  #grouped(offers: readonly Offer[]): readonly OfferGroup[] {
    const kept = new Map<string, Rivals>();
    for (const offer of offers) {
      if (this.#sale.goods === "reserved" && !isReserved(offer)) continue;
      const openTo = this.#openTo(offer);
      const key = openTo + (offer.offering.reservation?.id ?? "");
      if (openTo.includes("1")) remembered(kept, key, () => new Rivals()).enter(offer);
    }
    return [...kept.values()].map(({ offers: rivals }) => ({
      owner: this,
      reservation: rivals[0]?.offering.reservation?.id,
      offers: rivals,
      samples: samplesOf(rivals),
      items: this.#itemsFor(rivals),
    }));
  }

  /** The same text for offers that are open to the same items. */
  #openTo({ position }: Offer): string {
    let openTo = "";
    for (const { open } of this.#distinct) openTo += open[position] === 1 ? "1" : "0";
    return openTo;
  }

  #itemsFor([offer]: readonly Offer[]): readonly Item[] {
    return this.#items.filter((_, i) => offer !== undefined && this.#scopes[i]?.open[offer.position] === 1);
  }
}

/** Offers that compete, cheapest first, but none that a cheaper one makes pointless. */
class Rivals {
  readonly offers: Offer[] = [];
  /** The most room that any of them has, by resource. */
  #most: Vector | undefined;

  /** Later ones cost as much or more. */
  enter(offer: Offer): void {
    const { room } = offer.machine;
    const mayBeCovered = this.#most !== undefined && covers(this.#most, room);
    if (mayBeCovered && this.offers.some(({ machine }) => covers(machine.room, room))) return;
    this.offers.push(offer);
    this.#most = maximum([this.#most ?? room], room);
  }
}

/** Cheapest first, without those that are about as large as one before. */
function samplesOf(offers: readonly Offer[]): readonly Offer[] {
  const samples: Offer[] = [];
  for (const offer of offers)
    if (!samples.some((sample) => isAlike(sample.machine, offer.machine))) samples.push(offer);
  return samples;
}

/** Whether neither has a fifth more of anything than the other. */
function isAlike({ room: a }: Machine, { room: b }: Machine): boolean {
  for (let i = 0; i < a.length; i++) if (at(a, i) > at(b, i) * 1.2 || at(b, i) > at(a, i) * 1.2) return false;
  return true;
}
