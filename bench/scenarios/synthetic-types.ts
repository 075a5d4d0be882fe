import { labels } from "#controller/api/labels";
import type { RequirementSpec } from "#controller/api/requirement";
import type { InstanceType, Offering } from "#controller/scheduling/instance-type";

const zones = ["test-zone-1", "test-zone-2", "test-zone-3"] as const;
const GB = 1e9;
const GIB = 2 ** 30;

const has = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });

/**
 * The machines of the peer's own benchmark: 1, 2, 3… cores with 2 GiB and 10 pods each, at a price in proportion and
 * the same however they are bought; spot in two zones, on demand in three.
 */
export const syntheticTypes = (count: number): readonly InstanceType[] =>
  Array.from({ length: count }, (_, index) => syntheticType(`fake-it-${index}`, index + 1));

function syntheticType(name: string, cpus: number): InstanceType {
  const pods = String(10 * cpus);
  return {
    name,
    requirements: [
      has(labels.instanceType, name),
      has(labels.arch, "amd64"),
      has(labels.os, "darwin", "linux", "windows"),
      has(labels.zone, ...zones),
      has(labels.capacityType, "spot", "on-demand"),
    ],
    capacity: { cpu: String(cpus), memory: `${2 * cpus}Gi`, pods },
    allocatable: { cpu: `${cpus * 1000 - 100}m`, memory: `${2048 * cpus - 10}Mi`, pods },
    offerings: offeringsAt(0.1 * cpus + (0.1 * 2 * cpus * GIB) / GB),
  };
}

const offeringsAt = (price: number): readonly Offering[] => [
  ...zones.slice(0, 2).map((zone) => ({ zone, capacityType: "spot" as const, price, available: true })),
  ...zones.map((zone) => ({ zone, capacityType: "on-demand" as const, price, available: true })),
];
