import { labels } from "#controller/api/labels";
import type { Taint } from "#controller/api/kube-object";
import type { NodePool } from "#controller/api/node-pool";
import type { RequirementSpec } from "#controller/api/requirement";
import type { InstanceType } from "#controller/scheduling/instance-type";
import { nodePool } from "../builders";
import { chance, type Draw, many, maybe, pick } from "./draw";
import { category, someMachineRequirement } from "./types";

/** A label that no machine has: only pools and nodes do. */
export const team = "example.com/team";

export const taints: readonly [Taint, ...Taint[]] = [
  { key: "dedicated", value: "batch", effect: "NoSchedule" },
  { key: "dedicated", value: "web", effect: "NoSchedule" },
  { key: "reserved", effect: "NoExecute" },
  { key: "slow", value: "true", effect: "PreferNoSchedule" },
];

/** One to three pools over one catalogue. */
export const somePools = (draw: Draw): readonly NodePool[] =>
  many(pick(draw, [1, 1, 2, 2, 3]), (position) => somePool(draw, `pool-${position + 1}`));

function somePool(draw: Draw, name: string): NodePool {
  const teams = maybe(draw, 30, () => someTeam(draw));
  return nodePool({
    metadata: { name, uid: `uid-of-${name}` },
    spec: {
      ...(chance(draw, 40) ? { weight: draw.int(1, 100) } : {}),
      ...(chance(draw, 35) ? { limits: someLimits(draw) } : {}),
      template: {
        ...(chance(draw, 20) ? { metadata: { labels: { [team]: pick(draw, ["red", "blue"]) } } } : {}),
        spec: {
          taints: chance(draw, 30) ? [pick(draw, taints)] : [],
          startupTaints: chance(draw, 10) ? [{ key: "starting", effect: "NoSchedule" }] : [],
          requirements: [someMachineRequirement(draw), teams, someVariety(draw)].filter((each) => each !== undefined),
        },
      },
    },
  });
}

const someTeam = (draw: Draw): RequirementSpec =>
  pick<RequirementSpec>(draw, [
    { key: team, operator: "In", values: ["red", "blue"] },
    { key: team, operator: "In", values: ["red"] },
    { key: team, operator: "Exists" },
    { key: team, operator: "NotIn", values: ["red"] },
  ]);

const someVariety = (draw: Draw): RequirementSpec | undefined =>
  maybe(draw, 12, () => ({
    key: pick(draw, [labels.instanceType, category]),
    operator: "Exists",
    minValues: draw.int(2, 3),
  }));

const someLimits = (draw: Draw): Readonly<Record<string, string>> =>
  pick<Readonly<Record<string, string>>>(draw, [
    { cpu: String(draw.int(1, 40)) },
    { memory: `${draw.int(4, 160)}Gi` },
    { nodes: String(draw.int(1, 4)) },
    { cpu: String(draw.int(4, 40)), memory: `${draw.int(8, 160)}Gi`, nodes: "5" },
    { "nvidia.com/gpu": String(draw.int(0, 2)) },
  ]);

/** The labels that a pool writes on a node by itself, where they are certain. */
export function labelsOfPool({ metadata, spec: { template } }: NodePool): Readonly<Record<string, string>> {
  const certain = template.spec.requirements.filter(
    ({ key, operator, values }) => key === team && operator === "In" && values?.length === 1,
  );
  return {
    ...Object.fromEntries(certain.map(({ key, values: [value = ""] = [] }) => [key, value])),
    ...template.metadata?.labels,
    [labels.nodePool]: metadata.name,
  };
}

/** Types that a pool may have running: those its plain requirements do not exclude. */
export const runnable = (types: readonly InstanceType[]): readonly InstanceType[] =>
  types.filter(({ offerings }) => offerings.some(({ available }) => available));
