import type { Ask } from "./backlog";
import type { Deadline } from "./deadline";
import type { Draft, Share } from "./draft";
import { remembered } from "./memo";
import { isOpen, type PoolPlan } from "./pool-plan";
import type { Offer } from "./template";
import type { Ties } from "./ties";
import type { Wish } from "./wish";
import { at, fits, minimum, minus, timesThatFit, type Vector } from "./vector";

/** A planned node, and the pool it is planned for. */
export interface Planned {
  readonly pool: PoolPlan;
  readonly draft: Draft;
}

/**
 * Makes a set of planned nodes cheaper by moving pods into room that others have left: a node that loses all its pods
 * is closed, one that loses a few becomes a smaller machine. Goes round as long as that saves half a percent.
 * @param effort how many times, about, pods may be held against a node
 */
export function improve(planned: readonly Planned[], effort: number, deadline: Deadline): void {
  const tidying = new Tidying(planned, effort, deadline);
  let price = priceOf(planned);
  for (let before = Infinity; price < 0.995 * before && tidying.round();) {
    before = price;
    price = priceOf(planned);
  }
}

const priceOf = (planned: readonly Planned[]): number =>
  planned.reduce((sum, { draft }) => sum + (draft.shares.length === 0 ? 0 : draft.offer.offering.price), 0);

/** Pods of one share. */
interface Part {
  readonly share: Share;
  readonly count: number;
}

interface Move extends Part {
  readonly to: number;
}

/** How many pods a node may lose at once to become smaller, and how many smaller machines are tried for it. */
const most = { pods: 3, machines: 3 };

class Tidying {
  readonly #planned: readonly Planned[];
  readonly #free: Vector[];
  /** What even the smallest pod asks for. */
  readonly #least: Vector;
  /** Nodes that may have room for something, the roomiest first. */
  #roomy: readonly number[] = [];
  readonly #deadline: Deadline;
  /** For whom no node had room, since any last got more: only becoming a smaller machine may leave more free. */
  readonly #hopeless = new Hopeless();
  #effort: number;

  constructor(planned: readonly Planned[], effort: number, deadline: Deadline) {
    this.#planned = planned;
    this.#free = planned.map(({ draft }) => minus(draft.offer.machine.room, draft.used));
    this.#effort = effort;
    this.#deadline = deadline;
    this.#least = minimum(planned.flatMap(({ draft }) => draft.shares.map(({ ask }) => ask.requests)));
  }

