import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { nodeWishes } from "#support/plan-checker/expression";
import { placesOf, purchasesOf, surelyMeets } from "#support/plan-checker/place";
import { Population, type Settler } from "#support/plan-checker/population";

/**
 * How far down their required node-affinity terms the pods had to go: 0 for each whose node is sure to meet the first.
 */
export const termsGivenUp = (plan: Plan, problem: Problem): number =>
  new Population(placesOf(plan, problem)).all
    .filter(({ isNew }) => isNew)
    .reduce((sum, settler) => sum + givenUpBy(settler), 0);

function givenUpBy({ pod, place }: Settler): number {
  const terms = nodeWishes(pod.spec);
  const met = terms.findIndex((term) => purchasesOf(place).every((purchase) => surelyMeets(place, purchase, [term])));
  return met === -1 ? terms.length : met;
}
