import type { Pod, PodAffinityTerm } from "#controller/api/pod";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { keyFor } from "#support/plan-checker/expression";
import { type Place, placesOf, purchasesOf, rangeOf, surelyMeets } from "#support/plan-checker/place";
import { Population, type Settler } from "#support/plan-checker/population";
import { ofAffinityTerm, ofConstraint } from "#support/plan-checker/selector";
import { tallyOf } from "#support/plan-checker/spread";
import { Atlas } from "#support/plan-checker/terrain";
import { untolerated } from "#support/plan-checker/tolerations";

/**
 * How many of the pods' preferences a plan meets: preferred node affinity, preferred pod affinity and anti-affinity,
 * spread that may be broken, and taints that nodes would rather not have ignored. A plan that meets more may cost more.
 */
export function kindnessOf(plan: Plan, problem: Problem): number {
  const places = placesOf(plan, problem);
  const population = new Population(places);
  const atlas = new Atlas(places, problem);
  return population.all
    .filter(({ isNew }) => isNew)
    .reduce((sum, settler) => sum + metBy(settler, { population, atlas, problem }), 0);
}

interface Surroundings {
  readonly population: Population;
  readonly atlas: Atlas;
  readonly problem: Problem;
}

const metBy = (settler: Settler, { population, atlas, problem }: Surroundings): number =>
  [
    ...nodeWishesMet(settler.pod, settler.place),
    ...companyMet(settler, population, problem),
    ...spreadMet(settler, population, atlas),
    isWelcome(settler),
  ].filter(Boolean).length;

const nodeWishesMet = ({ spec }: Pod, place: Place): readonly boolean[] =>
  (spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ preference }) =>
    purchasesOf(place).every((purchase) => surelyMeets(place, purchase, [preference.matchExpressions ?? []])),
  );

function companyMet({ pod, place }: Settler, population: Population, { namespaces }: Problem): readonly boolean[] {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const selected = (term: PodAffinityTerm): readonly Settler[] =>
    population.selectedBy(ofAffinityTerm(term, pod, namespaces)).filter((each) => each.pod !== pod);
  return [
    ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm: term }) =>
      selected(term).some((each) => surelyShare(each.place, place, term.topologyKey)),
    ),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm: term }) => !selected(term).some((each) => mayShare(each.place, place, term.topologyKey)),
    ),
  ];
}

const surelyShare = (a: Place, b: Place, key: string): boolean =>
  a === b || (domainOf(a, key) !== undefined && domainOf(a, key) === domainOf(b, key));

const mayShare = (a: Place, b: Place, key: string): boolean =>
  a === b || rangeOf(a, keyFor(key)).values.some((value) => rangeOf(b, keyFor(key)).values.includes(value));

const domainOf = (place: Place, key: string): string | undefined => rangeOf(place, keyFor(key)).settled;

/** Whether the pod's domain is none that is ahead of the emptiest one by more than the skew, empty domains included. */
const spreadMet = ({ pod, place }: Settler, population: Population, atlas: Atlas): readonly boolean[] =>
  (pod.spec.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway")
    .map((constraint) => {
      const terrain = atlas.terrainOf(constraint, pod);
      const counts = tallyOf(terrain, population.selectedBy(ofConstraint(constraint, pod)));
      const here = terrain.domains.get(place);
      return here !== undefined && (counts.get(here) ?? 0) - Math.min(...counts.values()) <= constraint.maxSkew;
    });

const isWelcome = ({ pod, place }: Settler): boolean =>
  untolerated(
    pod.spec.tolerations,
    place.taints.map((taint) => ({ ...taint, effect: "NoSchedule" as const })),
  ).length === 0;
