import { labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import type { Metrics } from "../ports/metrics";

export interface Disruption {
  /** In snake case, as in Karpenter's metrics reference. */
  readonly reason: string;
  /** The pool's consolidation policy, where that was what decided. */
  readonly policy?: string | undefined;
}

/** Counts a claim that was given up or taken away. */
export function countDisrupted(metrics: Metrics, claim: NodeClaim, { reason, policy = "" }: Disruption): void {
  metrics.count("karpenter_nodeclaims_disrupted_total", {
    reason,
    nodepool: poolOf(claim),
    capacity_type: claim.metadata.labels?.[labels.capacityType] ?? "",
    consolidation_policy: policy,
    termination_mode: claim.spec.terminationGracePeriod === undefined ? "graceful" : "eventual",
  });
}

export const poolOf = ({ metadata }: Pick<NodeClaim, "metadata">): string => metadata.labels?.[labels.nodePool] ?? "";
