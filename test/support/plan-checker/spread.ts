import type { Problem } from "#controller/scheduling/problem";
import type { Place } from "./place";
import type { Population, Settler } from "./population";
import { type SpreadGroup, spreadGroupsOf } from "./spread-group";
import { hasOrder } from "./spread-order";
import { Atlas, type Terrain } from "./terrain";

/** Each DoNotSchedule constraint of each arrival: its node has the key, settled, and the skew holds there. */
export function violationsOfSpread(
  places: readonly Place[],
  problem: Problem,
  population: Population,
): readonly string[] {
  const groups = spreadGroupsOf(population, new Atlas(places, problem));
  const skewed = groups.filter((group) => skewOf(group) !== undefined);
  return [
    ...groups.flatMap(unsettledOwners),
    ...(hasOrder(skewed) ? [] : skewed.flatMap((group) => skewOf(group) ?? [])),
  ];
}

function unsettledOwners({ text, terrain, owners }: SpreadGroup): readonly string[] {
  const lost = new Set(owners.map(({ place }) => place).filter((place) => !terrain.domains.has(place)));
  return [...lost].map((place) => `${text}: ${place.name} is in no domain for sure`);
}

/** How often each domain of the terrain is hit by pods on nodes that count. */
export function tallyOf({ domains, universe }: Terrain, pods: readonly Settler[]): Map<string, number> {
  const tally = new Map([...universe].map((domain) => [domain, 0]));
  for (const { place } of pods) {
    const domain = domains.get(place);
    if (domain !== undefined) tally.set(domain, (tally.get(domain) ?? 0) + 1);
  }
  return tally;
}

/** Once everybody is there: the domains with new owners that exceed the fewest by more than the skew. */
function skewOf({ text, terrain, owners, counted, ...group }: SpreadGroup): string | undefined {
  const tally = tallyOf(terrain, counted);
  const fewest = tally.size < group.minDomains ? 0 : Math.min(...tally.values());
  const hit = [...new Set(owners.map(({ place }) => terrain.domains.get(place)))].filter((each) => each !== undefined);
  const excess = hit.filter((domain) => (tally.get(domain) ?? 0) - fewest > group.maxSkew);
  if (excess.length === 0) return undefined;
  return `${text}: ${excess.map((domain) => `${tally.get(domain) ?? 0} in ${domain}`).join(", ")}, ${fewest} in the emptiest`;
}
