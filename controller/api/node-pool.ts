import type { Condition, KubeObject, Labels, ResourceList, Taint } from "./kube-object";
import type { RequirementSpec } from "./requirement";

/** `karpenter.sh/v1` NodePool. */
export interface NodePool extends KubeObject {
  readonly spec: NodePoolSpec;
  readonly status?: NodePoolStatus;
}

export interface NodePoolSpec {
  readonly template: NodeClaimTemplate;
  /** Defaulted by the API server: `consolidateAfter: 0s`, `WhenEmptyOrUnderutilized`, one budget of 10%. */
  readonly disruption?: Disruption;
  /** Hard ceiling on what the pool's nodes may have together; `nodes` counts nodes. */
  readonly limits?: ResourceList;
  /** 1 to 100; a higher weight is tried first; unset counts as 0. */
  readonly weight?: number;
  /** Makes the pool static (gate StaticCapacity). */
  readonly replicas?: number;
}

export interface NodeClaimTemplate {
  readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels };
  readonly spec: NodeClaimTemplateSpec;
}

export interface NodeClaimTemplateSpec {
  readonly nodeClassRef: NodeClassRef;
  readonly requirements: readonly RequirementSpec[];
  readonly taints?: readonly Taint[];
  readonly startupTaints?: readonly Taint[];
  /** Duration or `Never`; the API server's default is `720h`. */
  readonly expireAfter?: string;
  readonly terminationGracePeriod?: string;
}

export interface NodeClassRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

export interface Disruption {
  /** Duration or `Never`. */
  readonly consolidateAfter?: string;
  readonly consolidationPolicy?: "WhenEmpty" | "WhenEmptyOrUnderutilized" | "Balanced";
  readonly budgets?: readonly Budget[];
}

export interface Budget {
  /** A number or a percentage ("10%") of the pool's nodes. */
  readonly nodes: string;
  readonly reasons?: readonly DisruptionReason[];
  /** Cron, five fields or `@daily` and its like, in UTC; goes with `duration`. */
  readonly schedule?: string;
  readonly duration?: string;
}

export type DisruptionReason = "Underutilized" | "Empty" | "Drifted";

export interface NodePoolStatus {
  readonly resources?: ResourceList;
  readonly nodes?: number;
  readonly nodeClassObservedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** `<group>/<kind in lower case>`: the label by which a controller recognizes what belongs to its classes. */
export const nodeClassLabel = ({ group, kind }: NodeClassRef): string => `${group}/${kind.toLowerCase()}`;
