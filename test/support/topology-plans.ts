import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Labels } from "#controller/api/kube-object";
import type { Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import type { NodeState, PoolChoice, Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, nodeState, podAsking, podOn, problem, testZones } from "./builders";
import { violationsOf } from "./plan-checker";

/** Small and large machines in every zone, on demand and spot, of both architectures. */
export const machines = ["amd64", "arm64"].flatMap((arch) =>
  [2, 8].map((cpu) =>
    instanceType(`${arch}.${cpu}`, { cpu, memoryGi: 4 * cpu, arch, capacityTypes: ["on-demand", "spot"] }),
  ),
);

export const isIn = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });

/** A pool of these machines that asks for this. */
export const poolWith = (requirements: readonly RequirementSpec[] = [], from = machines): PoolChoice =>
  choice(nodePool({ spec: { template: { spec: { requirements } } } }), from);

/** The plan, once the checker has found nothing against it. */
export function planOf(parts: Partial<Problem>): Plan {
  const given = problem({ pools: [poolWith()], ...parts });
  const plan = schedule(given);
  assert.deepEqual(violationsOf(plan, given), []);
  return plan;
}

export const web: Labels = { app: "web" };
export const webs = { matchLabels: web };

/** `count` pods labelled so. */
export const podsOf = (count: number, own: Labels, spec: Partial<PodSpec> = {}): Pod[] =>
  Array.from({ length: count }, () => labelled(podAsking({ cpu: "100m" }, spec), own));

export const labelled = (pod: Pod, own: Labels, namespace = "default"): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, namespace, labels: own },
});

export const spreadOver = (
  topologyKey: string,
  more: Partial<TopologySpreadConstraint> = {},
): TopologySpreadConstraint => ({
  ...{ maxSkew: 1, topologyKey, whenUnsatisfiable: "DoNotSchedule", labelSelector: webs },
  ...more,
});

/** `count` pods of app web that are spread so. */
export const spreading = (count: number, ...constraints: readonly TopologySpreadConstraint[]): Pod[] =>
  podsOf(count, web, { topologySpreadConstraints: constraints });

export const termFor = (topologyKey: string, own: Labels, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  ...{ topologyKey, labelSelector: { matchLabels: own } },
  ...more,
});

export const near = (...terms: readonly PodAffinityTerm[]): Partial<PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});

export const apart = (...terms: readonly PodAffinityTerm[]): Partial<PodSpec> => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});

/** A node with room in a zone, with `count` pods of app web on it, or as said otherwise. */
export function nodeIn(
  zone: string,
  count = 0,
  { own = web, labels: more = {} }: { readonly own?: Labels; readonly labels?: Labels } = {},
): NodeState {
  const state = nodeState();
  return {
    ...state,
    labels: { ...state.labels, [labels.zone]: zone, [labels.capacityType]: "on-demand", ...more },
    pods: Array.from({ length: count }, () => labelled(podOn(state.name), own)),
  };
}

/** What a claim says of a label, if that is one value. */
export const valueOf = ({ requirements }: PlannedNode, key: string): string | undefined => {
  const values = requirements.find((each) => each.key === key && each.operator === "In")?.values ?? [];
  return values.length === 1 ? values[0] : undefined;
};

/** How many pods the plan puts in each domain on new nodes, the fullest first: `[["a", 2], ["b", 1]]`. */
export function countsBy(plan: Plan, key: string, among: readonly Pod[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  plan.newNodes.forEach((node, position) => {
    const domain = key === labels.hostname ? `node ${position}` : (valueOf(node, key) ?? "unsettled");
    const here = node.pods.filter((pod) => among.includes(pod)).length;
    if (here > 0) counts.set(domain, (counts.get(domain) ?? 0) + here);
  });
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** The numbers of `countsBy` alone. */
export const sharesBy = (plan: Plan, key: string, among: readonly Pod[]): readonly number[] =>
  countsBy(plan, key, among).map(([, count]) => count);

export const leftOver = ({ unschedulable }: Plan): number => unschedulable.length;

export const [zoneA, zoneB, zoneC] = testZones;
