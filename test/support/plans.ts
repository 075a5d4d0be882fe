import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import { toMillis, toUnits } from "#controller/api/quantity";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import type { NodeState, PoolChoice, Problem } from "#controller/scheduling/problem";
import { problem } from "./builders";
import { violationsOf } from "./plan-checker";

/** A plan put together by hand. */
export const plan = (parts: {
  readonly newNodes?: readonly PlannedNode[];
  readonly existing?: Readonly<Record<string, readonly Pod[]>>;
  readonly unschedulable?: Plan["unschedulable"];
  readonly deferred?: Plan["deferred"];
}): Plan => ({
  newNodes: parts.newNodes ?? [],
  existing: new Map(Object.entries(parts.existing ?? {})),
  unschedulable: parts.unschedulable ?? [],
  deferred: parts.deferred ?? [],
  zones: new Map(),
});

/**
 * A node of every type of a pool, or of those in `parts`, for these pods; it asks for what they ask for and no more.
 */
export function plannedNode(choice: PoolChoice, pods: readonly Pod[], parts: Partial<PlannedNode> = {}): PlannedNode {
  const { pool, instanceTypes } = choice;
  const requirements = parts.requirements ?? pool.spec.template.spec.requirements;
  return {
    pool,
    pods,
    requirements,
    instanceTypes,
    requests: { cpu: `${total(pods, "cpu")}m`, memory: String(total(pods, "memory")), pods: String(pods.length) },
    cheapest: parts.cheapest ?? cheapestOf(parts.instanceTypes ?? instanceTypes, requirements),
    minValuesRelaxed: false,
    ...parts,
  };
}

export const inZone = (...zones: readonly string[]): RequirementSpec => ({
  key: labels.zone,
  operator: "In",
  values: zones,
});

function total(pods: readonly Pod[], resource: "cpu" | "memory"): number {
  const asked = pods.flatMap(({ spec }) =>
    spec.containers.map(({ resources }) => resources?.requests?.[resource] ?? "0"),
  );
  return asked.reduce((sum, text) => sum + (resource === "cpu" ? toMillis(text) : toUnits(text)), 0);
}

function cheapestOf(types: readonly InstanceType[], requirements: readonly RequirementSpec[]): PlannedNode["cheapest"] {
  const zones = requirements.find(({ key, operator }) => key === labels.zone && operator === "In")?.values;
  const offers = types
    .flatMap(({ name, offerings }) => offerings.map((offering) => ({ instanceType: name, offering })))
    .filter(({ offering }) => offering.available && (zones?.includes(offering.zone) ?? true))
    .sort((a, b) => a.offering.price - b.offering.price);
  const [cheapest] = offers;
  if (cheapest === undefined) throw new RangeError("none of the types is sold there");
  return cheapest;
}

/** What the checker says when the pods go to one new node of the pool. */
export const saidOfNewNode = (
  choice: PoolChoice,
  pods: readonly Pod[],
  parts: Partial<PlannedNode> = {},
): readonly string[] =>
  violationsOf(plan({ newNodes: [plannedNode(choice, pods, parts)] }), problem({ pods, pools: [choice] }));

/** What it says when they go to a node that is there. */
export const saidOfNode = (state: NodeState, pods: readonly Pod[], rest: Partial<Problem> = {}): readonly string[] =>
  violationsOf(plan({ existing: { [state.name]: pods } }), problem({ pods, nodes: [state], ...rest }));
