import type { KubeObject } from "./kube-object";
import type { NodeSelectorTerm, VolumeClaimSpec } from "./pod";

/** The parts of a PersistentVolumeClaim we read. */
export interface PersistentVolumeClaim extends KubeObject {
  readonly spec: VolumeClaimSpec;
  readonly status?: { readonly phase?: "Pending" | "Bound" | "Lost" };
}

/** The parts of a PersistentVolume we read. */
export interface PersistentVolume extends KubeObject {
  readonly spec: {
    readonly nodeAffinity?: { readonly required?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] } };
    readonly csi?: { readonly driver: string; readonly volumeHandle?: string };
    /** In-tree EBS, which the EBS CSI driver serves nowadays; the id may be `aws://<zone>/<volume>`. */
    readonly awsElasticBlockStore?: { readonly volumeID: string };
    readonly local?: object;
    readonly hostPath?: object;
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

/** The parts of a CSINode we read: what storage drivers say of the node that has its name. */
export interface CSINode extends KubeObject {
  readonly spec: {
    readonly drivers?: readonly {
      readonly name: string;
      /** How many volumes of the driver the node can attach; no limit when absent. */
      readonly allocatable?: { readonly count?: number };
    }[];
  };
}

/** The parts of a VolumeAttachment we read. */
export interface VolumeAttachment extends KubeObject {
  readonly spec: { readonly nodeName: string; readonly source: { readonly persistentVolumeName?: string } };
}
