import type { TopologySpreadConstraint } from "./pod";

/** A spread constraint for pods that have none; which pods it counts follows from each pod's Services and owner. */
export type DefaultSpread = Omit<TopologySpreadConstraint, "labelSelector" | "matchLabelKeys">;

/** Karpenter's `--scheduler-config`: what the cluster's kube-scheduler was told, as far as planning has to know it. */
export interface SchedulerConfig {
  readonly defaultConstraints: readonly DefaultSpread[];
}
