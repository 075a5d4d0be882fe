import { labels } from "../api/labels";
import type { PlannedNode } from "./plan";
import type { Draft } from "./draft";
import { listed } from "./listing";
import { remembered } from "./memo";
import type { PoolPlan } from "./pool-plan";
import { intersect, only } from "./requirement";
import { type Requirements, toRequirementSpecs } from "./requirements";
import { toResourceList } from "./resources";
import { isPort } from "./host-ports";
import type { Scope } from "./scope";
import type { Machine } from "./template";
import { isVaried, lowered } from "./variety";
import { type Dimensions, fits, minimum, plus, type Vector } from "./vector";

/**
 * The nodes of a pool as they are handed out. Each lists every machine that holds its pods, so that EC2 has a choice,
 * but together they never exceed the pool's limits, whatever EC2 chooses: what the limits leave is shared evenly.
 */
export function plannedNodes(pool: PoolPlan, dimensions: Dimensions): readonly PlannedNode[] {
  const known = new Map<Scope, Map<string, Choice>>();
  const { largest } = pool.template;
  return pool.drafts.map((draft) => {
    const { scope, used, pods, relaxed } = draft;
    const budget = pool.budgetOf(draft);
    const choices = remembered(known, scope, () => new Map<string, Choice>());
    const key = `${used.join()} ${fits(budget, largest) ? "any" : budget.join()} ${relaxed}`;
    const choice = remembered(choices, key, () => choiceFor(draft, budget, dimensions));
    return { pool: scope.template.pool, pods, ...choice };
  });
}

/** What equal drafts have in common. */
type Choice = Omit<PlannedNode, "pool" | "pods">;

function choiceFor({ scope, used, offer, relaxed }: Draft, budget: Vector, dimensions: Dimensions): Choice {
  const machines = listed(scope, used, budget);
  // Machines go by their cheapest offers.
  const [cheapest = offer] = machines[0] === undefined ? [] : scope.offersOf(machines[0]);
  const minValuesRelaxed = relaxed && !isVaried(machines, scope.requirements);
  const requirements = minValuesRelaxed ? lowered(machines, scope.requirements) : scope.requirements;
  return {
    requirements: toRequirementSpecs(narrowedTo(machines, scope, requirements)),
    instanceTypes: [...new Set(machines.map(({ type }) => type))],
    requests: requestsOf(plus(used, leastOverhead(machines)), dimensions),
    cheapest: { instanceType: cheapest.machine.type.name, offering: cheapest.offering },
    minValuesRelaxed,
  };
}

/** Daemons run on whichever machine it becomes; what all of them would have at least is asked for. */
const leastOverhead = (machines: readonly Machine[]): Vector => minimum(machines.map(({ overhead }) => overhead));

const requestsOf = (total: Vector, dimensions: Dimensions): PlannedNode["requests"] =>
  toResourceList(Object.fromEntries(Object.entries(dimensions.amounts(total)).filter(([name]) => !isPort(name))));

/** Zones and capacity types that the machines are really offered in; instance types are listed apart. */
function narrowedTo(machines: readonly Machine[], scope: Scope, requirements: Requirements): Requirements {
  const narrowed = new Map(requirements);
  const [zones, capacityTypes] = [new Set<string>(), new Set<string>()];
  for (const machine of machines) {
    for (const { offering } of scope.offersOf(machine)) {
      zones.add(offering.zone);
      capacityTypes.add(offering.capacityType);
    }
  }
  for (const requirement of [only(labels.zone, ...zones), only(labels.capacityType, ...capacityTypes)]) {
    const before = requirements.get(requirement.key);
    narrowed.set(requirement.key, before === undefined ? requirement : intersect(before, requirement));
  }
  return narrowed;
}
