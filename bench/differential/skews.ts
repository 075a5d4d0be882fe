import type { Pod, TopologySpreadConstraint } from "#controller/api/pod";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { hostname, keyFor } from "#support/plan-checker/expression";
import { placesOf, rangeOf } from "#support/plan-checker/place";
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

/** A spread that a pod of the plan asks for, required or not. */
interface Spread {
  readonly pod: Pod;
  readonly constraint: TopologySpreadConstraint;
}

const spreadsOf = ({ all }: Population): readonly Spread[] =>
  all
    .filter(({ isNew }) => isNew)
    .flatMap(({ pod }) => (pod.spec.topologySpreadConstraints ?? []).map((constraint) => ({ pod, constraint })));

/** How unevenly pods are over their domains, for each that is spread: the sum of the squares of how many there are. */
export function unevenness(plan: Plan, problem: Problem): number {
  const places = placesOf(plan, problem);
  const population = new Population(places);
  const atlas = new Atlas(places, problem);
  return spreadsOf(population)
    .map(({ pod, constraint }) =>
      tallyOf(atlas.terrainOf(constraint, pod), population.selectedBy(ofConstraint(constraint, pod))),
    )
    .flatMap((tally) => [...tally.values()])
    .reduce((sum, count) => sum + count ** 2, 0);
}

/** How many pods by which others are spread are on nodes that may come to be in one domain or another. */
export function unsettled(plan: Plan, problem: Problem): number {
  const population = new Population(placesOf(plan, problem));
  return spreadsOf(population).flatMap(({ pod, constraint }) =>
    population
      .selectedBy(ofConstraint(constraint, pod))
      .filter(({ place }) => rangeOf(place, keyFor(constraint.topologyKey)).values.length > 1),
  ).length;
}
