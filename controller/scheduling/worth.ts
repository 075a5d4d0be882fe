import { remembered } from "./memo";
import type { OfferGroup } from "./pool-offers";
import { Occupancy } from "./ties";
import { at, timesThatFit, type Vector } from "./vector";

/**
 * What one pod of each item costs on the machine that holds such pods most cheaply, alone with its like and as many of
 * them as may share a node; Infinity where none does. What is reserved counts where nothing else will do: it goes to
 * the pods that would cost most elsewhere.
 * @param items how many there are
 * @param topologyGroups of which the domains are single nodes
 */
export function worthAlone(groups: readonly OfferGroup[], items: number, topologyGroups: number): Float64Array {
  const reserved = groups.filter(({ reservation }) => reservation !== undefined);
  if (reserved.length === 0) return leastWorth(groups, items, topologyGroups);
  const others = groups.filter(({ reservation }) => reservation === undefined);
  const ifReserved = leastWorth(reserved, items, topologyGroups);
  return leastWorth(others, items, topologyGroups).map((worth, i) => (worth === Infinity ? at(ifReserved, i) : worth));
}

function leastWorth(groups: readonly OfferGroup[], items: number, topologyGroups: number): Float64Array {
  const worth = new Float64Array(items).fill(Infinity);
  const empty = new Occupancy(topologyGroups);
  for (const group of groups) {
    const known = new Map<Vector, Map<number, number>>();
    for (const { position, requests, ties } of group.items) {
      const together = Math.max(1, empty.capacityFor(ties, 1e9));
      const bySize = remembered(known, requests, () => new Map<number, number>());
      const share = remembered(bySize, together, () => leastShare(group, requests, together));
      worth[position] = Math.min(at(worth, position), share);
    }
  }
  return worth;
}

/** What is given away is worth something all the same, so that pods can be weighed against each other. */
const leastPrice = 1e-12;

/** The price per pod of the offer where that is least, with at most so many of them on it. */
function leastShare({ owner, samples }: OfferGroup, requests: Vector, together: number): number {
  let least = Infinity;
  for (const offer of samples) {
    const share = Math.max(owner.priceOf(offer), leastPrice) / timesThatFit(offer.machine.room, requests, together);
    if (share < least) least = share;
  }
  return least;
}
