/**
 * An EC2 instance type as EC2 describes it, in our words: what the instance-type maths reads, and nothing else.
 * `DescribedType` is the shape of the DescribeInstanceTypes answer, and of the catalog files.
 */
export interface MachineType {
  readonly name: string;
  readonly arch: "amd64" | "arm64";
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly cpuManufacturer?: string;
  readonly clockMHz?: number;
  /** `nitro`, `xen`, or empty for metal. */
  readonly hypervisor: string;
  readonly capacityTypes: readonly ("on-demand" | "spot")[];
  readonly ebsBandwidthMbps?: number;
  /** All instance-store disks together. */
  readonly instanceStorageGB?: number;
  readonly localNvmeGB?: number;
  readonly encryptionInTransit: boolean;
  readonly nitroEnclaves: boolean;
  readonly nestedVirtualization: boolean;
  readonly gpus: readonly Accelerator[];
  readonly inferenceAccelerators: readonly Accelerator[];
  readonly neuronDevices: readonly NeuronDevice[];
  readonly network: Network;
  readonly placementStrategies: readonly string[];
}

export interface Accelerator {
  readonly name: string;
  readonly manufacturer: string;
  readonly count: number;
  /** Of one of them. */
  readonly memoryMiB: number;
}

export interface NeuronDevice {
  readonly name: string;
  readonly count: number;
  readonly cores: number;
}

export interface Network {
  readonly defaultCard: number;
  readonly cards: readonly { readonly index: number; readonly interfaces: number }[];
  readonly ipv4PerInterface: number;
  readonly efaInterfaces: number;
}

type Maybe<T> = T | undefined;

export interface DescribedType {
  readonly InstanceType?: Maybe<string>;
  readonly SupportedUsageClasses?: Maybe<readonly string[]>;
  readonly BareMetal?: Maybe<boolean>;
  readonly Hypervisor?: Maybe<string>;
  readonly ProcessorInfo?: Maybe<{
    readonly Manufacturer?: Maybe<string>;
    readonly SupportedArchitectures?: Maybe<readonly string[]>;
    readonly SupportedFeatures?: Maybe<readonly string[]>;
    readonly SustainedClockSpeedInGhz?: Maybe<number>;
  }>;
  readonly VCpuInfo?: Maybe<{ readonly DefaultVCpus?: Maybe<number> }>;
  readonly MemoryInfo?: Maybe<Size>;
  readonly InstanceStorageInfo?: Maybe<{
    readonly TotalSizeInGB?: Maybe<number>;
    readonly NvmeSupport?: Maybe<string>;
  }>;
  readonly EbsInfo?: Maybe<{
    readonly EbsOptimizedSupport?: Maybe<string>;
    readonly EbsOptimizedInfo?: Maybe<{ readonly MaximumBandwidthInMbps?: Maybe<number> }>;
  }>;
  readonly NetworkInfo?: Maybe<DescribedNetwork>;
  readonly GpuInfo?: Maybe<{ readonly Gpus?: Maybe<readonly DescribedDevice[]> }>;
  readonly InferenceAcceleratorInfo?: Maybe<{ readonly Accelerators?: Maybe<readonly DescribedDevice[]> }>;
  readonly NeuronInfo?: Maybe<{
    readonly NeuronDevices?: Maybe<
      readonly {
        readonly Name?: Maybe<string>;
        readonly Count?: Maybe<number>;
        readonly CoreInfo?: Maybe<{ readonly Count?: Maybe<number> }>;
      }[]
    >;
  }>;
  readonly NitroEnclavesSupport?: Maybe<string>;
  readonly PlacementGroupInfo?: Maybe<{ readonly SupportedStrategies?: Maybe<readonly string[]> }>;
}

interface Size {
  readonly SizeInMiB?: Maybe<number>;
}

interface DescribedDevice {
  readonly Name?: Maybe<string>;
  readonly Manufacturer?: Maybe<string>;
  readonly Count?: Maybe<number>;
  readonly MemoryInfo?: Maybe<Size>;
}

interface DescribedNetwork {
  readonly DefaultNetworkCardIndex?: Maybe<number>;
  readonly NetworkCards?: Maybe<
    readonly { readonly NetworkCardIndex?: Maybe<number>; readonly MaximumNetworkInterfaces?: Maybe<number> }[]
  >;
  readonly Ipv4AddressesPerInterface?: Maybe<number>;
  readonly EfaInfo?: Maybe<{ readonly MaximumEfaInterfaces?: Maybe<number> }>;
  readonly EncryptionInTransitSupported?: Maybe<boolean>;
}

