import type { Item } from "./item";
import type { OfferGroup } from "./pool-offers";
import { Occupancy } from "./ties";
import { timesThatFit } from "./vector";

/**
 * What one pod of each item costs on the machine that holds such pods most cheaply, alone with its like and as many of
 * them as may share a node; Infinity where none does.
 * @param items how many there are
 * @param topologyGroups of which the domains are single nodes
 */
export function worthAlone(groups: readonly OfferGroup[], items: number, topologyGroups: number): Float64Array {
  const worth = new Float64Array(items).fill(Infinity);
  const empty = new Occupancy(topologyGroups);
  for (const group of groups) {
    for (const item of group.items) {
      const together = Math.max(1, empty.capacityFor(item.ties, 1e9));
      worth[item.position] = Math.min(worth[item.position] ?? Infinity, leastShare(group, item, together));
    }
  }
  return worth;
}

/** The price per pod of the offer where that is least, with at most so many of them on it. */
function leastShare({ owner, samples }: OfferGroup, { requests }: Item, together: number): number {
  let least = Infinity;
  for (const offer of samples) {
    const share = owner.priceOf(offer) / timesThatFit(offer.machine.room, requests, together);
    if (share < least) least = share;
  }
  return least;
}
