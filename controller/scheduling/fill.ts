import type { Item } from "./item";
import type { OfferGroup } from "./pool-offers";
import type { Queue } from "./queue";
import type { Scope } from "./scope";
import type { Offer } from "./template";
import { Occupancy } from "./ties";
import { at, countAt, fits, minimum, minus, take, timesThatFit, type Vector } from "./vector";

/** What would go on one new node, and what that is worth. */
export interface Pattern {
  readonly group: OfferGroup;
  /** The cheapest that holds the pods. */
  readonly offer: Offer;
  readonly scope: Scope;
  /** Items with how many of their pods. */
  readonly parts: readonly Part[];
  readonly worth: number;
}

export interface Part {
  readonly item: Item;
  readonly count: number;
}

interface GrowingPart extends Part {
  count: number;
}

/** What fillings of one round have in common; arrays go by the items' positions. */
interface Supply {
  readonly items: readonly Item[];
  /** Pods that still need a place. */
  readonly left: Int32Array;
  readonly worth: Float64Array;
  /** The power by which pods that are worth more go first: the large are harder to find a place for later. */
  readonly sizeBonus: number;
  /** Topology groups whose domains are single nodes. */
  readonly groups: number;
}

/** How many queues one filling chooses from at most. With more, each filling sees others of them. */
const sampleSizeOf = (queues: number): number => Math.max(96, Math.ceil(queues / 24));

/** Fills nodes; one filler serves one round of packing. */
export class Filler {
  /** How often an item was held against a node: what the work is measured by. */
  visits = 0;
  readonly supply: Supply;
  readonly occupancy: Occupancy;
  /** Pods on the node that is being filled. */
  readonly taken: Int32Array;
  readonly #width: number;
  /** Requests of all items, one after the other. */
  readonly #requests: Float64Array;
  readonly #merit: Float64Array;
  /** The least that any item asks for, by resource. */
  readonly #least: Vector;
  /** Scratch: one by what is left of each resource. */
  readonly #inverse: Float64Array;
  /** Scratch: what is left on the node. */
  readonly room: Vector;
  /** Scratch: queues that may still have something for the node, and how many these are. */
  readonly #open: Queue[] = [];
  #openCount = 0;
  #turn = 0;
  /** Kinds of items of which the node can have no more, by the turn in which that was found. */
  readonly #closed: Int32Array;

