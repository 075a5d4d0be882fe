import type { Aisle, Lot } from "./market";
import type { Scope } from "./scope";
import type { Offer } from "./template";
import { Occupancy } from "./ties";
import { at, fits, minimum, minus, take, timesThatFit, type Vector } from "./vector";

/** What would go on one new node, and what that is worth. */
export interface Pattern {
  readonly aisle: Aisle;
  /** The cheapest that holds the pods. */
  readonly offer: Offer;
  readonly scope: Scope;
  /** Lots with how many of their pods. */
  readonly parts: readonly Part[];
  readonly worth: number;
}

export interface Part {
  readonly lot: Lot;
  readonly count: number;
}

/** What fillings of one round have in common; arrays go by the lots' positions. */
interface Stock {
  readonly lots: readonly Lot[];
  /** Pods that still need a place. */
  readonly left: Int32Array;
  readonly worth: Float64Array;
  /** The power by which pods that are worth more go first: the large are harder to find a place for later. */
  readonly sizeBonus: number;
  /** Topology groups whose domains are single nodes. */
  readonly groups: number;
}

/** How many lots one filling chooses from at most. With more, each filling sees others of them. */
const sampleSizeOf = (lots: number): number => Math.max(96, Math.ceil(lots / 24));

/** Fills nodes; one filler serves one round of packing. */
export class Filler {
  /** Lots that were looked at: what the work is measured by. */
  visits = 0;
  readonly stock: Stock;
  readonly occupancy: Occupancy;
  readonly #width: number;
  /** Requests of all lots, one after the other. */
  readonly #requests: Float64Array;
  readonly #merit: Float64Array;
  /** The least that any lot asks for, by resource. */
  readonly #least: Vector;
  /** Scratch: one by what is left of each resource. */
  readonly #inverse: Float64Array;
  readonly #sampleSize: number;
  #turn = 0;

  constructor(stock: Stock) {
    this.stock = stock;
    this.occupancy = new Occupancy(stock.groups);
    this.#width = stock.lots[0]?.requests.length ?? 0;
    this.#requests = new Float64Array(stock.worth.length * this.#width);
    for (const { position, requests } of stock.lots) this.#requests.set(requests, position * this.#width);
    this.#least = stock.lots.map(({ requests }) => requests).reduce(minimum);
    this.#inverse = new Float64Array(this.#width);
    this.#sampleSize = sampleSizeOf(stock.lots.length);
    this.#merit = stock.worth.map((worth) => worth ** stock.sizeBonus);
  }

  /** Fills a node of this offer, each time with the pods that are worth most for what they take of what is left. */
  fill(aisle: Aisle, offer: Offer, order: readonly Lot[]): Pattern | undefined {
    const filling = new Filling(aisle, offer, this);
    const open = this.#sample(order);
    for (let best = this.#best(open, filling.room); best >= 0; best = this.#best(open, filling.room)) {
      const lot = open[best];
      if (lot === undefined || !filling.add(lot)) drop(open, best);
    }
    return filling.pattern();
  }

  /** Evenly out of the order, beginning elsewhere each time. */
  #sample(order: readonly Lot[]): Lot[] {
    const stride = Math.max(1, Math.ceil(order.length / this.#sampleSize));
    const sample: Lot[] = [];
    for (let i = this.#turn++ % stride; i < order.length; i += stride) {
      const lot = order[i];
      if (lot !== undefined && at(this.stock.left, lot.position) > 0) sample.push(lot);
    }
    return sample;
  }

  /** Where in the list the best lot stands, or -1; lots that no longer fit are dropped. */
  #best(open: Lot[], room: Vector): number {
    if (isFull(room, this.#least)) return -1;
    for (let i = 0; i < room.length; i++) this.#inverse[i] = 1 / at(room, i);
    let best = -1;
    let most = 0;
    for (let i = 0; i < open.length; i++) {
      const position = open[i]?.position ?? 0;
      const share = this.#share(position, room);
      if (share === Infinity) drop(open, i--);
      else if (at(this.#merit, position) > most * share) {
        best = i;
        most = at(this.#merit, position) / share;
      }
    }
    this.visits += open.length;
    return best;
  }

  /** The sum of the shares that a pod takes of what is left of each resource; Infinity when it does not fit. */
  #share(position: number, room: Vector): number {
    const start = position * this.#width;
    let share = 0;
    for (let i = 0; i < this.#width; i++) {
      const wanted = at(this.#requests, start + i);
      if (wanted === 0) continue;
      if (wanted > at(room, i)) return Infinity;
      share += wanted * at(this.#inverse, i);
    }
    return share;
  }
}

/** One node that is being filled. */
class Filling {
  readonly room: Vector;
  readonly #aisle: Aisle;
  readonly #offer: Offer;
  readonly #filler: Filler;
  readonly #counts = new Map<Lot, number>();
  #scope: Scope;
  #worth = 0;
  #isTied = false;

  constructor(aisle: Aisle, offer: Offer, filler: Filler) {
    this.room = offer.machine.room.slice();
    this.#aisle = aisle;
    this.#offer = offer;
    this.#filler = filler;
    this.#scope = aisle.stall.pool.root;
  }

  /** Adds some pods of the lot; false when the node cannot have more of them. */
  add(lot: Lot): boolean {
    const taken = this.#counts.get(lot) ?? 0;
    const count = this.#portion(lot, at(this.#filler.stock.left, lot.position) - taken);
    const scope = count > 0 ? this.#scope.with(lot.ask.wish) : undefined;
    if (scope?.open[this.#offer.position] !== 1) return false;
    this.#scope = scope;
    take(this.room, lot.requests, count);
    this.#counts.set(lot, taken + count);
    this.#worth += at(this.#filler.stock.worth, lot.position) * count;
    if (lot.isTied) this.#filler.occupancy.seat(lot.ask.nodeTies, count);
    this.#isTied ||= lot.isTied;
    return true;
  }

  pattern(): Pattern | undefined {
    if (this.#isTied) this.#filler.occupancy.clear();
    if (this.#counts.size === 0) return undefined;
    const parts = [...this.#counts].map(([lot, count]) => ({ lot, count }));
    return { aisle: this.#aisle, offer: this.#cheapest(), scope: this.#scope, parts, worth: this.#worth };
  }

  /** Not all at once, so that others which go well with them get their turn. */
  #portion({ requests, isTied, ask }: Lot, left: number): number {
    const fitting = timesThatFit(this.room, requests, left);
    const portion = Math.max(Math.min(fitting, 1), Math.floor(fitting / 3));
    return isTied ? this.#filler.occupancy.capacityFor(ask.nodeTies, portion) : portion;
  }

  /** The cheapest of the aisle that holds what was put on this one. */
  #cheapest(): Offer {
    const used = minus(this.#offer.machine.room, this.room);
    for (const offer of this.#aisle.offers) {
      if (offer === this.#offer) break;
      if (this.#scope.open[offer.position] === 1 && fits(offer.machine.room, used)) return offer;
    }
    return this.#offer;
  }
}

/** Not even the smallest request fits. */
function isFull(room: Vector, least: Vector): boolean {
  for (let i = 0; i < room.length; i++) if (at(least, i) > at(room, i)) return true;
  return false;
}

/** Takes an item out of a list whose order does not matter. */
function drop(list: Lot[], index: number): void {
  const last = list.pop();
  if (last !== undefined && index < list.length) list[index] = last;
}
