import { Filler, type Pattern } from "./fill";
import { type Layout, layoutOf, type Opening, type Packing } from "./layout";
import type { Aisle, Lot, Stall } from "./market";
import { affords, type Offer } from "./template";
import { varied } from "./varied-pattern";
import { at, minus, type Vector } from "./vector";

interface Candidate {
  readonly aisle: Aisle;
  readonly offer: Offer;
  /** As it was filled at the last look; undefined where nothing goes on it. */
  pattern: Pattern | undefined;
  /** Price by worth at the last look; as pods find places it hardly gets better. 0 before the first. */
  score: number;
}

/** In what rounds differ. */
export interface Tuning {
  readonly worth: Float64Array;
  readonly sizeBonus: number;
  /** What nodes are judged by: what they cost, or, where limits leave pods out, how much they take of the limits. */
  readonly by: "price" | "limits";
}

/** One round of packing: opens the node whose pods are worth most by its price, until nobody waits or time is up, but one at least. */
export class Round {
  readonly #lots: readonly Lot[];
  readonly #stalls: readonly Stall[];
  readonly #packing: Packing & Tuning;
  readonly #worth: Float64Array;
  readonly #left: Int32Array;
  readonly #limits: Map<Stall, Vector>;
  readonly #orders = new Map<Aisle, { readonly lots: readonly Lot[]; readonly at: number }>();
  /** Lots of which nobody waits any more. */
  #finished = 0;
  readonly #filler: Filler;
  readonly #paid: Float64Array;

  constructor(lots: readonly Lot[], stalls: readonly Stall[], packing: Packing & Tuning) {
    this.#lots = lots;
    this.#stalls = stalls;
    this.#packing = packing;
    this.#worth = packing.worth;
    this.#left = new Int32Array(packing.worth.length);
    for (const { position, ask } of lots) this.#left[position] = ask.count;
    this.#limits = new Map(stalls.map((stall) => [stall, stall.pool.left]));
    this.#filler = new Filler({ lots, left: this.#left, ...packing });
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
      if (this.#hasRunOut(pattern.aisle)) candidates = this.#candidates();
    }
    return layoutOf(openings);
  }

  /** What pods were worth, moved half-way to what they cost. */
  corrected(): Float64Array {
    const corrected = this.#worth.slice();
    for (const { position, ask } of this.#lots) {
      const placed = ask.count - at(this.#left, position);
      if (placed > 0) corrected[position] = (at(this.#worth, position) + at(this.#paid, position) / placed) / 2;
    }
    return corrected;
  }

  #candidates(): Candidate[] {
    return this.#stalls
      .flatMap((stall) => stall.aisles(this.#limitOf(stall)))
      .flatMap((aisle) => aisle.samples.map((offer) => ({ aisle, offer, pattern: undefined, score: 0 })));
  }

  /** Whether the limits have put some of the pool's offers out of reach. */
  #hasRunOut(aisle: Aisle): boolean {
    return !aisle.stall.aisles(this.#limitOf(aisle.stall)).includes(aisle);
  }

  #limitOf(stall: Stall): Vector {
    return this.#limits.get(stall) ?? stall.pool.left;
  }

  /** Looks at the most promising first, and stops when nobody's last look was better. */
  #best(candidates: Candidate[]): Pattern | undefined {
    candidates.sort((a, b) => a.score - b.score);
    let best: Candidate | undefined;
    for (const candidate of candidates) {
      if (candidate.score >= (best?.score ?? Infinity)) break;
      if (this.#isStale(candidate)) this.#look(candidate);
      if (candidate.score < (best?.score ?? Infinity)) best = candidate;
    }
    return best?.pattern;
  }

  /** Whether the pattern of the last look cannot be had any more. */
  #isStale({ aisle, pattern }: Candidate): boolean {
    if (pattern === undefined || this.#keepsVariety(aisle)) return true;
    if (!affords(this.#limitOf(aisle.stall), pattern.offer.machine)) return true;
    for (const { lot, count } of pattern.parts) if (at(this.#left, lot.position) < count) return true;
    return false;
  }

  #look(candidate: Candidate): void {
    const pattern = this.#fill(candidate);
    candidate.pattern = pattern;
    candidate.score = pattern === undefined ? Infinity : this.#costOf(pattern) / pattern.worth;
  }

  #costOf({ aisle, offer }: Pattern): number {
    if (this.#packing.by === "price") return aisle.stall.priceOf(offer);
    return largestShare(this.#limitOf(aisle.stall), offer.machine.capacity);
  }

  #keepsVariety({ stall }: Aisle): boolean {
    return stall.pool.template.wantsVariety && this.#packing.variety === "strict";
  }

  #fill({ aisle, offer }: Candidate): Pattern | undefined {
    const limit = this.#limitOf(aisle.stall);
    if (!affords(limit, offer.machine)) return undefined;
    const full = this.#filler.fill(aisle, offer, this.#orderFor(aisle));
    return full !== undefined && this.#keepsVariety(aisle) ? varied(full, limit) : full;
  }

  /** The aisle's lots that still wait, by worth; sorted out anew when many are gone. */
  #orderFor(aisle: Aisle): readonly Lot[] {
    const known = this.#orders.get(aisle);
    if (known !== undefined && this.#finished - known.at < known.lots.length / 4) return known.lots;
    const waiting = (known?.lots ?? aisle.lots).filter(({ position }) => at(this.#left, position) > 0);
    const lots = waiting.sort((a, b) => at(this.#worth, b.position) - at(this.#worth, a.position));
    this.#orders.set(aisle, { lots, at: this.#finished });
    return lots;
  }

  /** Opens as many nodes of this pattern as pods and limits allow. */
  #open(pattern: Pattern): number {
    const { aisle, offer, parts, worth } = pattern;
    const limit = this.#limitOf(aisle.stall);
    const times = Math.min(timesWithin(limit, offer.machine.capacity), this.#repeats(pattern));
    this.#limits.set(aisle.stall, minus(limit, offer.machine.capacity, times));
    const score = this.#costOf(pattern) / worth;
    for (const { lot, count } of parts) {
      const { position } = lot;
      this.#left[position] = at(this.#left, position) - count * times;
      if (this.#left[position] === 0) this.#finished++;
      this.#paid[position] = at(this.#paid, position) + score * at(this.#worth, position) * count * times;
    }
    return times;
  }

  #repeats({ parts }: Pattern): number {
    return Math.min(...parts.map(({ lot, count }) => Math.floor((this.#left[lot.position] ?? 0) / count)));
  }
}

/** How much of the scarcest limit a machine takes. */
function largestShare(limit: Vector, capacity: Vector): number {
  let largest = 0;
  for (let i = 0; i < limit.length; i++)
    if (at(capacity, i) > 0) largest = Math.max(largest, at(capacity, i) / at(limit, i));
  return largest;
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
