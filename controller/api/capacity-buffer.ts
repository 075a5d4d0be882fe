import type { Condition, KubeObject, ObjectMeta, ResourceList } from "./kube-object";
import type { PodTemplateSpec } from "./workloads";

/** `autoscaling.x-k8s.io/v1beta1` CapacityBuffer: room that is kept free, counted in pods of one shape. */
export interface CapacityBuffer extends KubeObject {
  readonly spec: CapacityBufferSpec;
  readonly status?: CapacityBufferStatus;
}

export interface CapacityBufferSpec {
  /** The API server's default is `activeCapacity`. */
  readonly provisioningStrategy?: string;
  /** A PodTemplate of the buffer's namespace. */
  readonly podTemplateRef?: { readonly name: string };
  readonly scalableRef?: ScalableRef;
  readonly replicas?: number;
  /** Of the replicas of `scalableRef`. */
  readonly percentage?: number;
  /** What the buffer's pods may ask for together. */
  readonly limits?: ResourceList;
}

/** A workload of the buffer's namespace. */
export interface ScalableRef {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
}

export interface CapacityBufferStatus {
  readonly podTemplateRef?: { readonly name: string };
  readonly podTemplateGeneration?: number;
  readonly replicas?: number;
  readonly provisioningStrategy?: string;
  readonly conditions?: readonly Condition[];
}

/** Nodes that run and wait: the only strategy there is. */
export const activeCapacity = "buffer.x-k8s.io/active-capacity";

/** Workloads that a buffer may be shaped after, all of API group `apps`. */
export const scalableKinds = ["Deployment", "StatefulSet", "ReplicaSet"] as const;

/** What a buffer refers to, as it is now: the shape of its units, and of a workload how many pods it wants. */
export interface BufferTarget {
  readonly metadata: ObjectMeta;
  readonly template?: PodTemplateSpec;
  /** Undefined for a PodTemplate, which nobody runs. */
  readonly replicas?: number;
}
