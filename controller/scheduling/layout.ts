import type { Deadline } from "./deadline";
import type { Pattern } from "./fill";
import type { Sale } from "./pool-offers";
import { largestShare, take } from "./vector";
import type { Reservations } from "./reservations";

/** How a layout is to be made. */
export interface Packing extends Sale {
  /** Topology groups whose domains are single nodes. */
  readonly groups: number;
  /** Whether a least number of values (`minValues`) is kept, or lowered to what there is. */
  readonly variety: "strict" | "relaxed";
  readonly reservations: Reservations;
  /** How many times, about, a kind of pod may be held against a node. */
  readonly effort: number;
  readonly deadline: Deadline;
}

/** Nodes to open: this pattern, so many times. */
export interface Opening {
  readonly pattern: Pattern;
  readonly times: number;
}

/** One way to open nodes for everybody. */
export interface Layout {
  readonly openings: readonly Opening[];
  readonly price: number;
  readonly nodes: number;
  /** Pods that have a place. */
  readonly pods: number;
}

export function layoutOf(openings: readonly Opening[]): Layout {
  const sum = (amount: (opening: Opening) => number): number =>
    openings.reduce((total, opening) => total + amount(opening), 0);
  return {
    openings,
    price: sum(({ pattern: { group, offer }, times }) => group.owner.priceOf(offer) * times),
    nodes: sum(({ times }) => times),
    pods: sum(({ pattern, times }) => times * pattern.parts.reduce((pods, { count }) => pods + count, 0)),
  };
}

/** How much of the resource of which least is left the nodes use. */
export function mostUsed({ openings }: Layout): number {
  const [first] = openings;
  if (first === undefined) return 1;
  const room = first.pattern.offer.machine.room.map(() => 0);
  const used = room.slice();
  for (const { pattern, times } of openings) {
    take(room, pattern.offer.machine.room, -times);
    for (const { item, count } of pattern.parts) take(used, item.requests, -count * times);
  }
  return largestShare(room, used);
}

/** More pods placed, then cheaper, then, where prices are within half a percent, fewer nodes. */
export function isBetter(a: Layout, b: Layout): boolean {
  if (a.pods !== b.pods) return a.pods > b.pods;
  if (Math.abs(a.price - b.price) > 0.005 * Math.min(a.price, b.price)) return a.price < b.price;
  return a.nodes < b.nodes || (a.nodes === b.nodes && a.price < b.price);
}
