import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { hostname } from "#support/plan-checker/expression";
import { placesOf } from "#support/plan-checker/place";
import { Population } from "#support/plan-checker/population";
import { ofConstraint } from "#support/plan-checker/selector";
import { tallyOf } from "#support/plan-checker/spread";
import { type SpreadGroup, spreadGroupsOf } from "#support/plan-checker/spread-group";
import { Atlas } from "#support/plan-checker/terrain";

/**
 * How often a required spread is exceeded once everybody is there: a plan in which that happens is good only if the
 * pods are bound in the right order, which nobody sees to. Over hostnames the emptiest domain is a node that may come
 * any time.
 */
export function exceededSkews(plan: Plan, problem: Problem, keys: "all" | "hostnames" = "all"): number {
  const places = placesOf(plan, problem);
  return spreadGroupsOf(new Population(places), new Atlas(places, problem))
    .filter(({ key }) => keys === "all" || key === hostname)
    .flatMap(exceededIn).length;
}

/** The domains of the constraint's owners that are ahead by more than the skew. */
function exceededIn({ key, terrain, counted, owners, minDomains, maxSkew }: SpreadGroup): readonly string[] {
  const tally = tallyOf(terrain, counted);
  const least = key === hostname || tally.size < minDomains ? 0 : Math.min(...tally.values());
  const domains = new Set(owners.map(({ place }) => terrain.domains.get(place)).filter((each) => each !== undefined));
  return [...domains].filter((domain) => (tally.get(domain) ?? 0) - least > maxSkew);
}

/**
 * How unevenly the pods of all plans' spreads, required or not, are over their domains: the sum of the squares of how
 * many are in each.
 */
export function unevenness(plan: Plan, problem: Problem): number {
  const places = placesOf(plan, problem);
  const population = new Population(places);
  const atlas = new Atlas(places, problem);
  return population.all
    .filter(({ isNew }) => isNew)
    .flatMap(({ pod }) => (pod.spec.topologySpreadConstraints ?? []).map((constraint) => ({ pod, constraint })))
    .map(({ pod, constraint }) =>
      tallyOf(atlas.terrainOf(constraint, pod), population.selectedBy(ofConstraint(constraint, pod))),
    )
    .flatMap((tally) => [...tally.values()])
    .reduce((sum, count) => sum + count ** 2, 0);
}
