import type { Pod } from "#controller/api/pod";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { keyFor } from "#support/plan-checker/expression";
import { type Place, placesOf, purchasesOf, rangeOf, surelyMeets } from "#support/plan-checker/place";
import { Population, type Settler } from "#support/plan-checker/population";
import { ofAffinityTerm, ofConstraint } from "#support/plan-checker/selector";
import { untolerated } from "#support/plan-checker/tolerations";

/**
 * How many of the pods' preferences a plan meets: preferred node affinity, preferred pod affinity and anti-affinity,
 * spread that may be broken, and taints that nodes would rather not have ignored. A plan that meets more may cost more.
 */
export function kindnessOf(plan: Plan, problem: Problem): number {
  const places = placesOf(plan, problem);
  const population = new Population(places);
  return population.all
    .filter(({ isNew }) => isNew)
    .reduce((sum, settler) => sum + metBy(settler, population, problem), 0);
}

const metBy = (settler: Settler, population: Population, problem: Problem): number =>
  [
    ...nodeWishesMet(settler.pod, settler.place),
    ...companyMet(settler, population, problem),
    ...spreadMet(settler, population),
    isWelcome(settler),
  ].filter(Boolean).length;

const nodeWishesMet = ({ spec }: Pod, place: Place): readonly boolean[] =>
  (spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ preference }) =>
    purchasesOf(place).every((purchase) => surelyMeets(place, purchase, [preference.matchExpressions ?? []])),
  );

function companyMet({ pod, place }: Settler, population: Population, { namespaces }: Problem): readonly boolean[] {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const hasCompany = (term: Parameters<typeof ofAffinityTerm>[0]): boolean => {
    const here = rangeOf(place, keyFor(term.topologyKey)).settled;
    return population
      .selectedBy(ofAffinityTerm(term, pod, namespaces))
      .some((each) => each.pod !== pod && here !== undefined && domainOf(each.place, term.topologyKey) === here);
  };
  return [
    ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) =>
      hasCompany(podAffinityTerm),
    ),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm }) => !hasCompany(podAffinityTerm),
    ),
  ];
}

const domainOf = (place: Place, key: string): string | undefined => rangeOf(place, keyFor(key)).settled;

/** Whether the pod's domain is none that has more than the emptiest one with a node by more than the skew. */
const spreadMet = ({ pod, place }: Settler, population: Population): readonly boolean[] =>
  (pod.spec.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway")
    .map((constraint) => {
      const counts = new Map<string, number>();
      for (const each of population.all) count(counts, domainOf(each.place, constraint.topologyKey), 0);
      for (const each of population.selectedBy(ofConstraint(constraint, pod)))
        count(counts, domainOf(each.place, constraint.topologyKey), 1);
      const here = domainOf(place, constraint.topologyKey);
      return here !== undefined && (counts.get(here) ?? 0) - Math.min(...counts.values()) <= constraint.maxSkew;
    });

function count(counts: Map<string, number>, domain: string | undefined, one: number): void {
  if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + one);
}

const isWelcome = ({ pod, place }: Settler): boolean =>
  untolerated(
    pod.spec.tolerations,
    place.taints.map((taint) => ({ ...taint, effect: "NoSchedule" as const })),
  ).length === 0;
