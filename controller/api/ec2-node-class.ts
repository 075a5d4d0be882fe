import type { Condition, KubeObject, Labels } from "./kube-object";
import type { RequirementSpec } from "./requirement";

/** `karpenter.k8s.aws/v1` EC2NodeClass: how machines of a pool are made on EC2. */
export interface EC2NodeClass extends KubeObject {
  readonly spec: EC2NodeClassSpec;
  readonly status?: EC2NodeClassStatus;
}

export type AmiFamily = "AL2" | "AL2023" | "Bottlerocket" | "Custom" | "Windows2019" | "Windows2022" | "Windows2025";

export interface EC2NodeClassSpec {
  readonly subnetSelectorTerms: readonly SubnetSelectorTerm[];
  readonly securityGroupSelectorTerms: readonly SecurityGroupSelectorTerm[];
  readonly amiSelectorTerms: readonly AmiSelectorTerm[];
  /** Defaults to the family of the alias in `amiSelectorTerms`. */
  readonly amiFamily?: AmiFamily;
  readonly userData?: string;
  /** Exactly one of `role` and `instanceProfile`. */
  readonly role?: string;
  readonly instanceProfile?: string;
  readonly capacityReservationSelectorTerms?: readonly CapacityReservationSelectorTerm[];
  readonly placementGroupSelector?: { readonly name?: string; readonly id?: string };
  readonly tags?: Labels;
  readonly kubelet?: KubeletConfiguration;
  readonly blockDeviceMappings?: readonly BlockDeviceMapping[];
  readonly instanceStorePolicy?: "RAID0";
  readonly networkInterfaces?: readonly NetworkInterface[];
  readonly ipPrefixCount?: number;
  readonly detailedMonitoring?: boolean;
  readonly associatePublicIPAddress?: boolean;
  readonly metadataOptions?: MetadataOptions;
  readonly connectionTracking?: ConnectionTracking;
  readonly context?: string;
  readonly cpuOptions?: { readonly nestedVirtualization?: "enabled" | "disabled" };
}

/** Terms are alternatives; keys inside one term must all match. The tag value `*` means that the tag exists. */
export interface SubnetSelectorTerm {
  readonly tags?: Labels;
  readonly id?: string;
}

export interface SecurityGroupSelectorTerm extends SubnetSelectorTerm {
  /** The group name, not the Name tag; `*` and `?` are wildcards. */
  readonly name?: string;
}

export interface AmiSelectorTerm {
  /** `family@version`, such as `al2023@latest` or `bottlerocket@v1.20.3`; then the only term. */
  readonly alias?: string;
  readonly tags?: Labels;
  readonly id?: string;
  readonly name?: string;
  readonly owner?: string;
  readonly ssmParameter?: string;
}

export interface CapacityReservationSelectorTerm {
  readonly tags?: Labels;
  readonly id?: string;
  readonly ownerID?: string;
  readonly instanceMatchCriteria?: "open" | "targeted";
}

/** The kubelet fields that change what fits on a node; others pass through to AL2023 as they are. */
export interface KubeletConfiguration {
  readonly clusterDNS?: readonly string[];
  readonly maxPods?: number;
  readonly podsPerCore?: number;
  readonly systemReserved?: Labels;
  readonly kubeReserved?: Labels;
  readonly evictionHard?: Labels;
  readonly evictionSoft?: Labels;
  readonly evictionSoftGracePeriod?: Labels;
  readonly evictionMaxPodGracePeriod?: number;
  readonly imageGCHighThresholdPercent?: number;
  readonly imageGCLowThresholdPercent?: number;
  readonly cpuCFSQuota?: boolean;
  readonly [field: string]: unknown;
}

export interface BlockDeviceMapping {
  readonly deviceName?: string;
  readonly rootVolume?: boolean;
  readonly ebs?: EbsVolume;
}

export interface EbsVolume {
  readonly deleteOnTermination?: boolean;
  readonly encrypted?: boolean;
  readonly iops?: number;
  readonly kmsKeyID?: string;
  readonly snapshotID?: string;
  readonly throughput?: number;
  readonly volumeInitializationRate?: number;
  /** A quantity, such as `100Gi`. */
  readonly volumeSize?: string;
  readonly volumeType?: "standard" | "io1" | "io2" | "gp2" | "sc1" | "st1" | "gp3";
}

export interface NetworkInterface {
  readonly networkCardIndex: number;
  readonly deviceIndex: number;
  readonly interfaceType: "interface" | "efa-only";
}

export interface MetadataOptions {
  readonly httpEndpoint?: "enabled" | "disabled";
  readonly httpProtocolIPv6?: "enabled" | "disabled";
  readonly httpPutResponseHopLimit?: number;
  readonly httpTokens?: "required" | "optional";
}

export interface ConnectionTracking {
  readonly tcpEstablishedTimeout?: number;
  readonly udpStreamTimeout?: number;
  readonly udpTimeout?: number;
}

export interface EC2NodeClassStatus {
  readonly subnets?: readonly { readonly id: string; readonly zone: string; readonly zoneID?: string }[];
  readonly securityGroups?: readonly { readonly id: string; readonly name?: string }[];
  readonly amis?: readonly ResolvedAmi[];
  readonly instanceProfile?: string;
  readonly capacityReservations?: readonly CapacityReservation[];
  readonly conditions?: readonly Condition[];
}

export interface CapacityReservation {
  readonly id: string;
  readonly instanceType: string;
  readonly availabilityZone: string;
  readonly ownerID: string;
  readonly instanceMatchCriteria: "open" | "targeted";
  /** Default: `default`. */
  readonly reservationType?: "default" | "capacity-block";
  readonly interruptible?: boolean;
  /** Default: `active`. */
  readonly state?: "active" | "expiring";
  readonly endTime?: string;
}

export interface ResolvedAmi {
  readonly id: string;
  readonly name?: string;
  readonly deprecated?: boolean;
  readonly requirements: readonly RequirementSpec[];
}
