import type { Budget, DisruptionReason, NodePool } from "../api/node-pool";
import { isWindowOpen } from "./budget-window";

/**
 * How many of a pool's `total` nodes may be away at once for a reason: the smallest of the budgets that count now.
 * A budget that cannot be read allows none, so that a typing error never takes nodes away
 * (https://karpenter.sh/docs/concepts/disruption/#nodepool-disruption-budgets).
 */
export function allowedDisruptions(
  { spec }: NodePool,
  reason: DisruptionReason,
  { total, now }: { readonly total: number; readonly now: number },
): number {
  const budgets = spec.disruption?.budgets ?? [{ nodes: "10%" }];
  const counting = budgets.filter(({ reasons }) => reasons === undefined || reasons.includes(reason));
  return Math.min(total, ...counting.map((budget) => allowedBy(budget, { total, now })));
}

function allowedBy(budget: Budget, { total, now }: { readonly total: number; readonly now: number }): number {
  try {
    return isWindowOpen(budget, now) ? share(budget.nodes, total) : Infinity;
  } catch {
    // An unreadable window closes the pool to disruption; validation reports it on the pool.
    return 0;
  }
}

function share(nodes: string, total: number): number {
  const [, number = "", percent] = /^(\d+)(%?)$/.exec(nodes) ?? [];
  if (number === "") return 0;
  return percent === "%" ? Math.ceil((total * Number(number)) / 100) : Number(number);
}
