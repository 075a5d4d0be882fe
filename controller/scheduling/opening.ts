import type { Ask } from "./backlog";
import { improve } from "./improvement";
import type { Layout, Packing } from "./layout";
import { layoutFor } from "./packing";
import type { PoolPlan } from "./pool-plan";

/** How many times pods are held against nodes that have room, to make others smaller or needless. */
const improvementEffort = 3_000_000;

/**
 * Opens new nodes for pods, in pools of equal weight, by price. What a layout promises a pool's limits may still refuse,
 * where room is kept for dearer machines than the cheapest; what is left then is laid out anew.
 */
export function openNodes(pools: readonly PoolPlan[], asks: readonly Ask[], packing: Packing): void {
  const before = new Set(pools.flatMap(({ drafts }) => drafts));
  for (;;) {
    const layout = layoutFor(pools, asks, packing);
    if (layout === undefined || carryOut(layout, packing) === 0) break;
  }
  improve(
    pools.flatMap((pool) => pool.drafts.filter((draft) => !before.has(draft)).map((draft) => ({ pool, draft }))),
    improvementEffort,
  );
}

/** How many nodes were opened. */
function carryOut({ openings }: Layout, { variety }: Packing): number {
  let opened = 0;
  for (const { pattern, times } of openings) {
    const { aisle, offer, scope, parts } = pattern;
    const { pool } = aisle.stall;
    const load = { scope, offer, counts: parts.map(({ lot, count }) => [lot.ask, count] as const) };
    const relaxed = variety === "relaxed";
    for (let time = 0; time < times && pool.canOpen(load, relaxed); time++, opened++) pool.open(load, relaxed);
  }
  return opened;
}