const architectures: Readonly<Record<string, MachineType["arch"]>> = { x86_64: "amd64", arm64: "arm64" };

/** Undefined for types that no node can run on: neither x86_64 nor arm64 (Macs, i386), or without a size. */
export function machineTypeOf(described: DescribedType): MachineType | undefined {
  const essentials = essentialsOf(described);
  if (essentials === undefined) return undefined;
  return {
    ...essentials,
    ...processor(described),
    ...storage(described),
    ...devices(described),
    capacityTypes: (["on-demand", "spot"] as const).filter((kind) => described.SupportedUsageClasses?.includes(kind)),
    network: network(described.NetworkInfo ?? {}),
    encryptionInTransit: described.NetworkInfo?.EncryptionInTransitSupported ?? false,
    nitroEnclaves: described.NitroEnclavesSupport === "supported",
    placementStrategies: described.PlacementGroupInfo?.SupportedStrategies ?? [],
  };
}

function essentialsOf({ InstanceType: name, ProcessorInfo, VCpuInfo, MemoryInfo }: DescribedType) {
  const arch = (ProcessorInfo?.SupportedArchitectures ?? []).map((each) => architectures[each]).find(Boolean);
  const { DefaultVCpus: cpus } = VCpuInfo ?? {};
  const { SizeInMiB: memoryMiB } = MemoryInfo ?? {};
  if (name === undefined || arch === undefined || cpus === undefined || memoryMiB === undefined) return undefined;
  return { name, arch, cpus, memoryMiB };
}

function processor({ ProcessorInfo, Hypervisor }: DescribedType) {
  const manufacturer = ProcessorInfo?.Manufacturer;
  const clock = ProcessorInfo?.SustainedClockSpeedInGhz;
  return {
    ...(manufacturer !== undefined && { cpuManufacturer: manufacturer }),
    ...(clock !== undefined && { clockMHz: Math.round(clock * 1000) }),
    hypervisor: Hypervisor ?? "",
    nestedVirtualization: ProcessorInfo?.SupportedFeatures?.includes("nested-virtualization") ?? false,
  };
}

const storage = ({ EbsInfo = {}, InstanceStorageInfo = {} }: DescribedType) => ({
  ...ebs(EbsInfo),
  ...instanceStore(InstanceStorageInfo),
});

function ebs({ EbsOptimizedSupport, EbsOptimizedInfo }: NonNullable<DescribedType["EbsInfo"]>) {
  const bandwidth = EbsOptimizedInfo?.MaximumBandwidthInMbps;
  return EbsOptimizedSupport === "default" && bandwidth !== undefined ? { ebsBandwidthMbps: bandwidth } : {};
}

function instanceStore({ TotalSizeInGB, NvmeSupport = "" }: NonNullable<DescribedType["InstanceStorageInfo"]>) {
  if (TotalSizeInGB === undefined) return {};
  const nvme = ["supported", "required"].includes(NvmeSupport);
  return { instanceStorageGB: TotalSizeInGB, ...(nvme && { localNvmeGB: TotalSizeInGB }) };
}

const devices = ({ GpuInfo, InferenceAcceleratorInfo, NeuronInfo }: DescribedType) => ({
  gpus: (GpuInfo?.Gpus ?? []).map(accelerator),
  inferenceAccelerators: (InferenceAcceleratorInfo?.Accelerators ?? []).map(accelerator),
  neuronDevices: (NeuronInfo?.NeuronDevices ?? []).map(({ Name, Count, CoreInfo }) => ({
    name: Name ?? "",
    count: Count ?? 0,
    cores: CoreInfo?.Count ?? 0,
  })),
});

const accelerator = ({ Name, Manufacturer, Count, MemoryInfo }: DescribedDevice): Accelerator => ({
  name: Name ?? "",
  manufacturer: Manufacturer ?? "",
  count: Count ?? 0,
  memoryMiB: MemoryInfo?.SizeInMiB ?? 0,
});

const network = (described: DescribedNetwork): Network => ({
  defaultCard: described.DefaultNetworkCardIndex ?? 0,
  cards: (described.NetworkCards ?? []).map(({ NetworkCardIndex, MaximumNetworkInterfaces }) => ({
    index: NetworkCardIndex ?? 0,
    interfaces: MaximumNetworkInterfaces ?? 0,
  })),
  ipv4PerInterface: described.Ipv4AddressesPerInterface ?? 0,
  efaInterfaces: described.EfaInfo?.MaximumEfaInterfaces ?? 0,
});
