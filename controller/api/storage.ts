import type { KubeObject } from "./kube-object";
import type { NodeSelectorTerm } from "./pod";

/** The parts of a PersistentVolumeClaim we read. */
export interface PersistentVolumeClaim extends KubeObject {
  readonly spec: { readonly storageClassName?: string; readonly volumeName?: string };
  readonly status?: { readonly phase?: "Pending" | "Bound" | "Lost" };
}

/** The parts of a PersistentVolume we read. */
export interface PersistentVolume extends KubeObject {
  readonly spec: {
    readonly nodeAffinity?: { readonly required?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] } };
    readonly csi?: { readonly driver: string };
    readonly storageClassName?: string;
  };
}

/** The parts of a StorageClass we read. */
export interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly volumeBindingMode?: "Immediate" | "WaitForFirstConsumer";
  readonly allowedTopologies?: readonly {
    readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
  }[];
}

/** The parts of a VolumeAttachment we read. */
export interface VolumeAttachment extends KubeObject {
  readonly spec: { readonly nodeName: string; readonly source: { readonly persistentVolumeName?: string } };
}
