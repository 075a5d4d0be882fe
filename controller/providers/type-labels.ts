import { labels } from "../api/labels";
import type { RequirementSpec } from "../api/requirement";
import { families } from "./ami-family";
import type { AmiFamily } from "../api/ec2-node-class";
import networkBandwidths from "./data/network-bandwidth-mbps.json";
import type { MachineType } from "./machine-type";

/** Baseline network bandwidth in Mbps, by type. */
export type Bandwidths = Readonly<Partial<Record<string, number>>>;

const shippedBandwidths: Bandwidths = networkBandwidths;

/** A label's value, several where the machine may have either, or undefined where it has no such label. */
type Value = string | readonly string[] | undefined;

const aws = (name: string): string => `karpenter.k8s.aws/${name}`;
export const TENANCY = aws("instance-tenancy");

const SIZE = /^([a-z]+)(?:-[0-9]+tb)?([0-9]+).*\./;

interface LabelContext {
  readonly region: string;
  readonly family: AmiFamily;
  /** @default what the package ships */
  readonly bandwidths?: Bandwidths;
}

/**
 * What nodes of a type will be labelled with, apart from where and how they are bought. Every well-known key has its
 * entry, so that `DoesNotExist` and `NotIn` find what they look for.
 */
export function labelsOfType(type: MachineType, context: LabelContext): readonly RequirementSpec[] {
  const { region, family, bandwidths = shippedBandwidths } = context;
  const traits = families[family];
  const values: Readonly<Record<string, Value>> = {
    [labels.instanceType]: type.name,
    [labels.arch]: type.arch,
    // There is no Windows for Arm machines.
    [labels.os]: traits.os === "windows" && type.arch === "arm64" ? [] : traits.os,
    [labels.windowsBuild]: traits.windowsBuild,
    [labels.region]: region,
    ...shape(type),
    [aws("instance-network-bandwidth")]: number(bandwidths[type.name]),
    ...gpu(type),
    ...accelerator(type),
    [TENANCY]: ["default", "dedicated"],
    [labels.reservationId]: undefined,
    [labels.reservationType]: undefined,
    [labels.reservationInterruptible]: undefined,
    [aws("placement-group-id")]: undefined,
    [aws("placement-group-partition")]: undefined,
  };
  return Object.entries(values).map(([key, value]) => requirement(key, value));
}

export const requirement = (key: string, value: Value): RequirementSpec =>
  value === undefined
    ? { key, operator: "DoesNotExist" }
    : { key, operator: "In", values: typeof value === "string" ? [value] : value };

function shape(type: MachineType): Readonly<Record<string, Value>> {
  const [family = "", size = ""] = type.name.split(".");
  const [, category, generation] = SIZE.exec(type.name) ?? [];
  return {
    [aws("instance-category")]: category,
    [aws("instance-generation")]: generation,
    [aws("instance-family")]: family,
    [aws("instance-size")]: size,
    [aws("instance-capability-flex")]: String(family.includes("-flex")),
    [aws("instance-cpu")]: String(type.cpus),
    [aws("instance-cpu-manufacturer")]: word(type.cpuManufacturer),
    [aws("instance-cpu-sustained-clock-speed-mhz")]: number(type.clockMHz),
    [aws("instance-memory")]: String(type.memoryMiB),
    [aws("instance-ebs-bandwidth")]: number(type.ebsBandwidthMbps),
    [aws("instance-local-nvme")]: number(type.localNvmeGB),
    [aws("instance-hypervisor")]: type.hypervisor,
    [aws("instance-encryption-in-transit-supported")]: String(type.encryptionInTransit),
    [aws("nitro-sandbox")]: type.nitroEnclaves ? "true" : undefined,
  };
}

/** Only where there is one model: two would need two values for one label. */
function gpu({ gpus }: MachineType): Readonly<Record<string, Value>> {
  const only = gpus.length === 1 ? gpus[0] : undefined;
  return {
    [aws("instance-gpu-name")]: word(only?.name),
    [aws("instance-gpu-manufacturer")]: word(only?.manufacturer),
    [aws("instance-gpu-count")]: number(only?.count),
    [aws("instance-gpu-memory")]: number(only?.memoryMiB),
  };
}

function accelerator({ inferenceAccelerators, neuronDevices }: MachineType): Readonly<Record<string, Value>> {
  const only = neuronDevices.length > 0 ? neuronOf(neuronDevices) : inferenceAccelerators;
  const [device] = only.length === 1 ? only : [];
  return {
    [aws("instance-accelerator-name")]: word(device?.name),
    [aws("instance-accelerator-manufacturer")]: word(device?.manufacturer),
    [aws("instance-accelerator-count")]: number(device?.count),
  };
}

const neuronOf = (devices: MachineType["neuronDevices"]) =>
  devices.map((device) => ({ ...device, manufacturer: "aws" }));

const number = (value: number | undefined): Value => (value === undefined ? undefined : String(value));
const word = (value: string | undefined): Value => value?.toLowerCase().replaceAll(" ", "-");
