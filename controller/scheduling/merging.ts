import type { Deadline } from "./deadline";
import type { Draft, Load, Share } from "./draft";
import type { Planned } from "./improvement";
import type { PoolPlan } from "./pool-plan";
import { affords, type Offer } from "./template";
import { fits, plus, type Vector } from "./vector";

interface Merging {
  /** What a node costs whatever its type, and one node less saves. */
  readonly nodePrice: number;
  readonly deadline: Deadline;
}

/**
 * How many nodes are tried with each other, and how many of these as more than two; with more, the saving on each
 * matters little.
 */
const most = { nodes: 64, together: 16 };

/**
 * Makes one planned node out of several of the same pool where a machine that holds the pods of all costs no more than
 * theirs: fewer nodes, and less paid for rounding up. Tries the cheapest nodes with each other.
 */
export function merge(planned: readonly Planned[], { nodePrice, deadline }: Merging): void {
  const candidates = planned
    .filter(({ draft }) => draft.shares.length > 0)
    .sort((a, b) => priceOf(a.draft) - priceOf(b.draft))
    .slice(0, most.nodes);
  for (const first of candidates) {
    if (deadline.isUp()) return;
    if (first.draft.shares.length === 0) continue;
    const others = candidates.filter((other) => mayMerge(first, other)).map(({ draft }) => draft);
    const best = bestWith(first, others, nodePrice);
    best?.others.forEach((other) => {
      first.pool.absorb(first.draft, other, best);
    });
  }
}

const priceOf = ({ offer }: Pick<Load, "offer">): number => offer.offering.price;

const mayMerge = (first: Planned, { pool, draft }: Planned): boolean =>
  pool === first.pool && draft !== first.draft && draft.shares.length > 0 && draft.relaxed === first.draft.relaxed;

/** One node with the pods of several, as the cheapest machine for them. */
interface Union extends Pick<Load, "scope" | "offer"> {
  readonly into: Draft;
  readonly others: readonly Draft[];
  readonly occupancy: Draft["occupancy"];
  readonly used: Vector;
  /** What all hold of the pool's limits. */
  readonly reserved: Vector;
  readonly saving: number;
}

/** What saves most, if anything saves: the first node with one other, or with one after the other. */
function bestWith({ pool, draft }: Planned, others: readonly Draft[], nodePrice: number): Union | undefined {
  const { scope, offer, occupancy, used, reserved } = draft;
  const alone: Union = { into: draft, others: [], scope, offer, occupancy, used, reserved, saving: 0 };
  let [all, best] = [alone, undefined as Union | undefined];
  for (const [position, other] of others.entries()) {
    const both = united(pool, alone, other);
    const together = position >= most.together || all === alone ? undefined : united(pool, all, other);
    all = together ?? (all === alone ? (both ?? alone) : all);
    for (const union of [both, together])
      if (union !== undefined && savingOf(union, nodePrice) >= savingOf(best, nodePrice)) best = union;
  }
  return best;
}

const savingOf = (union: Union | undefined, nodePrice: number): number =>
  union === undefined ? 0 : union.saving + union.others.length * nodePrice;

/** The union with one node more, if a machine holds that much, the limits allow it, and the pods bear each other. */
function united(pool: PoolPlan, union: Union, other: Draft): Union | undefined {
  const occupancy = together(union, other);
  const scope = other.shares.reduce<Union["scope"] | undefined>(
    (narrowed, { ask }) => narrowed?.with(ask.wish),
    union.scope,
  );
  if (scope === undefined || occupancy === undefined) return undefined;
  const used = plus(union.used, other.used);
  const reserved = plus(union.reserved, other.reserved);
  const offer = machineFor(pool, { scope, used, reserved, relaxed: other.relaxed });
  if (offer === undefined) return undefined;
  const saving = union.saving + priceOf(union) + priceOf(other) - offer.offering.price;
  return { into: union.into, others: [...union.others, other], scope, offer, occupancy, used, reserved, saving };
}

function machineFor(
  pool: PoolPlan,
  { scope, used, reserved, relaxed }: Pick<Draft, "scope" | "used" | "reserved" | "relaxed">,
): Offer | undefined {
  const budget = plus(pool.left, reserved);
  const offer = scope.offers.find(({ machine }) => fits(machine.room, used) && affords(budget, machine));
  const isVaried = relaxed || offer === undefined || pool.isVaried(scope.pinnedTo(offer), used, budget);
  return isVaried ? offer : undefined;
}

/** Who is on the node then, where the pods of both bear each other. */
function together(union: Pick<Union, "occupancy">, { shares }: Draft): Draft["occupancy"] | undefined {
  const isBorne = ({ ask, pods }: Share): boolean =>
    union.occupancy.capacityFor(ask.nodeTies, pods.length) === pods.length;
  if (!shares.every(isBorne)) return undefined;
  const occupancy = union.occupancy.copy();
  for (const { ask, pods } of shares) {
    if (occupancy.capacityFor(ask.nodeTies, pods.length) < pods.length) return undefined;
    occupancy.seat(ask.nodeTies, pods.length);
  }
  return occupancy;
}
