import type { KubeObject, LabelSelector, Labels } from "./kube-object";
import type { PodSpec } from "./pod";

/** What the pods of a workload are made from. */
export interface PodTemplateSpec {
  readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels };
  readonly spec: PodSpec;
}

/** The parts of a DaemonSet we read. */
export interface DaemonSet extends KubeObject {
  readonly spec: { readonly selector?: LabelSelector; readonly template: PodTemplateSpec };
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

/** The parts of a Deployment we read: whether another node autoscaler runs here, and what a buffer is shaped after. */
export interface Deployment extends KubeObject {
  readonly spec?: { readonly replicas?: number; readonly template?: PodTemplateSpec };
  readonly status?: { readonly readyReplicas?: number };
}

/** The parts of a ReplicaSet we read. */
export interface ReplicaSet extends KubeObject {
  readonly spec: {
    readonly selector?: LabelSelector;
    readonly replicas?: number;
    readonly template?: PodTemplateSpec;
  };
}

/** The parts of a StatefulSet we read. */
export interface StatefulSet extends KubeObject {
  readonly spec: {
    readonly selector?: LabelSelector;
    readonly replicas?: number;
    readonly template?: PodTemplateSpec;
  };
}

/** A PodTemplate: the shape of pods that nobody runs. */
export interface PodTemplate extends KubeObject {
  readonly template?: PodTemplateSpec;
}

/** The parts of a ReplicationController we read. */
export interface ReplicationController extends KubeObject {
  readonly spec?: { readonly selector?: Labels };
}

/**
 * The parts of a Service we read: whose pods it is for. Without a selector it is for none, with an empty one for all.
 */
export interface Service extends KubeObject {
  readonly spec?: { readonly selector?: Labels };
}

export type Namespace = KubeObject;
