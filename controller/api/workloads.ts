import type { KubeObject, LabelSelector, Labels } from "./kube-object";
import type { PodSpec } from "./pod";

/** The parts of a DaemonSet we read. */
export interface DaemonSet extends KubeObject {
  readonly spec: {
    readonly selector?: LabelSelector;
    readonly template: {
      readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels };
      readonly spec: PodSpec;
    };
  };
}

/** The parts of a PodDisruptionBudget we read. */
export interface PodDisruptionBudget extends KubeObject {
  readonly spec: {
    readonly selector?: LabelSelector;
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
    readonly unhealthyPodEvictionPolicy?: "IfHealthyBudget" | "AlwaysAllow";
  };
  readonly status?: { readonly disruptionsAllowed?: number };
}

/** The parts of a Deployment we read: whether another node autoscaler runs here. */
export interface Deployment extends KubeObject {
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } };
  };
  readonly status?: { readonly readyReplicas?: number };
}

export type Namespace = KubeObject;
