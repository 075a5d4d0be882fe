import { Filler, type Pattern } from "./fill";
import { type Layout, layoutOf, type Opening, type Packing } from "./layout";
import type { Item } from "./item";
import type { OfferGroup, PoolOffers } from "./pool-offers";
import { type Queue, queuesOf } from "./queue";
import { affords, type Offer } from "./template";
import { varied } from "./varied-pattern";
import { at, countAt, largestShare, minus, type Vector } from "./vector";

interface Candidate {
  readonly group: OfferGroup;
  readonly offer: Offer;
  /** As it was filled at the last look; undefined where nothing goes on it. */
  pattern: Pattern | undefined;
  /** Price by worth at the last look; as pods find places it hardly gets better. 0 before the first. */
  score: number;
  /** The turn of the last look. */
  lookedAt: number;
}

/** Who waits for the nodes of one group, and how many items were finished when that was sorted out. */
interface Queues {
  readonly queues: readonly Queue[];
  readonly items: number;
  readonly at: number;
}

/** In what rounds differ. */
export interface Tuning {
  readonly worth: Float64Array;
  readonly sizeBonus: number;
  /** What nodes are judged by: what they cost, or, where limits leave pods out, how much they take of the limits. */
  readonly by: "price" | "limits";
}

/**
 * One round of packing: opens the node whose pods are worth most by its price, until nobody waits or time is up, but
 * one at least.
 */
export class Round {
  readonly #items: readonly Item[];
  readonly #market: readonly PoolOffers[];
  readonly #packing: Packing & Tuning;
  readonly #worth: Float64Array;
  readonly #left: Int32Array;
  readonly #limits: Map<PoolOffers, Vector>;
  readonly #reservations: Map<string, number>;
  readonly #queues = new Map<OfferGroup, Queues>();
  /** Items of which nobody waits any more. */
  #finished = 0;
  #turn = 0;
  readonly #filler: Filler;
  readonly #paid: Float64Array;

  constructor(items: readonly Item[], market: readonly PoolOffers[], packing: Packing & Tuning) {
    this.#items = items;
    this.#market = market;
    this.#packing = packing;
    this.#worth = packing.worth;
    this.#left = new Int32Array(packing.worth.length);
    for (const { position, count } of items) this.#left[position] = count;
    this.#limits = new Map(market.map((offers) => [offers, offers.pool.left]));
    this.#reservations = new Map(packing.reservations.stock);
    this.#filler = new Filler({ items, left: this.#left, ...packing });
    this.#paid = new Float64Array(packing.worth.length);
  }

  get visits(): number {
    return this.#filler.visits;
  }

