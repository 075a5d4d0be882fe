import type { Ask } from "./backlog";
import type { PoolPlan } from "./pool-plan";
import { isReserved } from "./template";
import { timesThatFit } from "./vector";

/**
 * Those first whose pods would cost most on new nodes, or have none: free room saves most when they have it.
 * Equals stay in their order.
 */
export function dearestFirst(asks: readonly Ask[], pools: readonly PoolPlan[]): readonly Ask[] {
  const rated = asks.map((ask) => ({ ask, cost: Math.min(...pools.map((pool) => costIn(pool, ask))) }));
  // Infinity less Infinity is no number.
  return rated.sort((a, b) => (a.cost === b.cost ? 0 : b.cost - a.cost)).map(({ ask }) => ask);
}

/**
 * What one pod costs on the machine that holds its like most cheaply; Infinity where none does that is not reserved.
 */
function costIn(pool: PoolPlan, { wish, requests }: Ask): number {
  const scope = pool.root.with(wish);
  let least = Infinity;
  for (const machine of scope?.machines ?? []) {
    const offer = scope?.offersOf(machine).find((each) => !isReserved(each));
    if (offer === undefined) continue;
    least = Math.min(least, offer.offering.price / timesThatFit(machine.room, requests, many));
  }
  return least;
}

/** More pods than any machine has room for. */
const many = 1e9;
