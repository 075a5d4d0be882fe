import type { Ask } from "./backlog";
import { remembered } from "./memo";
import { isFree, type Ties } from "./ties";
import type { Vector } from "./vector";
import type { Wish } from "./wish";

/** Pods that are the same to the packing, numbered so that counts and worths are arrays. */
export interface Item {
  readonly position: number;
  /** The same number for items that differ in their requests only: what one of them may not join, none may. */
  readonly kind: number;
  /** Whose pods they are; the first are served first. */
  readonly asks: readonly Ask[];
  /** Pods of all the asks. */
  readonly count: number;
  readonly requests: Vector;
  readonly wish: Wish;
  readonly ties: Ties;
  /** Whether other pods on the node matter. */
  readonly isTied: boolean;
}

/**
 * One item for asks with the same requests, wish and ties: what they differ in was settled when domains were dealt out.
 */
export function itemsOf(asks: readonly Ask[]): readonly Item[] {
  const kinds = new Map<Wish, Map<Ties, Map<Vector, Ask[]>>>();
  for (const ask of asks) {
    if (ask.count === 0) continue;
    const byTies = remembered(kinds, ask.wish, () => new Map<Ties, Map<Vector, Ask[]>>());
    const bySize = remembered(byTies, ask.nodeTies, () => new Map<Vector, Ask[]>());
    remembered(bySize, ask.requests, () => []).push(ask);
  }
  const items: Item[] = [];
  let kind = 0;
  for (const [wish, byTies] of kinds) {
    for (const [ties, bySize] of byTies) {
      for (const [requests, same] of bySize) {
        const count = same.reduce((pods, ask) => pods + ask.count, 0);
        items.push({ position: items.length, kind, asks: same, count, requests, wish, ties, isTied: !isFree(ties) });
      }
      kind++;
    }
  }
  return items;
}

/** Of which asks `count` pods of the item are. */
export function drawn({ asks }: Item, count: number): readonly (readonly [Ask, number])[] {
  const counts: (readonly [Ask, number])[] = [];
  let left = count;
  for (const ask of asks) {
    if (left === 0) break;
    const taken = Math.min(left, ask.count);
    if (taken > 0) counts.push([ask, taken]);
    left -= taken;
  }
  return counts;
}
