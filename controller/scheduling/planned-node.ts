import { labels } from "../api/labels";
import type { PlannedNode } from "./plan";
import type { Draft } from "./draft";
import { listed } from "./listing";
import type { PoolPlan } from "./pool-plan";
import { intersect, only } from "./requirement";
import { type Requirements, toRequirementSpecs } from "./requirements";
import { toResourceList } from "./resources";
import { isPort } from "./host-ports";
import type { Scope } from "./scope";
import type { Machine, Offer } from "./template";
import { isVaried, lowered } from "./variety";
import { type Dimensions, minimum, plus, type Vector } from "./vector";

/**
 * The nodes of a pool as they are handed out. Each lists every machine that holds its pods, so that EC2 has a choice,
 * but together they never exceed the pool's limits, whatever EC2 chooses: what the limits leave is shared evenly.
 */
export function plannedNodes(pool: PoolPlan, dimensions: Dimensions): readonly PlannedNode[] {
  const known = new Map<Scope, Map<string, Choice>>();
  return pool.drafts.map((draft) => {
    const { scope, used, pods, relaxed } = draft;
    const budget = pool.budgetOf(draft);
    const choices = known.get(scope) ?? new Map<string, Choice>();
    const key = `${used.join()} ${budget.join()} ${relaxed}`;
    const choice = choices.get(key) ?? choiceFor(draft, budget, dimensions);
    known.set(scope, choices.set(key, choice));
    return { pool: scope.template.pool, pods, ...choice };
  });
}

/** What equal drafts have in common. */
type Choice = Omit<PlannedNode, "pool" | "pods">;

function choiceFor({ scope, used, offer, relaxed }: Draft, budget: Vector, dimensions: Dimensions): Choice {
  const machines = listed(scope, used, budget);
  const offers = machines.flatMap((machine) => scope.offersOf(machine));
  // Machines go by their cheapest offers.
  const cheapest = offers[0] ?? offer;
  const minValuesRelaxed = relaxed && !isVaried(machines, scope.requirements);
  const requirements = minValuesRelaxed ? lowered(machines, scope.requirements) : scope.requirements;
  return {
    requirements: toRequirementSpecs(narrowedTo(offers, requirements)),
    instanceTypes: [...new Set(machines.map(({ type }) => type))],
    requests: requestsOf(plus(used, leastOverhead(machines)), dimensions),
    cheapest: { instanceType: cheapest.machine.type.name, offering: cheapest.offering },
    minValuesRelaxed,
  };
}

/** Daemons run on whichever machine it becomes; what all of them would have at least is asked for. */
const leastOverhead = (machines: readonly Machine[]): Vector =>
  machines.map(({ overhead }) => overhead).reduce(minimum);

const requestsOf = (total: Vector, dimensions: Dimensions): PlannedNode["requests"] =>
  toResourceList(Object.fromEntries(Object.entries(dimensions.amounts(total)).filter(([name]) => !isPort(name))));

/** Zones and capacity types that the machines are really offered in; instance types are listed apart. */
function narrowedTo(offers: readonly Offer[], requirements: Requirements): Requirements {
  const narrowed = new Map(requirements);
  const settled = [
    only(labels.zone, ...offers.map(({ offering }) => offering.zone)),
    only(labels.capacityType, ...offers.map(({ offering }) => offering.capacityType)),
  ];
  for (const requirement of settled) {
    const before = requirements.get(requirement.key);
    narrowed.set(requirement.key, before === undefined ? requirement : intersect(before, requirement));
  }
  return narrowed;
}
