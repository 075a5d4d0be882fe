import type { Pod } from "../api/pod";
import type { Ask } from "./backlog";
import { type Scope, ScopeDesk } from "./scope";
import type { Machine, Offer, Template } from "./template";
import { fits, maximum, minus, plus, timesThatFit, type Vector } from "./vector";

/** What goes on one new node. */
export interface Load {
  readonly scope: Scope;
  /** The cheapest way found to have it. */
  readonly offer: Offer;
  readonly counts: readonly (readonly [Ask, number])[];
}

/** A node that will be launched, while pods are still joining. */
export interface Draft {
  scope: Scope;
  offer: Offer;
  used: Vector;
  /** What it holds of the pool's limits. */
  reserved: Vector;
  readonly relaxed: boolean;
  readonly pods: Pod[];
}

/** The new nodes of one pool, and what its limits still allow. */
export class PoolPlan {
  readonly template: Template;
  readonly root: Scope;
  readonly drafts: Draft[] = [];
  #left: Vector;

  constructor(template: Template) {
    this.template = template;
    this.root = new ScopeDesk(template).root;
    this.#left = template.allowance;
  }

  /** What no draft has reserved. */
  get left(): Vector {
    return this.#left;
  }

  affords(machine: Machine): boolean {
    return fits(this.#left, machine.capacity);
  }

  /** Opens a node with this load; its pods leave their backlogs. */
  open({ scope, offer, counts }: Load, relaxed: boolean): void {
    const used = counts.reduce((total, [{ backlog }, count]) => plus(total, backlog.requests, count), this.#nothing());
    const reserved = this.template.wantsVariety && !relaxed ? this.#dearest(scope, used) : offer.machine.capacity;
    this.#left = minus(this.#left, reserved);
    const pods = counts.flatMap(([{ backlog }, count]) => backlog.take(count));
    this.drafts.push({ scope, offer, used, reserved, relaxed, pods });
  }

  /** Lets pods join nodes that are planned already, where that costs nothing. */
  join(ask: Ask): void {
    for (const draft of this.drafts) {
      const scope = draft.scope.with(ask.wish);
      if (scope === undefined || !isOpen(scope, draft.offer)) continue;
      this.#add(draft, ask, { scope, offer: draft.offer });
    }
  }

  /** Swaps planned nodes for larger ones, when the limits allow that but no further node. */
  grow(ask: Ask): void {
    if (!this.template.isLimited) return;
    for (const draft of this.drafts) {
      const scope = draft.scope.with(ask.wish);
      const offer = scope === undefined ? undefined : this.#larger(draft, scope, ask);
      if (scope === undefined || offer === undefined) continue;
      this.#left = minus(plus(this.#left, draft.reserved), offer.machine.capacity);
      draft.reserved = offer.machine.capacity;
      this.#add(draft, ask, { scope, offer });
    }
  }

  #add(draft: Draft, { backlog }: Ask, { scope, offer }: Pick<Load, "scope" | "offer">): void {
    const count = timesThatFit(minus(offer.machine.room, draft.used), backlog.requests, backlog.count);
    if (count === 0) return;
    draft.scope = scope;
    draft.offer = offer;
    draft.used = plus(draft.used, backlog.requests, count);
    draft.pods.push(...backlog.take(count));
  }

  /** The offer that takes most of the pods beside what is on the node, the cheapest among equals. */
  #larger(draft: Draft, scope: Scope, { backlog }: Ask): Offer | undefined {
    const budget = plus(this.#left, draft.reserved);
    const choices = scope.offers
      .filter(({ machine }) => fits(budget, machine.capacity) && fits(machine.room, draft.used))
      .map((offer) => ({
        offer,
        count: timesThatFit(minus(offer.machine.room, draft.used), backlog.requests, backlog.count),
      }))
      .filter(({ count }) => count > 0);
    return choices.sort((a, b) => b.count - a.count || a.offer.position - b.offer.position)[0]?.offer;
  }

  /** Room in the limits for whichever of its machines a node turns out to be. */
  #dearest(scope: Scope, used: Vector): Vector {
    const affordable = machinesFor(scope, used).filter((machine) => this.affords(machine));
    return affordable.reduce((most, { capacity }) => maximum(most, capacity), this.#nothing());
  }

  #nothing(): Vector {
    return this.template.allowance.map(() => 0);
  }
}

const isOpen = ({ open }: Scope, { position }: Offer): boolean => open[position] === 1;

/** Machines that hold a load and can be bought for it, cheapest first. */
export const machinesFor = (scope: Scope, used: Vector): readonly Machine[] =>
  scope.machines.filter(({ room }) => fits(room, used));
