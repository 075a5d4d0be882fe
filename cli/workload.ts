import type { KubeObject, LabelSelector } from "../controller/api/kube-object";
import type { PersistentVolumeClaim } from "../controller/api/storage";
import type { PodTemplateSpec } from "../controller/api/workloads";

/** The parts of a Deployment or ReplicaSet we read. */
export interface Workload extends KubeObject {
  readonly spec: {
    /** @default 1 */
    readonly replicas?: number;
    readonly selector?: LabelSelector;
    readonly template: PodTemplateSpec;
  };
}

export interface StatefulSet extends KubeObject {
  readonly spec: Workload["spec"] & {
    readonly ordinals?: { readonly start?: number };
    readonly volumeClaimTemplates?: readonly Pick<PersistentVolumeClaim, "metadata" | "spec">[];
  };
}

export interface Job extends KubeObject {
  readonly spec: {
    /** @default 1 */
    readonly parallelism?: number;
    readonly completions?: number;
    readonly suspend?: boolean;
    readonly template: PodTemplateSpec;
  };
  readonly status?: {
    readonly succeeded?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}
