import type { Ask } from "./backlog";
import { Draft, type Load } from "./draft";
import type { Reservations } from "./reservations";
import type { Scope } from "./scope";
import { affords, isReserved, type Machine, type Offer, type Template } from "./template";
import type { Start } from "./ties";
import { isVaried, shortened } from "./variety";
import { fits, largestShare, maximum, minus, plus, type Vector } from "./vector";
import type { Wish } from "./wish";

/** How many pods of an ask are to find room. */
/** How pods join a planned node. */
interface Joining {
  /** The node's, with them on it. */
  readonly scope: Scope;
  readonly start?: Start | undefined;
}

interface Wanted {
  readonly ask: Ask;
  readonly most: number;
  readonly start: Start | undefined;
}

/** The new nodes of one pool, and what its limits still allow. */
export class PoolPlan {
  readonly template: Template;
  /** An empty node. */
  readonly root: Scope;
  readonly drafts: Draft[] = [];
  readonly #groups: number;
  readonly #reservations: Reservations;
  #left: Vector;

  /**
   * @param root an empty node
   * @param groups how many topology groups there are whose domains are single nodes
   * @param reservations what all pools have left of them
   */
  constructor(root: Scope, groups: number, reservations: Reservations) {
    this.template = root.template;
    this.root = root;
    this.#groups = groups;
    this.#reservations = reservations;
    this.#left = root.template.allowance;
  }

  /** What no draft has reserved. */
  get left(): Vector {
    return this.#left;
  }

  /**
   * What a planned node may take of the limits, whatever machine it turns out to be: what they leave is shared evenly.
   */
  budgetOf({ reserved }: Draft): Vector {
    return plus(
      reserved,
      this.#left.map((left) => Math.max(0, left) / this.drafts.length),
    );
  }