  run(): Layout {
    const openings: Opening[] = [];
    let candidates = this.#candidates();
    for (let pattern = this.#best(candidates); pattern !== undefined; pattern = this.#best(candidates)) {
      openings.push({ pattern, times: this.#open(pattern) });
      if (this.#packing.deadline.isUp()) break;
      if (this.#hasRunOut(pattern.group)) candidates = this.#candidates();
    }
    return layoutOf(openings);
  }

  /**
   * What pods were worth, moved some way to what they cost: all the way, the next round would be as one-sided as this.
   */
  corrected(): Float64Array {
    const corrected = this.#worth.slice();
    for (const { position, count } of this.#items) {
      const placed = count - countAt(this.#left, position);
      if (placed > 0)
        corrected[position] = (1 - pace) * at(this.#worth, position) + (pace * at(this.#paid, position)) / placed;
    }
    return corrected;
  }

  #candidates(): Candidate[] {
    return this.#market
      .flatMap((offers) => offers.groups(this.#limitOf(offers)))
      .filter((group) => this.#leftFor(group) > 0)
      .flatMap((group) => group.samples.map((offer) => ({ group, offer, pattern: undefined, score: 0, lookedAt: 0 })));
  }

  /** Whether the limits have put some of the pool's offers out of reach, or the reservation is used up. */
  #hasRunOut(group: OfferGroup): boolean {
    return this.#leftFor(group) === 0 || !group.owner.groups(this.#limitOf(group.owner)).includes(group);
  }

  /** How many more nodes of the group can be had, as far as reservations go. */
  #leftFor({ reservation }: OfferGroup): number {
    return reservation === undefined ? Infinity : (this.#reservations.get(reservation) ?? 0);
  }

  #limitOf(offers: PoolOffers): Vector {
    return this.#limits.get(offers) ?? offers.pool.left;
  }

  /**
   * Looks at the most promising first, and stops when nobody's last look was better. Those for whom nobody waits are
   * dropped.
   */
  #best(candidates: Candidate[]): Pattern | undefined {
    const turn = ++this.#turn;
    for (;;) {
      const [first] = candidates;
      if (first === undefined) return undefined;
      if (first.lookedAt === turn || !this.#isStale(first)) return first.pattern;
      candidates.shift();
      this.#look(first);
      first.lookedAt = turn;
      if (first.pattern !== undefined) candidates.splice(placeOf(first.score, candidates), 0, first);
    }
  }

  /** Whether the pattern of the last look cannot be had any more. */
  #isStale({ group, pattern }: Candidate): boolean {
    if (pattern === undefined || this.#keepsVariety(group)) return true;
    if (!affords(this.#limitOf(group.owner), pattern.offer.machine)) return true;
    for (const { item, count } of pattern.parts) if (countAt(this.#left, item.position) < count) return true;
    return false;
  }

  #look(candidate: Candidate): void {
    const pattern = this.#fill(candidate);
    candidate.pattern = pattern;
    candidate.score = pattern === undefined ? Infinity : this.#costOf(pattern) / pattern.worth;
  }

  #costOf({ group, offer }: Pattern): number {
    if (this.#packing.by === "price") return group.owner.priceOf(offer);
    return largestShare(this.#limitOf(group.owner), offer.machine.capacity);
  }

  #keepsVariety({ owner }: OfferGroup): boolean {
    return owner.pool.template.wantsVariety && this.#packing.variety === "strict";
  }

  #fill({ group, offer }: Candidate): Pattern | undefined {
    const limit = this.#limitOf(group.owner);
    if (!affords(limit, offer.machine)) return undefined;
    const full = this.#filler.fill(group, offer, this.#queuesFor(group));
    return full !== undefined && this.#keepsVariety(group) ? varied(full, limit) : full;
  }

  readonly #isWaiting = ({ position }: Item): boolean => countAt(this.#left, position) > 0;
  readonly #rest = (queue: Queue): readonly Queue[] => queue.only(this.#isWaiting);

  /** The group's items that still wait; sorted out anew when many are gone. */
  #queuesFor(group: OfferGroup): readonly Queue[] {
    const known = this.#queues.get(group);
    if (known !== undefined && this.#finished - known.at < known.items / 4) return known.queues;
    const queues =
      known === undefined
        ? queuesOf(group.items.filter(this.#isWaiting), this.#worth)
        : known.queues.flatMap(this.#rest);
    const items = queues.reduce((sum, { length }) => sum + length, 0);
    this.#queues.set(group, { queues, items, at: this.#finished });
    return queues;
  }

  /** Opens as many nodes of this pattern as pods and limits allow. */
  #open(pattern: Pattern): number {
    const { group, offer, parts, worth } = pattern;
    const limit = this.#limitOf(group.owner);
    const left = this.#leftFor(group);
    const times = Math.min(left, timesWithin(limit, offer.machine.capacity), this.#repeats(pattern));
    this.#limits.set(group.owner, minus(limit, offer.machine.capacity, times));
    if (group.reservation !== undefined) this.#reservations.set(group.reservation, left - times);
    const score = this.#costOf(pattern) / worth;
    for (const { item, count } of parts) {
      const { position } = item;
      this.#left[position] = countAt(this.#left, position) - count * times;
      if (this.#left[position] === 0) this.#finished++;
      this.#paid[position] = at(this.#paid, position) + score * at(this.#worth, position) * count * times;
    }
    return times;
  }

  #repeats({ parts }: Pattern): number {
    return Math.min(...parts.map(({ item, count }) => Math.floor((this.#left[item.position] ?? 0) / count)));
  }
}

/** How fast worths follow what pods cost. */
const pace = 0.25;

/** Where a score belongs among candidates in the order of theirs. */
function placeOf(score: number, candidates: readonly Candidate[]): number {
  let [low, high] = [0, candidates.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((candidates[middle]?.score ?? Infinity) < score) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many machines of this capacity the limit allows. */
function timesWithin(limit: Vector, capacity: Vector): number {
  let times = Infinity;
  for (let i = 0; i < limit.length; i++) {
    if (at(capacity, i) > 0 && at(limit, i) !== Infinity)
      times = Math.min(times, Math.floor(at(limit, i) / at(capacity, i)));
  }
  return times;
}
