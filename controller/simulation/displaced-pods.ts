import { areBlocking, budgetsOver } from "../api/disruption-budget";
import type { Pod } from "../api/pod";
import { isDoNotDisrupt, isReschedulable } from "../api/pod-state";
import type { Snapshot } from "../state/snapshot";

/**
 * Pods of nodes that are leaving, as far as they will be evicted soon: those that may stay for as long as they like, or
 * that no budget ever lets go, would have empty nodes made for them.
 */
export const displacedPods = ({ tracked, budgets, at }: Pick<Snapshot, "tracked" | "budgets" | "at">): readonly Pod[] =>
  tracked
    .filter(({ leaving }) => leaving)
    .flatMap(({ pods }) => pods.filter(isReschedulable))
    .filter((pod) => !isDoNotDisrupt(pod, at) && !areBlocking(budgetsOver(pod, budgets)));
