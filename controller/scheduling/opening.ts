import type { Ask } from "./backlog";
import { drawn } from "./item";
import type { Layout, Packing } from "./layout";
import { layoutFor } from "./packing";
import type { PoolPlan } from "./pool-plan";

/**
 * Opens new nodes for pods, in pools of equal weight, by price. What a layout promises a pool's limits may still
 * refuse, where room is kept for dearer machines than the cheapest; what is left then is laid out anew.
 */
export function openNodes(pools: readonly PoolPlan[], asks: readonly Ask[], packing: Packing): void {
  while (!packing.deadline.isUp()) {
    const layout = layoutFor(pools, asks, packing);
    if (layout === undefined || carryOut(layout, packing) === 0) return;
  }
}

/** How many nodes were opened. */
function carryOut({ openings }: Layout, { variety }: Packing): number {
  let opened = 0;
  for (const { pattern, times } of openings) {
    const { group, offer, scope, parts } = pattern;
    const { pool } = group.owner;
    const relaxed = variety === "relaxed";
    for (let time = 0; time < times; time++, opened++) {
      const load = { scope, offer, counts: parts.flatMap(({ item, count }) => drawn(item, count)) };
      if (!pool.canOpen(load, relaxed)) break;
      pool.open(load, relaxed);
    }
  }
  return opened;
}
