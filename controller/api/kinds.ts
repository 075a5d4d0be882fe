import type { EC2NodeClass } from "./ec2-node-class";
import type { Node } from "./node";
import type { NodeClaim } from "./node-claim";
import type { NodePool } from "./node-pool";
import type { Pod } from "./pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment } from "./storage";
import type { DaemonSet, Deployment, Namespace, PodDisruptionBudget } from "./workloads";

/** Every kind the controller reads or writes, with its TypeScript type. */
export interface Kinds {
  NodePool: NodePool;
  NodeClaim: NodeClaim;
  EC2NodeClass: EC2NodeClass;
  Node: Node;
  Pod: Pod;
  Namespace: Namespace;
  DaemonSet: DaemonSet;
  Deployment: Deployment;
  PodDisruptionBudget: PodDisruptionBudget;
  PersistentVolumeClaim: PersistentVolumeClaim;
  PersistentVolume: PersistentVolume;
  StorageClass: StorageClass;
  VolumeAttachment: VolumeAttachment;
}

export type Kind = keyof Kinds;

export interface KindInfo {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Where the API server keeps each kind. RBAC rules and informers are derived from this table. */
export const kinds: Readonly<Record<Kind, KindInfo>> = {
  NodePool: { apiVersion: "karpenter.sh/v1", plural: "nodepools", namespaced: false },
  NodeClaim: { apiVersion: "karpenter.sh/v1", plural: "nodeclaims", namespaced: false },
  EC2NodeClass: { apiVersion: "karpenter.k8s.aws/v1", plural: "ec2nodeclasses", namespaced: false },
  Node: { apiVersion: "v1", plural: "nodes", namespaced: false },
  Pod: { apiVersion: "v1", plural: "pods", namespaced: true },
  Namespace: { apiVersion: "v1", plural: "namespaces", namespaced: false },
  DaemonSet: { apiVersion: "apps/v1", plural: "daemonsets", namespaced: true },
  Deployment: { apiVersion: "apps/v1", plural: "deployments", namespaced: true },
  PodDisruptionBudget: { apiVersion: "policy/v1", plural: "poddisruptionbudgets", namespaced: true },
  PersistentVolumeClaim: { apiVersion: "v1", plural: "persistentvolumeclaims", namespaced: true },
  PersistentVolume: { apiVersion: "v1", plural: "persistentvolumes", namespaced: false },
  StorageClass: { apiVersion: "storage.k8s.io/v1", plural: "storageclasses", namespaced: false },
  VolumeAttachment: { apiVersion: "storage.k8s.io/v1", plural: "volumeattachments", namespaced: false },
};
