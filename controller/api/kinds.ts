import type { CapacityBuffer } from "./capacity-buffer";
import type { EC2NodeClass } from "./ec2-node-class";
import type { Node } from "./node";
import type { NodeClaim } from "./node-claim";
import type { NodeOverlay } from "./node-overlay";
import type { NodePool } from "./node-pool";
import type { Pod } from "./pod";
import type { CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment } from "./storage";
import type {
  DaemonSet,
  Deployment,
  Namespace,
  PodDisruptionBudget,
  PodTemplate,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
} from "./workloads";

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
  ReplicaSet: ReplicaSet;
  StatefulSet: StatefulSet;
  ReplicationController: ReplicationController;
  Service: Service;
  PodDisruptionBudget: PodDisruptionBudget;
  PersistentVolumeClaim: PersistentVolumeClaim;
  PersistentVolume: PersistentVolume;
  StorageClass: StorageClass;
  VolumeAttachment: VolumeAttachment;
  CSINode: CSINode;
  NodeOverlay: NodeOverlay;
  CapacityBuffer: CapacityBuffer;
  PodTemplate: PodTemplate;
}

export type Kind = keyof Kinds;

export interface KindInfo {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** What the kind is for: while all of it is off nobody looks at the kind, which need not even be installed. */
  readonly features?: readonly Feature[];
}

/** A feature gate, or spread constraints for pods that have none. */
export type Feature = "NodeOverlay" | "CapacityBuffer" | "DefaultSpread";

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
  ReplicaSet: {
    apiVersion: "apps/v1",
    plural: "replicasets",
    namespaced: true,
    features: ["CapacityBuffer", "DefaultSpread"],
  },
  StatefulSet: {
    apiVersion: "apps/v1",
    plural: "statefulsets",
    namespaced: true,
    features: ["CapacityBuffer", "DefaultSpread"],
  },
  ReplicationController: {
    apiVersion: "v1",
    plural: "replicationcontrollers",
    namespaced: true,
    features: ["DefaultSpread"],
  },
  Service: { apiVersion: "v1", plural: "services", namespaced: true, features: ["DefaultSpread"] },
  PodDisruptionBudget: { apiVersion: "policy/v1", plural: "poddisruptionbudgets", namespaced: true },
  PersistentVolumeClaim: { apiVersion: "v1", plural: "persistentvolumeclaims", namespaced: true },
  PersistentVolume: { apiVersion: "v1", plural: "persistentvolumes", namespaced: false },
  StorageClass: { apiVersion: "storage.k8s.io/v1", plural: "storageclasses", namespaced: false },
  VolumeAttachment: { apiVersion: "storage.k8s.io/v1", plural: "volumeattachments", namespaced: false },
  CSINode: { apiVersion: "storage.k8s.io/v1", plural: "csinodes", namespaced: false },
  NodeOverlay: {
    apiVersion: "karpenter.sh/v1alpha1",
    plural: "nodeoverlays",
    namespaced: false,
    features: ["NodeOverlay"],
  },
  CapacityBuffer: {
    apiVersion: "autoscaling.x-k8s.io/v1beta1",
    plural: "capacitybuffers",
    namespaced: true,
    features: ["CapacityBuffer"],
  },
  PodTemplate: { apiVersion: "v1", plural: "podtemplates", namespaced: true, features: ["CapacityBuffer"] },
};

/** Which features are on. */
export type Features = Readonly<Record<Feature, boolean>>;

/** Whether anybody looks at the kind. */
export const isNeeded = (kind: Kind, on: Features): boolean =>
  kinds[kind].features?.some((feature) => on[feature]) ?? true;

/** The kinds to look at while these features are on. */
export const kindsFor = (on: Features): readonly Kind[] =>
  // Object.keys widens to text; the table's keys are exactly the kinds.
  (Object.keys(kinds) as Kind[]).filter((kind) => isNeeded(kind, on));
