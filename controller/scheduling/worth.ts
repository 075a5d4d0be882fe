import type { Aisle, Lot } from "./market";
import { Occupancy } from "./ties";
import { timesThatFit } from "./vector";

/**
 * What one pod of each lot costs on the machine that holds such pods most cheaply, alone with its like and as many of
 * them as may share a node; Infinity where none does.
 * @param lots how many there are
 * @param groups topology groups whose domains are single nodes
 */
export function worthAlone(aisles: readonly Aisle[], lots: number, groups: number): Float64Array {
  const worth = new Float64Array(lots).fill(Infinity);
  const empty = new Occupancy(groups);
  for (const aisle of aisles) {
    for (const lot of aisle.lots) {
      const together = Math.max(1, empty.capacityFor(lot.ask.nodeTies, 1e9));
      worth[lot.position] = Math.min(worth[lot.position] ?? Infinity, leastShare(aisle, lot, together));
    }
  }
  return worth;
}

/** The price per pod of the offer where that is least, with at most so many of them on it. */
function leastShare({ stall, samples }: Aisle, { requests }: Lot, together: number): number {
  let least = Infinity;
  for (const offer of samples) {
    const share = stall.priceOf(offer) / timesThatFit(offer.machine.room, requests, together);
    if (share < least) least = share;
  }
  return least;
}