  constructor(supply: Supply) {
    this.supply = supply;
    this.occupancy = new Occupancy(supply.groups);
    this.taken = new Int32Array(supply.left.length);
    this.#closed = new Int32Array(1 + Math.max(...supply.items.map(({ kind }) => kind)));
    this.#width = supply.items[0]?.requests.length ?? 0;
    this.#requests = new Float64Array(supply.worth.length * this.#width);
    for (const { position, requests } of supply.items) this.#requests.set(requests, position * this.#width);
    this.#least = minimum(supply.items.map(({ requests }) => requests));
    this.room = new Float64Array(this.#width);
    this.#inverse = new Float64Array(this.#width);
    this.#merit = supply.worth.map((worth) => worth ** supply.sizeBonus);
  }

  /** Fills a node of this offer, each time with the pods that are worth most for what they take of what is left. */
  fill(group: OfferGroup, offer: Offer, queues: readonly Queue[]): Pattern | undefined {
    const filling = new Filling(group, offer, this);
    this.#rewind(queues);
    for (let item = this.#best(filling); item !== undefined; item = this.#best(filling)) filling.add(item);
    return filling.pattern();
  }

  /** Some of the queues, spread evenly, beginning elsewhere each time. */
  #rewind(queues: readonly Queue[]): void {
    const stride = Math.ceil(queues.length / sampleSizeOf(queues.length));
    this.#openCount = 0;
    for (let i = ++this.#turn % stride; i < queues.length; i += stride) {
      const queue = queues[i];
      if (queue === undefined) continue;
      queue.rewind();
      this.#open[this.#openCount++] = queue;
    }
  }

  /** The item whose turn it is; queues that have nothing left for the node are dropped. */
  #best(filling: Filling): Item | undefined {
    const { room } = this;
    if (isFull(room, this.#least)) return undefined;
    for (let i = 0; i < room.length; i++) this.#inverse[i] = 1 / at(room, i);
    const open = this.#open;
    let best: Item | undefined;
    let most = 0;
    let place = 0;
    for (let i = 0; i < this.#openCount; i++) {
      const queue = open[i];
      // What is left only shrinks, so that nothing is worth more for what it takes of it than it was.
      if (queue === undefined || queue.merit <= most) continue;
      const item = this.#look(queue, room);
      if (item === undefined) swap(open, i--, --this.#openCount);
      else if (queue.merit <= most) continue;
      else if (filling.accepts(item)) {
        best = item;
        most = queue.merit;
        place = i;
      } else {
        this.#closed[item.kind] = this.#turn;
        i--;
      }
    }
    // Likely the best again: the sooner that is known, the fewer others have to be looked at.
    swap(open, 0, place);
    return best;
  }

  /** The first of the queue that the node can still have, if there is room for it; notes its merit. */
  #look(queue: Queue, room: Vector): Item | undefined {
    this.visits++;
    const item = this.#headOf(queue);
    if (item === undefined) return undefined;
    const share = this.#share(item.position, room);
    queue.merit = at(this.#merit, item.position) / share;
    return share === Infinity ? undefined : item;
  }

  /** The first of the queue that the node can still have; those before it are passed over. */
  #headOf(queue: Queue): Item | undefined {
    let item = queue.head;
    while (item !== undefined && !this.#isWanted(item)) item = queue.advance();
    return item;
  }

  #isWanted({ position, kind }: Item): boolean {
    return (
      countAt(this.#closed, kind) !== this.#turn && countAt(this.supply.left, position) > countAt(this.taken, position)
    );
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
  readonly #group: OfferGroup;
  readonly #offer: Offer;
  readonly #filler: Filler;
  readonly #parts: GrowingPart[] = [];
  #scope: Scope;
  #worth = 0;
  #isTied = false;

  constructor(group: OfferGroup, offer: Offer, filler: Filler) {
    filler.room.set(offer.machine.room);
    this.#group = group;
    this.#offer = offer;
    this.#filler = filler;
    this.#scope = group.owner.pool.root;
  }

  /** Whether pods of this kind may join those that are on the node. Once they may not, they never may. */
  accepts({ wish, ties, isTied }: Item): boolean {
    if (isTied && this.#filler.occupancy.capacityFor(ties, 1) === 0) return false;
    return this.#scope.with(wish)?.open[this.#offer.position] === 1;
  }

  /** Adds some pods of an item that is accepted and for which there is room. */
  add(item: Item): void {
    const { room, taken, supply, occupancy } = this.#filler;
    const { position } = item;
    const already = countAt(taken, position);
    const count = this.#portion(item, countAt(supply.left, position) - already);
    this.#scope = this.#scope.with(item.wish) ?? this.#scope;
    take(room, item.requests, count);
    if (already === 0) this.#parts.push({ item, count });
    taken[position] = already + count;
    this.#worth += at(supply.worth, position) * count;
    if (item.isTied) occupancy.seat(item.ties, count);
    this.#isTied ||= item.isTied;
  }

  pattern(): Pattern | undefined {
    const { taken, occupancy } = this.#filler;
    if (this.#isTied) occupancy.clear();
    for (const part of this.#parts) {
      const { position } = part.item;
      part.count = countAt(taken, position);
      taken[position] = 0;
    }
    if (this.#parts.length === 0) return undefined;
    const offer = this.#cheapest();
    return { group: this.#group, offer, scope: this.#scope.pinnedTo(offer), parts: this.#parts, worth: this.#worth };
  }

  /** Not all at once, so that others which go well with them get their turn. */
  #portion({ requests, isTied, ties }: Item, left: number): number {
    const fitting = timesThatFit(this.#filler.room, requests, left);
    const portion = Math.max(Math.min(fitting, 1), Math.floor(fitting / 3));
    return isTied ? this.#filler.occupancy.capacityFor(ties, portion) : portion;
  }

  /** The cheapest of the group that holds what was put on this one. */
  #cheapest(): Offer {
    const used = minus(this.#offer.machine.room, this.#filler.room);
    for (const offer of this.#group.offers) {
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

function swap(list: Queue[], i: number, j: number): void {
  const [a, b] = [list[i], list[j]];
  if (a === undefined || b === undefined) return;
  list[i] = b;
  list[j] = a;
}
