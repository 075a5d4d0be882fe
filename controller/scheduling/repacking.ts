import type { Item } from "./item";
import { type Layout, layoutOf, type Opening } from "./layout";
import { at } from "./vector";

/** How to pack some of the pods, and what they have come to be worth. */
interface Repacking {
  readonly worth: Float64Array;
  /** The cheapest layout found for these pods, if there is one for all of them. */
  readonly pack: (items: readonly Item[]) => Layout | undefined;
}

/** How many nodes are packed anew at once, how often in vain, and of how many: among more, few matter little. */
const most = { together: 5, inVain: 4, nodes: 32 };

/**
 * Packs the nodes that give least for their price anew, a few at a time and each time with others among them, and keeps
 * what is cheaper (large neighbourhood search, Shaw 1998). The last nodes of a round are for pods that were left over:
 * these may go well with some that were placed before. Only for pods that neither limits nor reservations bind, since a
 * few nodes do not know what the others take of those.
 */
export function repacked(layout: Layout, { worth, pack }: Repacking): Layout {
  if (layout.nodes < 2 || layout.nodes > most.nodes) return layout;
  let nodes = layout.openings.flatMap(singly);
  for (let [time, inVain] = [0, 0]; inVain < most.inVain; time++) {
    const order = byLoss(nodes, worth, time);
    const worst = layoutOf(order.slice(0, most.together));
    const anew = pack(itemsOn(worst));
    const isCheaper = anew !== undefined && anew.price < worst.price - 1e-9;
    if (isCheaper) nodes = [...order.slice(most.together), ...anew.openings.flatMap(singly)];
    inVain = isCheaper ? 0 : inVain + 1;
  }
  return layoutOf(nodes);
}

const singly = (opening: Opening): readonly Opening[] =>
  Array.from({ length: opening.times }, () => ({ ...opening, times: 1 }));

/** Those with the least worth for their price first, about: the order differs from time to time. */
function byLoss(nodes: readonly Opening[], worth: Float64Array, time: number): readonly Opening[] {
  const rated = nodes.map((node, index) => ({ node, loss: lossOf(node, worth) * shake(nodes.length * time + index) }));
  return rated.sort((a, b) => b.loss - a.loss).map(({ node }) => node);
}

const lossOf = ({ pattern: { group, offer, parts } }: Opening, worth: Float64Array): number =>
  group.owner.priceOf(offer) / parts.reduce((sum, { item, count }) => sum + at(worth, item.position) * count, 0);

/** Up to 15 % more or less, spread evenly: multiples of the golden ratio, without their whole part. */
const shake = (index: number): number => 0.85 + 0.3 * ((index * 0.6180339887498949) % 1);

/** The items on these nodes, each with as many pods as are on them. */
function itemsOn({ openings }: Layout): readonly Item[] {
  const counts = new Map<Item, number>();
  for (const { pattern } of openings)
    for (const { item, count } of pattern.parts) counts.set(item, (counts.get(item) ?? 0) + count);
  return [...counts].map(([item, count]) => ({ ...item, count }));
}
