import { labels } from "../api/labels";
import type { RequirementSpec } from "../api/requirement";
import { wellKnown } from "../api/well-known";
import type { InstanceType, Offering } from "../scheduling/instance-type";

export const zones = ["zone-a", "zone-b", "zone-c"] as const;
export const CATEGORY = "karpenter.k8s.aws/instance-category";
export const GENERATION = "karpenter.k8s.aws/instance-generation";

interface Family {
  readonly name: string;
  readonly category: string;
  readonly arch: "amd64" | "arm64";
  readonly memoryGiPerCpu: number;
  readonly pricePerCpu: number;
}

/** Machines that compute, for most things, and with much memory, of three makers each, who have made some before. */
const families: readonly Family[] = (["m", "c", "r"] as const).flatMap((category, kind) =>
  (["g", "a", "i"] as const).flatMap((maker, rank) =>
    [7, 6, 5].map((generation) => ({
      ...{ name: `${category}${generation}${maker}`, category, arch: maker === "g" ? "arm64" : "amd64" },
      memoryGiPerCpu: [4, 2, 8][kind] ?? 4,
      pricePerCpu: ([0.048, 0.0425, 0.063][kind] ?? 0.05) * (0.85 + 0.07 * rank + 0.01 * (7 - generation)),
    })),
  ),
);

const sizes: readonly (readonly [name: string, cpus: number, pods: number])[] = [
  ["xlarge", 4, 58],
  ["large", 2, 29],
  ["4xlarge", 16, 234],
  ["2xlarge", 8, 58],
  ["8xlarge", 32, 234],
  ["16xlarge", 64, 737],
  ["12xlarge", 48, 234],
  ["24xlarge", 96, 737],
];

/** Some two hundred machines such as EC2 has, written as the catalog writes them, every size of few families first. */
export const inventedTypes: () => readonly InstanceType[] = () =>
  families.flatMap((family) => sizes.map((size) => typeOf(family, size)));

function typeOf(family: Family, [size, cpus, pods]: (typeof sizes)[number]): InstanceType {
  const name = `${family.name}.${size}`;
  const memoryMi = cpus * family.memoryGiPerCpu * 1024;
  const others = { "ephemeral-storage": "20Gi", pods: String(pods), "vpc.amazonaws.com/pod-eni": String(cpus + 7) };
  const known: Readonly<Partial<Record<string, readonly string[]>>> = {
    [labels.instanceType]: [name],
    [labels.arch]: [family.arch],
    [labels.os]: ["linux"],
    [labels.region]: ["region"],
    [labels.zone]: zones,
    [labels.capacityType]: ["on-demand", "spot"],
    [CATEGORY]: [family.category],
    "karpenter.k8s.aws/instance-family": [family.name],
    "karpenter.k8s.aws/instance-size": [size],
    "karpenter.k8s.aws/instance-cpu": [String(cpus)],
    "karpenter.k8s.aws/instance-memory": [String(memoryMi)],
    [GENERATION]: [family.name.slice(1, 2)],
    "karpenter.k8s.aws/instance-tenancy": ["default", "dedicated"],
  };
  return {
    name,
    requirements: [...wellKnown].filter((key) => key !== labels.nodePool).map((key) => requirement(key, known[key])),
    capacity: { cpu: String(cpus), memory: `${Math.round(memoryMi * 0.925)}Mi`, ...others },
    allocatable: { cpu: `${cpus * 1000 - 70}m`, memory: `${Math.round(memoryMi * 0.925) - 674}Mi`, ...others },
    offerings: offeringsAt(cpus * family.pricePerCpu),
  };
}

const requirement = (key: string, values: readonly string[] | undefined): RequirementSpec =>
  values === undefined ? { key, operator: "DoesNotExist" } : { key, operator: "In", values };

const offeringsAt = (price: number): readonly Offering[] =>
  zones.flatMap((zone, index) => [
    { zone, capacityType: "on-demand" as const, price, available: true },
    { zone, capacityType: "spot" as const, price: price * (0.4 + 0.01 * index), available: true },
  ]);
