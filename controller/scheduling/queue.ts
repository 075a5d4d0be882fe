import type { Item } from "./item";
import { type Vector, at } from "./vector";

/**
 * Items of equal requests that may go on the same nodes, those worth most first: to a node that is being filled only
 * the first that it can still have matters.
 */
export class Queue {
  /** Whose turn it is; undefined once all had theirs. */
  head: Item | undefined;
  /** What the head was worth at most for what it takes of the node, when that was last looked at. */
  merit = Infinity;
  readonly #items: readonly Item[];
  #next = 0;

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  get length(): number {
    return this.#items.length;
  }

  /** The same without those for which it does not hold; nothing when that leaves none. */
  only(holds: (item: Item) => boolean): readonly Queue[] {
    const items = this.#items.filter(holds);
    return items.length === 0 ? [] : [new Queue(items)];
  }

  rewind(): void {
    this.#next = 0;
    this.head = this.#items[0];
    this.merit = Infinity;
  }

  advance(): Item | undefined {
    return (this.head = this.#items[++this.#next]);
  }
}

/** One queue for each size. */
export function queuesOf(items: Iterable<Item>, worth: Float64Array): readonly Queue[] {
  const bySize = new Map<Vector, Item[]>();
  for (const item of items) {
    const same = bySize.get(item.requests);
    if (same === undefined) bySize.set(item.requests, [item]);
    else same.push(item);
  }
  const byWorth = (a: Item, b: Item): number => at(worth, b.position) - at(worth, a.position);
  return [...bySize.values()].map((same) => new Queue(same.sort(byWorth)));
}