  affords(machine: Machine): boolean {
    return affords(this.#left, machine);
  }

  /** Whether the limits, and the reservation if it is from one, allow a node more of this offer. */
  canBuy(offer: Offer): boolean {
    return this.affords(offer.machine) && !this.isUsedUp(offer);
  }

  /** Whether it is of a reservation that planned nodes have used up. */
  readonly isUsedUp = (offer: Offer): boolean => !this.#reservations.has(offer);

  /** Whether what the pool has of this kind suits such pods, though others may have used it up. */
  suits({ wish, requests }: Pick<Ask, "wish" | "requests">, kind: "reserved" | "unreserved"): boolean {
    const wanted = kind === "reserved";
    if (wanted && !this.template.isReserving) return false;
    const scope = this.root.with(wish);
    return scope?.offers.some((offer) => isReserved(offer) === wanted && this.#suits(offer, scope, requests)) === true;
  }

  /** Whether the limits allow a node with this load, and with it the variety that `minValues` asks for. */
  canOpen({ scope, offer, counts }: Load, relaxed: boolean): boolean {
    if (!this.canBuy(offer)) return false;
    if (!this.template.wantsVariety || relaxed) return true;
    const nothing: Vector = new Float64Array(offer.machine.room.length);
    return this.isVaried(
      scope,
      counts.reduce((used, [ask, count]) => plus(used, ask.requests, count), nothing),
    );
  }

  /** Opens a node with this load; its pods leave their backlogs. */
  open({ scope, offer, counts }: Load, relaxed: boolean): Draft {
    const pinned = { scope: scope.pinnedTo(offer), offer };
    const draft = new Draft(pinned, { groups: this.#groups, relaxed });
    for (const [ask, count] of counts) draft.add(ask, count, pinned);
    this.#reservations.hold(draft, offer);
    this.#reserve(draft, this.#keeps(draft));
    this.drafts.push(draft);
    return draft;
  }

  /** Whether `minValues` would still be met by all that a planned node could be with these pods. */
  mayHold(draft: Draft, scope: Scope, [ask, count]: readonly [Ask, number]): boolean {
    if (!this.template.wantsVariety || draft.relaxed) return true;
    const used = plus(draft.used, ask.requests, count);
    return this.isVaried(scope, used, plus(this.#left, draft.reserved));
  }

  /** Whether machines that hold so much, and that the limits allow, are as varied as `minValues` asks. */
  isVaried(scope: Scope, used: Vector, budget = this.#left): boolean {
    if (!this.template.wantsVariety) return true;
    return isVaried(
      machinesFor(scope, used).filter((machine) => affords(budget, machine)),
      scope.requirements,
    );
  }

  /** Whether some planned node, or a larger one in its place, has room for one such pod. */
  mayJoin(wish: Wish, requests: Vector): boolean {
    const isOnOffer = this.root.with(wish)?.offers.some(({ machine }) => fits(machine.room, requests));
    if (isOnOffer !== true) return false; // What no empty node could be, no planned one is.
    return this.drafts.some((draft) => {
      const used = plus(draft.used, requests);
      return draft.scope
        .with(wish)
        ?.offers.some((offer) => this.affordsInstead(draft, offer) && fits(offer.machine.room, used));
    });
  }

  /** Lets pods join nodes that are planned already, where that costs nothing. */
  join(ask: Ask): void {
    for (const draft of this.drafts) {
      if (ask.count === 0) return;
      const count = draft.roomFor(ask);
      const scope = count === 0 ? undefined : draft.scope.with(ask.wish);
      if (scope === undefined || !isOpen(scope, draft.offer) || !this.mayHold(draft, scope, [ask, count])) continue;
      draft.add(ask, count, { scope, offer: draft.offer });
      if (this.template.wantsVariety) this.#reserve(draft, this.#keeps(draft));
    }
  }

  /** Swaps planned nodes for larger ones, when the limits allow that but no further node. */
  grow(ask: Ask): void {
    for (const draft of this.drafts) {
      if (ask.count === 0) return;
      const scope = draft.scope.with(ask.wish);
      if (scope !== undefined) this.widen(draft, ask, { scope });
    }
  }

  /**
   * Puts as many pods on a planned node as any machine that it could be would hold, and `minValues` allow; says how
   * many.
   */
  widen(draft: Draft, ask: Ask, { scope, start }: Joining): number {
    for (let most = ask.count; most > 0;) {
      const offer = this.#larger(draft, scope, { ask, most, start });
      if (offer === undefined) return 0;
      const count = Math.min(most, draft.roomFor(ask, offer, start));
      const pinned = scope.pinnedTo(offer);
      if (this.mayHold(draft, pinned, [ask, count])) {
        draft.add(ask, count, { scope: pinned, offer });
        this.#reserve(draft, this.#keeps(draft));
        return count;
      }
      most = count - 1;
    }
    return 0;
  }

  /** By how much one more pod makes a planned node dearer; Infinity where no machine it could be holds it. */
  surchargeFor(draft: Draft, ask: Ask, { scope, start }: Joining): number {
    const offer = this.#larger(draft, scope, { ask, most: 1, start });
    if (offer === undefined || !this.mayHold(draft, scope.pinnedTo(offer), [ask, 1])) return Infinity;
    return offer.offering.price - draft.offer.offering.price;
  }

  /** The cheapest offer that holds one pod of each ask; none while they wait for a reservation. */
  offerFor(scope: Scope, asks: readonly Ask[]): Offer | undefined {
    const nothing: Vector = this.template.allowance.map(() => 0);
    const wanted = asks.reduce((sum, { requests }) => plus(sum, requests), nothing);
    if (this.template.wantsVariety && !this.isVaried(scope, wanted)) return undefined;
    const suitable = scope.offers.filter((offer) => this.#suits(offer, scope, wanted));
    const mayBuy = this.#reservations.isStrict && suitable.some(isReserved) ? suitable.filter(isReserved) : suitable;
    return mayBuy.find((offer) => !this.isUsedUp(offer));
  }

  /** Whether the limits allow such a node, the pods have room on it, and it leaves enough variety. */
  #suits(offer: Offer, scope: Scope, used: Vector): boolean {
    if (!this.affords(offer.machine) || !fits(offer.machine.room, used)) return false;
    return !this.template.wantsVariety || this.isVaried(scope.pinnedTo(offer), used);
  }

  /** Whether the limits allow the planned node to become this machine: a cheaper one may have more of what is short. */
  affordsInstead({ reserved }: Draft, { machine }: Offer): boolean {
    if (!this.template.isLimited) return true;
    return affords(plus(this.#left, reserved), machine);
  }

  /** Takes a planned node for the machine that it will be at least, and gives back what the limits need not hold. */
  settle(draft: Draft, offer: Offer): void {
    draft.offer = offer;
    draft.scope = draft.scope.pinnedTo(offer);
    this.#reserve(draft, this.#keeps(draft));
  }

  /** Moves all pods of one planned node to another, which becomes this machine, and closes the first. */
  absorb(into: Draft, from: Draft, { scope, offer }: Pick<Load, "scope" | "offer">): void {
    for (const share of [...from.shares]) {
      const count = share.pods.length;
      from.remove(share, count);
      into.add(share.ask, count, { scope: scope.pinnedTo(offer), offer });
    }
    this.close(from);
    this.#reserve(into, this.#keeps(into));
  }

  /** Drops a planned node that nothing is on any more. */
  close(draft: Draft): void {
    const position = this.drafts.indexOf(draft);
    if (position < 0) return;
    this.drafts.splice(position, 1);
    draft.shares.length = 0;
    this.#reservations.release(draft);
    this.#left = plus(this.#left, draft.reserved);
  }

  /**
   * What a node holds of the limits as it is planned: where variety counts, room for as many machines as that takes,
   * those that take least of the limits.
   */
  #keeps({ offer, scope, used, reserved, relaxed }: Draft): Vector {
    if (!this.template.wantsVariety || relaxed) return offer.machine.capacity;
    const budget = plus(this.#left, reserved);
    const machines = machinesFor(scope, used)
      .filter((machine) => affords(budget, machine))
      .map((machine) => ({ machine, share: largestShare(budget, machine.capacity) }))
      .sort((a, b) => a.share - b.share)
      .map(({ machine }) => machine);
    const kept = shortened(machines, scope.requirements, 0);
    return maximum(
      kept.map(({ capacity }) => capacity),
      offer.machine.capacity,
    );
  }

  #reserve(draft: Draft, capacity: Vector): void {
    this.#left = minus(plus(this.#left, draft.reserved), capacity);
    draft.reserved = capacity;
  }

  /** The offer that takes most of so many pods beside what is on the node, the cheapest among equals. */
  #larger(draft: Draft, scope: Scope, { ask, most: wanted, start }: Wanted): Offer | undefined {
    const budget = plus(this.#left, draft.reserved);
    let [best, most] = [undefined as Offer | undefined, 0];
    for (const offer of scope.offers) {
      const { capacity, room } = offer.machine;
      if (!fits(budget, capacity) || !fits(room, draft.used)) continue;
      const count = draft.roomFor(ask, offer, start);
      if (count > most) [best, most] = [offer, count];
      if (most >= wanted) break;
    }
    return best;
  }
}

export const isOpen = ({ open }: Scope, { position }: Offer): boolean => open[position] === 1;

/** Machines that hold a load and can be bought for it, cheapest first. */
export const machinesFor = (scope: Scope, used: Vector): readonly Machine[] =>
  scope.machines.filter((machine) => holds(machine, scope, used));

/** Whether the machine has room for this much, in whichever of the ways that are open it is bought. */
export const holds = ({ type, room, isOneOfSeveral }: Machine, scope: Scope, used: Vector): boolean =>
  fits(room, used) && (!isOneOfSeveral || scope.machinesOf(type).every((other) => fits(other.room, used)));
