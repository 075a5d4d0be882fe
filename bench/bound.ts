import { partedByZone } from "./bound/parts";
import { podClassesOf } from "./bound/pod-classes";
import { forSale, roomsOf } from "./bound/rooms";
import { solve, type Share } from "./bound/programme";
import type { Problem } from "#controller/scheduling/problem";

/** What no plan can undercut. */
export interface Bound {
  /** Per hour, of new nodes. */
  readonly price: number;
  /** New nodes that the programme buys, in fractions. */
  readonly nodes: number;
  /** What it buys, the most money first. */
  readonly shares: readonly Share[];
  /** Pods that no machine for sale and no node suits; the price is that of all others. */
  readonly unplaceable: number;
}

/**
 * The least that nodes for all these pods can cost: the linear programme of pod classes × what is for sale, in which
 * both nodes and pods may be cut in pieces. Free room on nodes that are there costs nothing.
 *
 * It sees what pods request, what reservations have left (pods that find none take something else, as with `Fallback`),
 * what daemons take, node selectors, required node affinity, taints, that pods which refuse their like on a host come
 * one to a node (preferred ones too where preferences count, since a new node grants that wish), and, where there are
 * nodes, that pods of one kind have to be spread over zones, with those that run already. It does not see other
 * topology spread, other pod affinity, host ports, volumes, limits, `minValues`, and that nodes come whole: all these
 * can only make a plan dearer. So it is a bound, but not always one that can be reached.
 */
export async function boundOf(problem: Problem): Promise<Bound> {
  const classes = podClassesOf(problem);
  const isSpread = classes.some(({ spread }) => spread !== undefined);
  const parting = partedByZone(classes, isSpread ? forSale(problem, classes) : []);
  const { offers, nodes } = roomsOf(problem, parting.parts);
  const shares = await solve({ classes, ...parting, offers, nodes });
  const housed = new Set(
    parting.parts
      .filter((_, index) => [...offers, ...nodes].some(({ takes }) => takes[index] === 1))
      .map(({ of }) => of),
  );
  const homeless = classes.filter((_, index) => !housed.has(index));
  return {
    price: shares.reduce((sum, { nodes: bought, price }) => sum + bought * price, 0),
    nodes: shares.reduce((sum, { nodes: bought }) => sum + bought, 0),
    shares,
    unplaceable: homeless.reduce((sum, { count }) => sum + count, 0),
  };
}
