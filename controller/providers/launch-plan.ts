import type { BlockDeviceMapping, EbsVolume, EC2NodeClass, ResolvedAmi } from "../api/ec2-node-class";
import { labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import { toUnits } from "../api/quantity";
import type { Labels } from "../api/kube-object";
import type { InstanceType, Offering } from "../scheduling/instance-type";
import { families, familyOf } from "./ami-family";
import { allowsAll, wishesOf } from "./compatibility";
import type { ClusterFacts } from "./eks-api";
import { imageFor } from "./instance-types";
import { NITRO_SANDBOX } from "./launch-choices";
import type { BlockDevice, LaunchTemplate, TemplateInterface } from "./launch-template";
import { targetOf, type ReservationTarget } from "./reservation-target";
import { TENANCY } from "./type-labels";
import { userData } from "./user-data";

export interface LaunchSubject {
  readonly claim: Pick<NodeClaim, "metadata" | "spec">;
  readonly nodeClass: EC2NodeClass;
  readonly capacityType: Offering["capacityType"];
  /** Whether machines run in reservations that they are meant for and in no other; else in any that is open. */
  readonly usesReservations: boolean;
  readonly clusterName: string;
  readonly cluster: ClusterFacts;
  readonly clusterDns?: string;
  readonly instanceProfile: string;
  readonly tags: Labels;
}

/** A launch template and what may be launched with it. */
export interface PlannedTemplate<T> {
  readonly template: LaunchTemplate;
  readonly lots: readonly T[];
}

/** A type to launch; how it is bought matters where it is reserved. */
interface Launchable {
  readonly type: InstanceType;
  readonly offering?: Offering;
}

export const EFA = "vpc.amazonaws.com/efa";

/**
 * One template for each image, number of pods, number of fabric interfaces and reservation: what a template fixes and
 * lots differ in.
 */
export function planTemplates<T extends Launchable>(
  subject: LaunchSubject,
  lots: readonly T[],
): readonly PlannedTemplate<T>[] {
  const groups = new Map<string, { readonly template: LaunchTemplate; readonly lots: T[] }>();
  for (const lot of lots) {
    const { type, offering } = lot;
    const image = imageFor(type, subject.nodeClass.status?.amis ?? []);
    if (image === undefined) continue;
    const key = JSON.stringify([image.id, type.capacity["pods"], efaOf(subject, type), offering?.reservation?.id]);
    const group = groups.get(key) ?? { template: templateFor(subject, image, lot), lots: [] };
    group.lots.push(lot);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Fabric interfaces to attach: all that the type has, once the claim asks for any. */
const efaOf = ({ claim }: LaunchSubject, type: InstanceType): number =>
  claim.spec.resources?.requests?.[EFA] === undefined ? 0 : toUnits(type.capacity[EFA] ?? "0");

function templateFor(subject: LaunchSubject, image: ResolvedAmi, { type, offering }: Launchable): LaunchTemplate {
  const reservation = reservationOf(subject, offering);
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
    ...(reservation && { reservation }),
    tags: subject.tags,
  };
}

/** An open reservation may be somebody else's plan: what was not bought as reserved keeps out of it. */
function reservationOf(
  { usesReservations }: LaunchSubject,
  offering: Offering | undefined,
): ReservationTarget | "none" | undefined {
  return usesReservations ? ((offering && targetOf(offering)) ?? "none") : undefined;
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

function bootText(subject: LaunchSubject, type: InstanceType): string {
  const { claim, nodeClass, clusterName, cluster, clusterDns, capacityType } = subject;
  return userData(familyOf(nodeClass), {
    ...{ clusterName, cluster },
    ...(clusterDns !== undefined && { clusterDns }),
    kubelet: nodeClass.spec.kubelet ?? {},
    maxPods: toUnits(type.capacity["pods"] ?? "110"),
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
