import { labels } from "#controller/api/labels";
import type { RequirementSpec } from "#controller/api/requirement";
import type { InstanceType, Offering } from "#controller/scheduling/instance-type";
import { testZones } from "../builders";
import { chance, type Draw, many, maybe, pick, some } from "./draw";

/** Zones, the first two of which have more. */
export const zones = testZones;
export const category = "karpenter.k8s.aws/instance-category";
export const cpuLabel = "karpenter.k8s.aws/instance-cpu";

const is = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });

const gibPerCpu = { c: 2, m: 4, r: 8, g: 4 } as const;
type Category = keyof typeof gibPerCpu;

/** A catalogue of machines, each another one; prices are such that hardly two are the same. */
export function someTypes(draw: Draw): readonly InstanceType[] {
  const types = new Map<string, InstanceType>();
  many(draw.int(5, 40), () => {
    const type = someType(draw);
    types.set(type.name, type);
  });
  return [...types.values()];
}

function someType(draw: Draw): InstanceType {
  const kind = pick<Category>(draw, ["c", "m", "m", "r", "g"]);
  const cpu = pick(draw, [1, 2, 4, 8, 16]);
  const arch = chance(draw, 25) ? "arm64" : "amd64";
  const os = chance(draw, 5) ? "windows" : "linux";
  const name = `${kind}${draw.int(1, 7)}${arch === "arm64" ? "a" : ""}${os === "windows" ? "w" : ""}.${cpu}x`;
  const memory = cpu * gibPerCpu[kind];
  const offerings = someOfferings(draw, cpu * 0.04 + memory * 0.005 + (kind === "g" ? 0.5 : 0));
  const capacity = {
    cpu: String(cpu),
    memory: `${memory}Gi`,
    pods: String(pick(draw, [4, 8, 29, 110])),
    "ephemeral-storage": "20Gi",
    ...(kind === "g" ? { "nvidia.com/gpu": String(Math.max(1, cpu / 8)) } : {}),
  };
  return {
    name,
    requirements: [
      is(labels.instanceType, name),
      is(labels.arch, arch),
      is(labels.os, os),
      is(labels.zone, ...new Set(offerings.map(({ zone }) => zone))),
      is(labels.capacityType, ...new Set(offerings.map(({ capacityType }) => capacityType))),
      is(category, kind),
      is(cpuLabel, String(cpu)),
      kind === "g"
        ? is("karpenter.k8s.aws/instance-gpu-count", capacity["nvidia.com/gpu"] ?? "1")
        : { key: "karpenter.k8s.aws/instance-gpu-count", operator: "DoesNotExist" },
    ],
    capacity,
    allocatable: { ...capacity, cpu: `${cpu * 1000 - 80}m`, memory: `${memory * 1024 - 400}Mi` },
    offerings,
  };
}

function someOfferings(draw: Draw, price: number): readonly Offering[] {
  const where = some(draw, zones, 75);
  const how = some<"on-demand" | "spot">(draw, ["on-demand", "spot"], 80);
  const jitter = (): number => 1 + draw.int(0, 1000) / 20_000;
  return how.flatMap((capacityType) =>
    where.map((zone) => ({
      zone,
      capacityType,
      price: Math.round(price * (capacityType === "spot" ? 0.35 : 1) * jitter() * 1e5) / 1e5,
      available: !chance(draw, 6),
    })),
  );
}

/** The type's labels when it is bought through the offering. */
export function labelsOfPurchase(
  { requirements }: InstanceType,
  { zone, capacityType }: Offering,
): Record<string, string> {
  const single = requirements.filter(({ operator, values }) => operator === "In" && values?.length === 1);
  return {
    ...Object.fromEntries(single.map(({ key, values: [value = ""] = [] }) => [key, value])),
    [labels.zone]: zone,
    [labels.capacityType]: capacityType,
  };
}

/** A requirement on what machines are, or nothing. */
export const someMachineRequirement = (draw: Draw): RequirementSpec | undefined =>
  maybe(draw, 60, () =>
    pick<RequirementSpec>(draw, [
      is(labels.arch, pick(draw, ["amd64", "arm64"])),
      is(labels.zone, ...some(draw, zones, 40)),
      is(labels.capacityType, pick(draw, ["spot", "on-demand"])),
      is(category, ...some<string>(draw, ["c", "m", "r", "g"], 40)),
      { key: category, operator: "NotIn", values: [pick(draw, ["c", "m", "r"])] },
      { key: cpuLabel, operator: pick(draw, ["Gt", "Gte", "Lt", "Lte"]), values: [pick(draw, ["1", "2", "4", "8"])] },
      { key: labels.zone, operator: "NotIn", values: [pick(draw, zones)] },
      { key: "karpenter.k8s.aws/instance-gpu-count", operator: pick(draw, ["Exists", "DoesNotExist", "DoesNotExist"]) },
    ]),
  );
