import { selects } from "./label-selector";
import type { Pod } from "./pod";
import type { PodDisruptionBudget } from "./workloads";

/** The budgets that a pod is under. */
export const budgetsOver = (
  { metadata }: Pod,
  budgets: readonly PodDisruptionBudget[],
): readonly PodDisruptionBudget[] =>
  budgets.filter(
    (budget) => budget.metadata.namespace === metadata.namespace && selects(budget.spec.selector, metadata.labels),
  );

/**
 * Whether a pod under these budgets is never evicted, whatever its peers do: the eviction API refuses several at once.
 */
export const areBlocking = (budgets: readonly PodDisruptionBudget[]): boolean =>
  budgets.length > 1 || budgets.some(({ spec }) => spansAll(spec));

const spansAll = ({ minAvailable, maxUnavailable }: PodDisruptionBudget["spec"]): boolean =>
  maxUnavailable === 0 || maxUnavailable === "0%" || maxUnavailable === "0" || minAvailable === "100%";
