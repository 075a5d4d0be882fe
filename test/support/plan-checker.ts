import type { ResourceList, Taint } from "#controller/api/kube-object";
import type { NodeSelectorTerm, Pod, Toleration } from "#controller/api/pod";
import type { Operator, RequirementSpec } from "#controller/api/requirement";
import type { InstanceType, Offering } from "#controller/scheduling/instance-type";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import type { NodeState, Problem } from "#controller/scheduling/problem";

/**
 * Checks a plan against its problem with none of the scheduler's code: everything here is written anew, simply and
 * slowly. Every machine a planned node lists, in every zone it is offered in, must hold the node's pods.
 */
export function violationsOf(plan: Plan, problem: Problem): string[] {
  const byName = new Map(problem.nodes.map((node) => [node.name, node]));
  return [
    ...eachPodOnce(plan, problem),
    ...[...plan.existing].flatMap(([name, pods]) => violationsOnNode(byName.get(name), pods)),
    ...plan.newNodes.flatMap(violationsOnNewNode),
    ...problem.pools.flatMap((choice) => violationsOfLimits(choice, plan)),
  ];
}

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace ?? ""}/${metadata.name}`;

function eachPodOnce(plan: Plan, { pods }: Problem): string[] {
  const placed = [
    ...plan.newNodes.flatMap((node) => node.pods),
    ...[...plan.existing.values()].flat(),
    ...plan.unschedulable.map(({ pod }) => pod),
  ].map(nameOf);
  const wanted = pods.map(nameOf);
  return [...wanted, ...placed]
    .filter((name) => wanted.filter((each) => each === name).length !== placed.filter((each) => each === name).length)
    .map((name) => `${name} is not in the plan exactly once`);
}

function violationsOnNode(node: NodeState | undefined, pods: readonly Pod[]): string[] {
  if (node === undefined) return ["a node that does not exist gets pods"];
  return [
    ...overfull(node.name, node.allocatable, [...node.pods, ...pods]),
    ...pods.filter((pod) => !tolerated(pod, node.taints)).map((pod) => `${nameOf(pod)} does not tolerate ${node.name}`),
    ...pods.filter((pod) => !likes(pod, node.labels)).map((pod) => `${nameOf(pod)} does not want ${node.name}`),
  ];
}

function violationsOnNewNode(planned: PlannedNode): string[] {
  const { pool, pods, instanceTypes, requirements, cheapest } = planned;
  const { taints = [] } = pool.spec.template.spec;
  const bought = instanceTypes.flatMap((type) => purchases(type, requirements));
  const prices = bought.map(({ offering }) => offering.price);
  return [
    ...(instanceTypes.length === 0 ? ["a planned node lists no type"] : []),
    ...(instanceTypes.length > 60 ? ["a planned node lists more than 60 types"] : []),
    ...(Math.min(...prices) === cheapest.offering.price ? [] : [`${cheapest.instanceType} is not the cheapest`]),
    ...pods.filter((pod) => !tolerated(pod, taints)).map((pod) => `${nameOf(pod)} does not tolerate its new node`),
    ...instanceTypes.flatMap((type) => overfull(type.name, type.allocatable, pods)),
    ...bought.flatMap(({ type, offering }) => {
      const labels = {
        ...labelsOf(type.requirements, requirements),
        ...labelsOfOffering(offering),
        ...poolLabels(planned),
      };
      return pods.filter((pod) => !likes(pod, labels)).map((pod) => `${nameOf(pod)} does not want ${type.name}`);
    }),
  ];
}

const poolLabels = ({ pool }: PlannedNode): Record<string, string> => ({
  ...pool.spec.template.metadata?.labels,
  "karpenter.sh/nodepool": pool.metadata.name,
});

const labelsOfOffering = ({ zone, capacityType }: Offering): Record<string, string> => ({
  "topology.kubernetes.io/zone": zone,
  "karpenter.sh/capacity-type": capacityType,
});

/** Where EC2 might launch the type under the claim's requirements. */
function purchases(type: InstanceType, requirements: readonly RequirementSpec[]) {
  return type.offerings
    .filter(({ available }) => available)
    .filter((offering) => {
      const labels: Record<string, string> = {
        ...labelsOf(type.requirements, requirements),
        ...labelsOfOffering(offering),
      };
      return requirements.every((each) => labels[each.key] === undefined || holds(each, labels[each.key]));
    })
    .map((offering) => ({ type, offering }));
}

/** Labels that a type, or else the claim, settles. */
function labelsOf(type: readonly RequirementSpec[], claim: readonly RequirementSpec[]): Record<string, string> {
  const single = [...claim, ...type].filter(({ operator, values }) => operator === "In" && values?.length === 1);
  return Object.fromEntries(single.map(({ key, values = [] }) => [key, values[0] ?? ""]));
}

function likes({ spec }: Pod, labels: Readonly<Record<string, string>>): boolean {
  const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return selected && (required === undefined || required.some((term) => matches(term, labels)));
}

const matches = ({ matchExpressions = [] }: NodeSelectorTerm, labels: Readonly<Record<string, string>>): boolean =>
  matchExpressions.length > 0 && matchExpressions.every((each) => holds(each, labels[each.key]));

type Holds = (label: string | undefined, values: readonly string[]) => boolean;

const bounded =
  (compare: (label: number, bound: number) => boolean): Holds =>
  (label, [bound]) =>
    label !== undefined && compare(Number(label), Number(bound));

const operators: Readonly<Record<Operator, Holds>> = {
  In: (label, values) => label !== undefined && values.includes(label),
  NotIn: (label, values) => label === undefined || !values.includes(label),
  Exists: (label) => label !== undefined,
  DoesNotExist: (label) => label === undefined,
  Gt: bounded((label, bound) => label > bound),
  Gte: bounded((label, bound) => label >= bound),
  Lt: bounded((label, bound) => label < bound),
  Lte: bounded((label, bound) => label <= bound),
};

const holds = ({ operator, values = [] }: RequirementSpec, label: string | undefined): boolean =>
  operators[operator](label, values);

const tolerated = ({ spec }: Pod, taints: readonly Taint[]): boolean =>
  taints
    .filter(({ effect }) => effect !== "PreferNoSchedule")
    .every((taint) => (spec.tolerations ?? []).some((toleration) => covers(toleration, taint)));

const covers = ({ key, operator, value = "", effect }: Toleration, taint: Taint): boolean =>
  (effect === undefined || effect === taint.effect) &&
  (key === undefined || key === taint.key) &&
  (operator === "Exists" || value === (taint.value ?? ""));

/** The quantities that tests use: plain numbers, `m`, `Mi` and `Gi`. */
function amount(text: string): number {
  const [, number = "0", suffix = ""] = /^([\d.]+)(m|Mi|Gi|)$/.exec(text) ?? [];
  return Number(number) * ({ m: 0.001, Mi: 2 ** 20, Gi: 2 ** 30 }[suffix] ?? 1);
}

function overfull(where: string, room: ResourceList, pods: readonly Pod[]): string[] {
  const asked: Record<string, number> = { pods: pods.length };
  for (const container of pods.flatMap(({ spec }) => spec.containers)) {
    for (const [name, text] of Object.entries(container.resources?.requests ?? {}))
      asked[name] = (asked[name] ?? 0) + amount(text);
  }
  return Object.entries(asked)
    .filter(([name, wanted]) => wanted > amount(room[name] ?? "0") + 1e-6)
    .map(([name]) => `${where} has not enough ${name}`);
}

/** Whatever machines EC2 picks, the pool stays within its limits. */
function violationsOfLimits({ pool, usage }: Problem["pools"][number], { newNodes }: Plan): string[] {
  const own = newNodes.filter((node) => node.pool === pool);
  return Object.entries(pool.spec.limits ?? {}).flatMap(([name, limit]) => {
    const most = ({ capacity }: InstanceType): number => (name === "nodes" ? 1 : amount(capacity[name] ?? "0"));
    const worst = own.map(({ instanceTypes }) => Math.max(...instanceTypes.map(most)));
    const total = worst.reduce((sum, each) => sum + each, amount(usage[name] ?? "0"));
    return own.length > 0 && total > amount(limit) + 1e-6 ? [`${pool.metadata.name} may exceed ${name} ${limit}`] : [];
  });
}
