import type { RequirementSpec } from "#controller/api/requirement";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { PlannedNode } from "#controller/scheduling/plan";
import type { PoolChoice, Problem } from "#controller/scheduling/problem";
import { amountsOf, sum } from "./amounts";
import { holds, keyFor } from "./expression";
import { poolAllows, specsOf, specsOfPool } from "./machine";
import { type Place, purchasesOf } from "./place";
import { requestsOf } from "./requests";

const MOST_TYPES = 60;

/** What a planned node asks for is in order, whoever will live there. */
export function violationsOfClaim(place: Place, problem: Problem): readonly string[] {
  const { planned } = place;
  if (planned === undefined) return [];
  const choice = problem.pools.find(({ pool }) => pool.metadata.name === planned.pool.metadata.name);
  if (choice === undefined) return [`${place.name} is of a pool that does not exist`];
  return [
    ...violationsOfTypes(planned, choice),
    ...violationsOfPurchases(place, planned),
    ...violationsOfVariety(planned, choice, problem),
    ...violationsOfRequests(planned),
  ].map((text) => `${place.name} ${text}`);
}

function violationsOfTypes({ instanceTypes }: PlannedNode, choice: PoolChoice): readonly string[] {
  const known = new Set(choice.instanceTypes);
  return [
    ...(instanceTypes.length === 0 ? ["lists no instance type"] : []),
    ...(instanceTypes.length > MOST_TYPES ? [`lists more than ${MOST_TYPES} types`] : []),
    ...instanceTypes
      .filter((type) => !known.has(type))
      .map(({ name }) => `lists ${name}, which its pool does not have`),
  ];
}

function violationsOfPurchases(place: Place, { pool, cheapest, pods }: PlannedNode): readonly string[] {
  const purchases = purchasesOf(place);
  const lowest = Math.min(...purchases.map(({ offering }) => offering?.price ?? Infinity));
  return [
    ...(pods.length === 0 ? ["gets no pod"] : []),
    ...place.machines
      .filter((machine) => machine.purchases.length === 0)
      .map(({ name }) => `lists ${name}, which cannot be bought`),
    ...purchases.filter((each) => !poolAllows(pool, each)).map(({ text }) => `may be ${text}, against its pool`),
    ...(cheapest.offering.price === lowest ? [] : [`is not cheapest as ${cheapest.instanceType}`]),
  ];
}

/** The types together offer as many values for a key as its `minValues` says, unless that was lowered, and may be. */
function violationsOfVariety(planned: PlannedNode, { pool }: PoolChoice, { settings }: Problem): readonly string[] {
  if (planned.minValuesRelaxed)
    return settings.minValues === "BestEffort" ? [] : ["lowers minValues, which has to be kept"];
  const demands = pool.spec.template.spec.requirements.filter(({ minValues = 0 }) => minValues > 0);
  return demands.flatMap(({ key, minValues = 0 }) => {
    const claimed = [...(specsOfPool(pool).get(keyFor(key)) ?? []), ...planned.requirements.filter(isAbout(key))];
    const values = new Set(planned.instanceTypes.flatMap((type) => valuesOf(type, key)));
    const count = [...values].filter((value) => claimed.every((spec) => holds(spec, value))).length;
    return count < minValues ? [`offers ${count} values for ${key}, not ${minValues}`] : [];
  });
}

const isAbout =
  (key: string) =>
  (spec: RequirementSpec): boolean =>
    keyFor(spec.key) === keyFor(key);

const valuesOf = (type: InstanceType, key: string): readonly string[] =>
  (specsOf(type).get(keyFor(key)) ?? []).flatMap(({ operator, values = [] }) => (operator === "In" ? values : []));

/** The claim asks for at least what its pods need. */
function violationsOfRequests({ pods, requests }: PlannedNode): readonly string[] {
  const asked = amountsOf(requests);
  return Object.entries(sum(pods.map(requestsOf)))
    .filter(([name, wanted]) => wanted > (asked[name] ?? 0))
    .map(([name]) => `asks for less ${name} than its pods`);
}
