import type { BlockDeviceMapping, EbsVolume, EC2NodeClass, ResolvedAmi } from "../api/ec2-node-class";
import { labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import { toUnits } from "../api/quantity";
import type { Labels } from "../api/kube-object";
import type { InstanceType } from "../scheduling/instance-type";
import { families, familyOf } from "./ami-family";
import { allowsAll, wishesOf } from "./compatibility";
import type { ClusterFacts } from "./eks-api";
import { imageFor } from "./instance-types";
import { NITRO_SANDBOX } from "./launch-choices";
import type { BlockDevice, LaunchTemplate, TemplateInterface } from "./launch-template";
import { TENANCY } from "./type-labels";
import { userData } from "./user-data";

export interface LaunchSubject {
  readonly claim: Pick<NodeClaim, "metadata" | "spec">;
  readonly nodeClass: EC2NodeClass;
  readonly capacityType: "spot" | "on-demand";
  readonly clusterName: string;
  readonly cluster: ClusterFacts;
  readonly clusterDns?: string;
  readonly instanceProfile: string;
  readonly tags: Labels;
}

/** A launch template and the types that may be launched with it. */
export interface PlannedTemplate {
  readonly template: LaunchTemplate;
  readonly types: readonly InstanceType[];
}

export const EFA = "vpc.amazonaws.com/efa";

/** One template for each image, number of pods and number of fabric interfaces: what a template fixes and types differ in. */
export function planTemplates(subject: LaunchSubject, types: readonly InstanceType[]): readonly PlannedTemplate[] {
  const groups = new Map<string, { image: ResolvedAmi; types: InstanceType[] }>();
  for (const type of types) {
    const image = imageFor(type, subject.nodeClass.status?.amis ?? []);
    if (image === undefined) continue;
    const key = JSON.stringify([image.id, type.capacity["pods"], efaOf(subject, type)]);
    const group = groups.get(key) ?? { image, types: [] };
    group.types.push(type);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ image, types: same }) => ({
    template: templateFor(subject, image, same[0]),
    types: same,
  }));
}

/** Fabric interfaces to attach: all that the type has, once the claim asks for any. */
const efaOf = ({ claim }: LaunchSubject, type: InstanceType | undefined): number =>
  claim.spec.resources?.requests?.[EFA] === undefined ? 0 : toUnits(type?.capacity[EFA] ?? "0");

function templateFor(subject: LaunchSubject, image: ResolvedAmi, type: InstanceType | undefined): LaunchTemplate {
  const { spec } = subject.nodeClass;
  const nestedVirtualization = spec.cpuOptions?.nestedVirtualization;
  return {
    imageId: image.id,
    instanceProfile: subject.instanceProfile,
    userData: bootText(subject, type),
    detailedMonitoring: spec.detailedMonitoring ?? false,
    blockDevices: blockDevicesOf(subject.nodeClass),
    networkInterfaces: interfacesOf(subject.nodeClass, efaOf(subject, type)),
    metadata: { ...metadataDefaults, ...spec.metadataOptions },
    tenancy: tenancyOf(subject.claim),
    ...(spec.placementGroupSelector && { placementGroup: spec.placementGroupSelector }),
    ...(nestedVirtualization && { nestedVirtualization }),
    enclave: subject.claim.spec.resources?.requests?.[NITRO_SANDBOX] !== undefined,
    spot: subject.capacityType === "spot",
    tags: subject.tags,
  };
}

/** As the CRD has them. */
const metadataDefaults: LaunchTemplate["metadata"] = {
  httpEndpoint: "enabled",
  httpProtocolIPv6: "disabled",
  httpPutResponseHopLimit: 1,
  httpTokens: "required",
};

/** Shared hardware unless only dedicated is allowed. */
const tenancyOf = ({ spec }: Pick<NodeClaim, "spec">): "default" | "dedicated" =>
  allowsAll(wishesOf(spec.requirements), TENANCY, "default") ? "default" : "dedicated";

function bootText(subject: LaunchSubject, type: InstanceType | undefined): string {
  const { claim, nodeClass, clusterName, cluster, clusterDns, capacityType } = subject;
  return userData(familyOf(nodeClass), {
    ...{ clusterName, cluster },
    ...(clusterDns !== undefined && { clusterDns }),
    kubelet: nodeClass.spec.kubelet ?? {},
    maxPods: toUnits(type?.capacity["pods"] ?? "110"),
    labels: { ...claim.metadata.labels, [labels.capacityType]: capacityType },
    taints: [...(claim.spec.taints ?? []), ...(claim.spec.startupTaints ?? [])],
    raid0: nodeClass.spec.instanceStorePolicy === "RAID0",
    custom: nodeClass.spec.userData ?? "",
  });
}

function blockDevicesOf(nodeClass: EC2NodeClass): readonly BlockDevice[] {
  const mappings = nodeClass.spec.blockDeviceMappings ?? families[familyOf(nodeClass)].blockDevices;
  return mappings.map(blockDeviceOf);
}

const GIB = 2 ** 30;

function blockDeviceOf({ deviceName = "", ebs = {} }: BlockDeviceMapping): BlockDevice {
  const { deleteOnTermination = true, encrypted, volumeType, volumeSize, kmsKeyID, snapshotID, ...rates } = ebs;
  return {
    ...{ deviceName, deleteOnTermination },
    // EC2 counts in whole GiB; less would cut off what was asked for.
    ...(volumeSize !== undefined && { sizeGiB: Math.ceil(toUnits(volumeSize) / GIB) }),
    ...(encrypted !== undefined && { encrypted }),
    ...(volumeType && { type: volumeType }),
    ...(kmsKeyID !== undefined && { kmsKeyId: kmsKeyID }),
    ...(snapshotID !== undefined && { snapshotId: snapshotID }),
    ...ratesOf(rates),
  };
}

/** EC2 refuses a zero, which means the volume type's own. */
const ratesOf = ({ iops, throughput, volumeInitializationRate }: EbsVolume) => ({
  ...(iops && { iops }),
  ...(throughput && { throughput }),
  ...(volumeInitializationRate && { initializationRate: volumeInitializationRate }),
});

function interfacesOf({ spec, status }: EC2NodeClass, efa: number): readonly TemplateInterface[] {
  const common = { securityGroupIds: (status?.securityGroups ?? []).map(({ id }) => id) };
  const addresses = {
    ...(spec.associatePublicIPAddress !== undefined && { publicIp: spec.associatePublicIPAddress }),
    ...(spec.ipPrefixCount !== undefined && { ipv4Prefixes: spec.ipPrefixCount }),
    ...(spec.connectionTracking !== undefined && { connectionTracking: spec.connectionTracking }),
  };
  if (spec.networkInterfaces && spec.networkInterfaces.length > 0) {
    return spec.networkInterfaces.map(({ networkCardIndex, deviceIndex, interfaceType }) => ({
      ...{ networkCard: networkCardIndex, device: deviceIndex, type: interfaceType },
      ...common,
      ...(interfaceType === "interface" && addresses),
    }));
  }
  if (efa === 0) return [{ networkCard: 0, device: 0, type: "interface", ...common, ...addresses }];
  // One fabric interface on each card; the first is the machine's own, the others are its second device.
  return Array.from({ length: efa }, (_, card) => ({
    ...{ networkCard: card, device: card === 0 ? 0 : 1, type: "efa" as const },
    ...common,
    ...addresses,
  }));
}
