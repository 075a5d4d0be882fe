import type { BlockDeviceMapping, EC2NodeClass, EC2NodeClassSpec } from "../api/ec2-node-class";
import type { ResourceList } from "../api/kube-object";
import { fromBytes, fromMillis, toUnits } from "../api/quantity";
import { families, familyOf, type FamilyTraits } from "./ami-family";
import vpcLimits from "./data/vpc-limits.json";
import type { MachineType } from "./machine-type";
import { allocatable, MIB, type Reservable } from "./overhead";

/** What of a node is decided neither by its type nor by its class. */
export interface NodeSettings {
  /** Share of the memory that the hypervisor and the firmware keep. Default 0.075. */
  readonly vmMemoryOverheadPercent: number;
  /** Network interfaces that pods cannot use, as with custom networking. Default 0. */
  readonly reservedEnis: number;
  /** By type. @default what the package ships */
  readonly vpcLimits?: Readonly<Partial<Record<string, VpcLimits>>>;
}

/** What the VPC resource controller gives a node of a type. */
export interface VpcLimits {
  readonly ipv4PerEni: number;
  readonly branchEni: number;
  readonly trunking: boolean;
}

export interface Resources {
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
}

const PODS_WITHOUT_INTERFACES = 110;

const shippedLimits: NodeSettings["vpcLimits"] = vpcLimits;

/** What a machine of the type has, and what pods can have of it, when the class boots it. */
export function resourcesOf(
  type: MachineType,
  { spec }: Pick<EC2NodeClass, "spec">,
  settings: NodeSettings,
): Resources {
  const traits = families[familyOf({ spec })];
  const kubelet = spec.kubelet ?? {};
  const pods = podsOf(type, spec, settings);
  const capacity: Reservable = {
    cpu: type.cpus * 1000,
    memory: memoryOf(type, settings) * MIB,
    storage: toUnits(storageOf(type, spec)),
  };
  const bootPods = traits.memoryByInterfaces ? podsByInterfaces(type, { reserved: 0 }) : pods;
  const left = allocatable(capacity, { cpus: type.cpus, pods: bootPods, kubelet });
  const others = { pods: String(pods), ...devices(type, spec), ...network(type, traits, settings) };
  return { capacity: { ...written(capacity), ...others }, allocatable: { ...written(left), ...others } };
}

const written = ({ cpu, memory, storage }: Reservable): ResourceList => ({
  cpu: fromMillis(cpu),
  memory: fromBytes(memory),
  "ephemeral-storage": fromBytes(storage),
});

/** In MiB. Arm machines keep another 64 MiB for firmware. */
function memoryOf({ arch, memoryMiB }: MachineType, { vmMemoryOverheadPercent }: NodeSettings): number {
  const seen = memoryMiB - (arch === "arm64" ? 64 : 0);
  return seen - Math.ceil(seen * vmMemoryOverheadPercent);
}

/** Addresses for pods on the default card's interfaces, and two pods on the host's network (Amazon VPC CNI). */
function podsByInterfaces(type: MachineType, { reserved }: { readonly reserved: number }): number {
  const { cards, defaultCard, ipv4PerInterface } = type.network;
  const interfaces = (cards.find(({ index }) => index === defaultCard)?.interfaces ?? 0) - reserved;
  return interfaces <= 0 ? 0 : interfaces * (ipv4PerInterface - 1) + 2;
}

function podsOf(type: MachineType, spec: EC2NodeClassSpec, { reservedEnis }: NodeSettings): number {
  const traits = families[familyOf({ spec })];
  const { maxPods, podsPerCore = 0 } = spec.kubelet ?? {};
  const efaOnly = (spec.networkInterfaces ?? []).filter(
    ({ networkCardIndex, interfaceType }) => networkCardIndex === 0 && interfaceType === "efa-only",
  ).length;
  const byFamily = traits.podsByInterfaces
    ? podsByInterfaces(type, { reserved: reservedEnis + efaOnly })
    : PODS_WITHOUT_INTERFACES;
  const most = typeof maxPods === "number" ? maxPods : byFamily;
  return podsPerCore > 0 && traits.podsPerCore ? Math.min(podsPerCore * type.cpus, most) : most;
}

/** The disk that holds images, logs and pods' files. */
function storageOf(type: MachineType, spec: EC2NodeClassSpec): string {
  if (spec.instanceStorePolicy === "RAID0" && type.instanceStorageGB) return `${type.instanceStorageGB}G`;
  const traits = families[familyOf({ spec })];
  return ephemeralMapping(spec.blockDeviceMappings ?? [], traits)?.ebs?.volumeSize ?? traits.ephemeralDefault;
}

function ephemeralMapping(
  mappings: readonly BlockDeviceMapping[],
  { ephemeralDevice }: FamilyTraits,
): BlockDeviceMapping | undefined {
  const root = mappings.find(({ rootVolume }) => rootVolume === true);
  if (root?.ebs?.volumeSize !== undefined) return root;
  // A custom image may mount anything anywhere; by convention the last volume is for pods.
  if (ephemeralDevice === undefined) return mappings.at(-1);
  return mappings.find(({ deviceName }) => deviceName === ephemeralDevice);
}

const gpuResources: Readonly<Record<string, string>> = {
  "nvidia.com/gpu": "NVIDIA",
  "amd.com/gpu": "AMD",
  "habana.ai/gaudi": "Habana",
};

function devices(type: MachineType, spec: EC2NodeClassSpec): ResourceList {
  const counts: Record<string, number> = {};
  for (const [resource, maker] of Object.entries(gpuResources)) {
    counts[resource] = total(type.gpus.filter(({ manufacturer }) => manufacturer === maker));
  }
  const [first] = type.neuronDevices;
  counts["aws.amazon.com/neuron"] = total(type.neuronDevices);
  counts["aws.amazon.com/neuroncore"] = first ? first.count * first.cores : 0;
  counts["vpc.amazonaws.com/efa"] = spec.networkInterfaces
    ? spec.networkInterfaces.filter(({ interfaceType }) => interfaceType === "efa-only").length
    : type.network.efaInterfaces;
  return positive(counts);
}

function network(
  { name }: MachineType,
  { os }: FamilyTraits,
  { vpcLimits: limits = shippedLimits }: NodeSettings,
): ResourceList {
  const { branchEni = 0, trunking = false, ipv4PerEni = 1 } = limits?.[name] ?? {};
  return positive({
    "vpc.amazonaws.com/pod-eni": trunking ? branchEni : 0,
    "vpc.amazonaws.com/PrivateIPv4Address": os === "windows" ? ipv4PerEni - 1 : 0,
  });
}

const total = (things: readonly { readonly count: number }[]): number =>
  things.reduce((sum, { count }) => sum + count, 0);

const positive = (counts: Readonly<Record<string, number>>): ResourceList =>
  Object.fromEntries(
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => [name, String(count)]),
  );