  /** Tries every node once, the emptiest first; whether any became cheaper. */
  round(): boolean {
    const order = this.#planned
      .map(({ draft }, index) => ({ index, fill: fillOf(draft) }))
      .filter(({ index }) => this.#draft(index).shares.length > 0)
      .sort((a, b) => a.fill - b.fill);
    this.#roomy = order
      .map(({ index }) => index)
      .filter((index) => fits(this.#free[index] ?? this.#least, this.#least));
    let helped = false;
    for (const { index } of order) {
      if (this.#effort <= 0 || this.#deadline.isUp()) return false;
      helped = this.#close(index) || this.#shrink(index) || helped;
    }
    return helped;
  }

  /** All or nothing: a node that keeps a pod costs as much as before. */
  #close(index: number): boolean {
    const { pool, draft } = this.#at(index);
    const all = draft.shares.map((share) => ({ share, count: share.pods.length }));
    if (!this.#moveAway(index, all)) return false;
    pool.close(draft);
    return true;
  }

  #shrink(index: number): boolean {
    const { pool, draft } = this.#at(index);
    for (const offer of smallerThan(draft)) {
      const excess = pool.affordsInstead(draft, offer) ? excessOf(draft, offer) : undefined;
      if (excess === undefined || !this.#moveAway(index, excess)) continue;
      // One by one more may have found a place than all at once.
      if (draft.shares.length === 0) pool.close(draft);
      else pool.settle(draft, offer);
      this.#refresh(index);
      this.#hopeless.clear();
      return true;
    }
    return false;
  }

  /** Moves these pods to other nodes, or none of them; nobody is left behind who has to be with one of them. */
  #moveAway(from: number, parts: readonly Part[]): boolean {
    if (parts.some(({ share }) => this.#hopeless.has(share.ask))) return false;
    const moves: Move[] = [];
    const haveMoved = parts.every((part) => this.#spread(from, part, moves) === 0);
    if (haveMoved && !hasLonely(this.#draft(from))) return true;
    for (const move of moves.reverse()) this.#undo(from, move);
    return false;
  }

  /** Moves pods of one share to wherever there is room; how many found none. */
  #spread(from: number, { share, count }: Part, moves: Move[]): number {
    const isFirst = moves.length === 0;
    let left = count;
    const { requests } = share.ask;
    for (const to of this.#roomy) {
      if (left === 0) break;
      this.#effort--;
      const free = this.#free[to];
      if (to === from || free === undefined || !fits(free, requests)) continue;
      const seats = this.#seats(to, share, left);
      if (seats === 0) continue;
      this.#move(from, { share, count: seats, to });
      moves.push({ share, count: seats, to });
      left -= seats;
    }
    if (isFirst && left === count && this.#seats(from, share, 1) === 0) this.#hopeless.add(share.ask);
    return left;
  }

  #seats(to: number, { ask }: Share, wanted: number): number {
    const draft = this.#draft(to);
    if (draft.shares.length === 0 || (draft.scope.template.wantsVariety && !draft.relaxed)) return 0;
    const scope = draft.scope.with(ask.wish);
    if (scope === undefined || !isOpen(scope, draft.offer)) return 0;
    const room = timesThatFit(this.#free[to] ?? draft.used, ask.requests, wanted);
    return draft.occupancy.capacityFor(ask.nodeTies, room);
  }

  #move(from: number, { share, count, to }: Move): void {
    const [source, target] = [this.#draft(from), this.#draft(to)];
    source.remove(share, count);
    target.add(share.ask, count, { scope: target.scope.with(share.ask.wish) ?? target.scope, offer: target.offer });
    this.#refresh(from);
    this.#refresh(to);
  }

  #undo(from: number, { share, count, to }: Move): void {
    const [source, target] = [this.#draft(from), this.#draft(to)];
    const last = target.shares.at(-1);
    if (last === undefined) return;
    target.remove(last, count);
    source.restore(share, count);
    this.#refresh(from);
    this.#refresh(to);
  }

  #refresh(index: number): void {
    const { offer, used } = this.#draft(index);
    this.#free[index] = minus(offer.machine.room, used);
  }

  #at(index: number): Planned {
    const planned = this.#planned[index];
    if (planned === undefined) throw new RangeError(`there is no planned node ${index}`);
    return planned;
  }

  #draft(index: number): Draft {
    return this.#at(index).draft;
  }
}

/** Pods that no planned node has room for: others of the same requests, wish and ties need not be tried. */
class Hopeless {
  readonly #known = new Map<Ties, Map<Wish, Set<Vector>>>();

  has({ nodeTies, wish, requests }: Ask): boolean {
    return this.#known.get(nodeTies)?.get(wish)?.has(requests) ?? false;
  }

  /** Pods that follow others are not remembered: those may come to be where they can follow. */
  add(ask: Ask): void {
    if (ask.follows) return;
    const byWish = remembered(this.#known, ask.nodeTies, () => new Map<Wish, Set<Vector>>());
    remembered(byWish, ask.wish, () => new Set<Vector>()).add(ask.requests);
  }

  clear(): void {
    this.#known.clear();
  }
}

const hasLonely = ({ shares, occupancy }: Draft): boolean =>
  shares.some(({ ask }) => ask.follows && occupancy.leavesAlone(ask.nodeTies));

/** The next cheaper machines, each too small for what is on the node. */
function smallerThan({ scope, offer, used }: Draft): readonly Offer[] {
  const { offers } = scope.template;
  const smaller: Offer[] = [];
  for (let i = offer.position - 1; i >= 0 && smaller.length < most.machines; i--) {
    const next = offers[i];
    if (next === undefined || !isOpen(scope, next) || next.machine === smaller.at(-1)?.machine) continue;
    if (next.offering.price < offer.offering.price && !fits(next.machine.room, used)) smaller.push(next);
  }
  return smaller;
}

/** How much of its scarcest resource a node uses. */
function fillOf({ used, offer }: Draft): number {
  let fill = 0;
  for (let i = 0; i < used.length; i++) {
    const room = at(offer.machine.room, i);
    if (room > 0 && room !== Infinity) fill = Math.max(fill, at(used, i) / room);
  }
  return fill;
}

/** Few pods without which the offer would do; nothing when many would have to go. */
function excessOf(draft: Draft, { machine }: Offer): readonly Part[] | undefined {
  const excess: Part[] = [];
  let used = draft.used;
  while (!fits(machine.room, used)) {
    const share = leastThatHelps(draft.shares, { used, room: machine.room, gone: excess });
    if (share === undefined || excess.length === most.pods) return undefined;
    used = minus(used, share.ask.requests);
    excess.push({ share, count: 1 });
  }
  return excess;
}

interface Overload {
  readonly used: Vector;
  readonly room: Vector;
  readonly gone: readonly { readonly share: Share }[];
}

/** The share of which one pod less leaves the least excess, the smallest pod among those that leave none. */
function leastThatHelps(shares: readonly Share[], { used, room, gone }: Overload): Share | undefined {
  let best: Share | undefined;
  let least = Infinity;
  for (const share of shares) {
    if (share.pods.length <= timesIn(gone, share)) continue;
    const score = excessWithout(share.ask.requests, used, room);
    if (score >= least) continue;
    best = share;
    least = score;
  }
  return best;
}

function timesIn(parts: Overload["gone"], share: Share): number {
  let times = 0;
  for (const part of parts) if (part.share === share) times++;
  return times;
}

/** By how much the room is exceeded without a pod of these requests; how large the pod is decides between equals. */
function excessWithout(requests: Vector, used: Vector, room: Vector): number {
  let over = 0;
  let size = 0;
  for (let i = 0; i < used.length; i++) {
    const whole = at(room, i);
    if (whole <= 0 || whole === Infinity) continue;
    over += Math.max(0, at(used, i) - at(requests, i) - whole) / whole;
    size += at(requests, i) / whole;
  }
  return over * 100 + size;
}
