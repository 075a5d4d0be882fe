import type { KubeletConfiguration } from "../api/ec2-node-class";
import { toMillis, toUnits } from "../api/quantity";

/** CPU in thousandths of a core, memory and disk in bytes. */
export interface Reservable {
  readonly cpu: number;
  readonly memory: number;
  readonly storage: number;
}

export const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** Share of each band of cores that the kubelet keeps: first core, second, next two, and the rest (in thousandths). */
const cpuBands: readonly (readonly [upTo: number, share: number])[] = [
  [1, 0.06],
  [2, 0.01],
  [4, 0.005],
  [Infinity, 0.0025],
];

/** CPU that EKS' bootstrap reserves for the kubelet, in thousandths. */
function reservedCpu(cpus: number): number {
  let reserved = 0;
  let from = 0;
  for (const [upTo, share] of cpuBands) {
    const inBand = Math.max(0, Math.min(cpus, upTo) - from);
    // Whole thousandths band by band; the small addend keeps 0.06 × 1000 from becoming 59.999….
    reserved += Math.floor(inBand * 1000 * share + 1e-6);
    from = upTo;
  }
  return reserved;
}

/** Memory that EKS' bootstrap reserves for the kubelet, in bytes. */
const reservedMemory = (pods: number): number => (11 * pods + 255) * MIB;

export interface OverheadInput {
  readonly cpus: number;
  /** The number of pods that the family's bootstrap counts with. */
  readonly pods: number;
  readonly kubelet: KubeletConfiguration;
}

/** What the node keeps from pods: kube-reserved, system-reserved and hard eviction thresholds. */
export function allocatable(capacity: Reservable, { cpus, pods, kubelet }: OverheadInput): Reservable {
  const kube: Reservable = { cpu: reservedCpu(cpus), memory: reservedMemory(pods), storage: GIB };
  const reserved = sum(overridden(kube, kubelet.kubeReserved), overridden(nothing, kubelet.systemReserved));
  const evicted = eviction(capacity, kubelet.evictionHard);
  return {
    cpu: Math.max(0, capacity.cpu - reserved.cpu),
    memory: Math.max(0, capacity.memory - reserved.memory - evicted.memory),
    storage: Math.max(0, capacity.storage - reserved.storage - evicted.storage),
  };
}

const nothing: Reservable = { cpu: 0, memory: 0, storage: 0 };

const sum = (a: Reservable, b: Reservable): Reservable => ({
  cpu: a.cpu + b.cpu,
  memory: a.memory + b.memory,
  storage: a.storage + b.storage,
});

function overridden(reserved: Reservable, by: Readonly<Record<string, string>> = {}): Reservable {
  const { cpu, memory, "ephemeral-storage": storage } = by;
  return {
    cpu: cpu === undefined ? reserved.cpu : toMillis(cpu),
    memory: memory === undefined ? reserved.memory : toUnits(memory),
    storage: storage === undefined ? reserved.storage : toUnits(storage),
  };
}

/**
 * Soft thresholds give pods time and so take nothing away.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
 */
function eviction(capacity: Reservable, hard: Readonly<Record<string, string>> = {}): Reservable {
  return {
    cpu: 0,
    memory: threshold(hard["memory.available"] ?? "100Mi", capacity.memory),
    storage: threshold(hard["nodefs.available"] ?? "10%", capacity.storage),
  };
}

function threshold(text: string, capacity: number): number {
  if (!text.endsWith("%")) return toUnits(text);
  const percent = Number(text.slice(0, -1));
  // 100% switches the threshold off.
  return percent === 100 ? 0 : Math.ceil((capacity * percent) / 100);
}
