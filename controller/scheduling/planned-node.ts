import { labels } from "../api/labels";
import type { PlannedNode } from "./plan";
import { byPrice, type Draft, machinesFor, openOffers, type PoolPlan } from "./pool-plan";
import { intersect, only } from "./requirement";
import { type Requirements, toRequirementSpecs } from "./requirements";
import { toResourceList } from "./resources";
import { isPort } from "./host-ports";
import type { Machine, Offer } from "./template";
import { isVaried, lowered, shortened } from "./variety";
import { type Dimensions, fits, minimum, plus, type Vector } from "./vector";

/** A claim lists this many types at most; EC2 Fleet takes no more launch template overrides than make sense with it. */
export const maxInstanceTypes = 60;

/**
 * The nodes of a pool as they are handed out. Each lists every machine that holds its pods, so that EC2 has a choice,
 * but together they never exceed the pool's limits, whatever EC2 chooses: what the limits leave is shared evenly.
 */
export function plannedNodes(pool: PoolPlan, dimensions: Dimensions): readonly PlannedNode[] {
  const slack = pool.left.map((left) => Math.max(0, left) / pool.drafts.length);
  return pool.drafts.map((draft) => plannedNode(draft, plus(draft.reserved, slack), dimensions));
}

function plannedNode(draft: Draft, budget: Vector, dimensions: Dimensions): PlannedNode {
  const { scope, used, pods } = draft;
  const holding = machinesFor(scope, used).filter(({ capacity }) => fits(budget, capacity));
  const offers = openOffers(scope)
    .filter(({ machine }) => holding.includes(machine))
    .sort(byPrice);
  const cheapest = offers[0] ?? draft.offer;
  const machines = shortened([...new Set(offers.map(({ machine }) => machine))], scope.requirements, maxInstanceTypes);
  const relaxed = draft.relaxed && !isVaried(machines, scope.requirements);
  const requirements = relaxed ? lowered(machines, scope.requirements) : scope.requirements;
  return {
    pool: scope.template.pool,
    pods,
    requirements: toRequirementSpecs(narrowedTo(offers, machines, requirements)),
    instanceTypes: machines.map(({ type }) => type),
    requests: requestsOf(plus(used, leastOverhead(machines)), dimensions),
    cheapest: { instanceType: cheapest.machine.type.name, offering: cheapest.offering },
    minValuesRelaxed: relaxed,
  };
}

/** Daemons run on whichever machine it becomes; what all of them would have at least is asked for. */
const leastOverhead = (machines: readonly Machine[]): Vector =>
  machines.map(({ overhead }) => overhead).reduce(minimum);

const requestsOf = (total: Vector, dimensions: Dimensions): PlannedNode["requests"] =>
  toResourceList(Object.fromEntries(Object.entries(dimensions.amounts(total)).filter(([name]) => !isPort(name))));

/** Zones and capacity types that the machines are really offered in; instance types are listed apart. */
function narrowedTo(offers: readonly Offer[], machines: readonly Machine[], requirements: Requirements): Requirements {
  const listed = offers.filter(({ machine }) => machines.includes(machine)).map(({ offering }) => offering);
  const narrowed = new Map(requirements);
  const settled = [
    only(labels.zone, ...listed.map(({ zone }) => zone)),
    only(labels.capacityType, ...listed.map(({ capacityType }) => capacityType)),
  ];
  for (const requirement of settled) {
    const before = requirements.get(requirement.key);
    narrowed.set(requirement.key, before === undefined ? requirement : intersect(before, requirement));
  }
  return narrowed;
}
