import type { Deadline } from "./deadline";
import type { Planned } from "./improvement";
import type { Draft, Load } from "./draft";
import { affords } from "./template";
import { plus, fits } from "./vector";

interface Merging {
  /** What a node costs whatever its type, and one node less saves. */
  readonly nodePrice: number;
  readonly deadline: Deadline;
}

/** How many nodes are tried in pairs; with more, the saving on each matters little. */
const mostNodes = 64;

/**
 * Makes one planned node out of two of the same pool where a machine that holds the pods of both costs no more than
 * theirs: fewer nodes, and less paid for rounding up. Tries the cheapest nodes with each other.
 */
export function merge(planned: readonly Planned[], { nodePrice, deadline }: Merging): void {
  const candidates = planned
    .filter(({ pool, draft }) => draft.shares.length > 0 && !draft.relaxed && !pool.template.wantsVariety)
    .sort((a, b) => priceOf(a.draft) - priceOf(b.draft))
    .slice(0, mostNodes);
  for (const from of candidates) {
    if (deadline.isUp()) return;
    for (const into of candidates) {
      if (from.draft.shares.length === 0) break;
      if (into.pool !== from.pool || into.draft === from.draft || into.draft.shares.length === 0) continue;
      const together = onOne(from, into.draft, nodePrice);
      if (together !== undefined) into.pool.absorb(into.draft, from.draft, together);
    }
  }
}

const priceOf = ({ offer }: Draft): number => offer.offering.price;

/** The machine for both, if there is one. */
function onOne({ pool, draft: from }: Planned, into: Draft, saved: number): Pick<Load, "scope" | "offer"> | undefined {
  const scope = from.shares.reduce<typeof into.scope | undefined>(
    (narrowed, { ask }) => narrowed?.with(ask.wish),
    into.scope,
  );
  if (scope === undefined || !mayMeet(from, into)) return undefined;
  const most = priceOf(from) + priceOf(into) + saved;
  const used = plus(from.used, into.used);
  const budget = plus(pool.left, plus(from.reserved, into.reserved));
  const offer = scope.offers.find(
    ({ offering, machine }) => offering.price > most || (fits(machine.room, used) && affords(budget, machine)),
  );
  return offer === undefined || offer.offering.price > most ? undefined : { scope, offer };
}

/** Whether the pods of both bear each other. */
function mayMeet(from: Draft, into: Draft): boolean {
  const occupancy = into.occupancy.copy();
  return from.shares.every(({ ask, pods }) => {
    if (occupancy.capacityFor(ask.nodeTies, pods.length) < pods.length) return false;
    occupancy.seat(ask.nodeTies, pods.length);
    return true;
  });
}
