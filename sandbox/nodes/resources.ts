import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { BootInstructions } from "./boot-instructions";

const MI = 1024 ** 2;
const GI = 1024 ** 3;
/**
 * Firmware, kernel and crash kernel take a little less than Karpenter's guess of 7.5 %; real
 * machines differ from it too.
 */
const HIDDEN_MEMORY = 0.06;
const EVICTION_MEMORY = 100 * MI;
const EVICTION_DISK = 0.1;

/** Resources by name, cpu in millicores, memory and storage in bytes, the rest counted. */
type Amounts = Record<string, number>;

/** What a kubelet on such a machine reports. */
export interface Resources {
  readonly capacity: Record<string, string>;
  readonly allocatable: Record<string, string>;
}

/**
 * Capacity and allocatable of a machine, by what its kubelet is told and the kernel leaves.
 * @param diskBytes of the file system that pods write to
 */
export function resourcesOf(type: InstanceTypeInfo, boot: BootInstructions, diskBytes: number): Resources {
  const pods = boot.maxPods ?? podsByInterfaces(type);
  const capacity: Amounts = {
    cpu: coresOf(type) * 1000,
    memory: Math.floor(memoryMiB(type) * (1 - HIDDEN_MEMORY)) * MI,
    "ephemeral-storage": boot.raid0 ? instanceStoreBytes(type) : diskBytes,
    pods,
  };
  const reserved = { ...reservedByDefault(type), ...amountsOf(boot.kubeReserved) };
  const system = amountsOf(boot.systemReserved);
  const eviction = evictionOf(boot, capacity);
  const allocatable = Object.fromEntries(
    Object.entries(capacity).map(([name, amount]) => {
      const taken = (reserved[name] ?? 0) + (system[name] ?? 0) + (eviction[name] ?? 0);
      return [name, Math.max(0, Math.floor(amount - taken))];
    }),
  );
  return { capacity: written(capacity), allocatable: written(allocatable) };
}

function evictionOf(
  { evictionHard }: BootInstructions,
  { memory = 0, "ephemeral-storage": disk = 0 }: Amounts,
): Amounts {
  return {
    memory: threshold(evictionHard["memory.available"], memory) ?? EVICTION_MEMORY,
    "ephemeral-storage": threshold(evictionHard["nodefs.available"], disk) ?? disk * EVICTION_DISK,
  };
}

const coresOf = ({ VCpuInfo }: InstanceTypeInfo): number => VCpuInfo?.DefaultVCpus ?? 0;
const memoryMiB = ({ MemoryInfo }: InstanceTypeInfo): number => MemoryInfo?.SizeInMiB ?? 0;
const instanceStoreBytes = ({ InstanceStorageInfo }: InstanceTypeInfo): number =>
  (InstanceStorageInfo?.TotalSizeInGB ?? 0) * 1e9;

/** The makers' resource names. */
const gpuResources: Readonly<Record<string, string>> = {
  NVIDIA: "nvidia.com/gpu",
  AMD: "amd.com/gpu",
  Habana: "habana.ai/gaudi",
};

/** What device plugins add once they run. */
export function devicesOf(type: InstanceTypeInfo): Record<string, string> {
  const found = [...gpus(type), ...neurons(type), ...elasticFabricAdapters(type)];
  const sums: Amounts = {};
  for (const [name, count] of found) sums[name] = (sums[name] ?? 0) + count;
  return Object.fromEntries(Object.entries(sums).map(([name, count]) => [name, String(count)]));
}

const gpus = ({ GpuInfo }: InstanceTypeInfo): [string, number][] =>
  (GpuInfo?.Gpus ?? []).flatMap(({ Manufacturer = "", Count = 0 }) => {
    const name = gpuResources[Manufacturer];
    return name === undefined ? [] : [[name, Count]];
  });

const neurons = ({ NeuronInfo }: InstanceTypeInfo): [string, number][] =>
  (NeuronInfo?.NeuronDevices ?? []).flatMap(({ Count = 0, CoreInfo }) => [
    ["aws.amazon.com/neuron", Count],
    ["aws.amazon.com/neuroncore", Count * (CoreInfo?.Count ?? 0)],
  ]);

const elasticFabricAdapters = ({ NetworkInfo }: InstanceTypeInfo): [string, number][] =>
  NetworkInfo?.EfaSupported === true ? [["vpc.amazonaws.com/efa", NetworkInfo.EfaInfo?.MaximumEfaInterfaces ?? 0]] : [];

/**
 * Every interface's own address is not for pods; two pods use the host's.
 * https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html
 */
function podsByInterfaces({ NetworkInfo }: InstanceTypeInfo): number {
  const cards = NetworkInfo?.NetworkCards?.find(
    ({ NetworkCardIndex }) => NetworkCardIndex === (NetworkInfo.DefaultNetworkCardIndex ?? 0),
  );
  const interfaces = cards?.MaximumNetworkInterfaces ?? NetworkInfo?.MaximumNetworkInterfaces ?? 0;
  return interfaces * ((NetworkInfo?.Ipv4AddressesPerInterface ?? 1) - 1) + 2;
}

/** What EKS images reserve for kubelet and runtime. https://github.com/awslabs/amazon-eks-ami documents the bands. */
function reservedByDefault(type: InstanceTypeInfo): Amounts {
  const cores = coresOf(type);
  const bands = [60, 10, 5, 5];
  const first = bands.slice(0, cores).reduce((sum, millis) => sum + millis, 0);
  const rest = Math.floor(Math.max(0, cores - bands.length) * 2.5);
  return { cpu: first + rest, memory: (11 * podsByInterfaces(type) + 255) * MI, "ephemeral-storage": GI };
}

const units: Readonly<Record<string, number>> = {
  Ki: 1024,
  Mi: MI,
  Gi: GI,
  Ti: 1024 ** 4,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  "": 1,
};

const amountsOf = (quantities: Readonly<Record<string, string>>): Amounts =>
  Object.fromEntries(
    Object.entries(quantities).map(([name, quantity]) => [
      name,
      name === "cpu" ? millicores(quantity) : bytes(quantity),
    ]),
  );

const millicores = (quantity: string): number =>
  quantity.endsWith("m") ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000;

function bytes(quantity: string): number {
  const [, number = "0", unit = ""] = /^([\d.]+)(\w*)$/.exec(quantity) ?? [];
  return Number(number) * (units[unit] ?? 1);
}

const threshold = (given: string | undefined, of: number): number | undefined => {
  if (given === undefined) return undefined;
  return given.endsWith("%") ? (Number(given.slice(0, -1)) / 100) * of : bytes(given);
};

/** As a kubelet writes it. */
const notations: Readonly<Partial<Record<string, (amount: number) => string>>> = {
  cpu: (millis) => `${millis}m`,
  memory: (inBytes) => `${Math.floor(inBytes / 1024)}Ki`,
};

const written = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries(
    Object.entries(amounts).map(([name, amount]) => [name, notations[name]?.(amount) ?? String(Math.floor(amount))]),
  );
