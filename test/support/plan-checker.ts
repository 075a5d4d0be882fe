import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { violationsOfAffinity } from "./plan-checker/affinity";
import { violationsOfAntiAffinity } from "./plan-checker/anti-affinity";
import { violationsOfClaim } from "./plan-checker/claim";
import { daemonsOf } from "./plan-checker/daemons";
import { nameOf, placesOf } from "./plan-checker/place";
import { violationsOfLimits } from "./plan-checker/pool-limits";
import { Population } from "./plan-checker/population";
import { violationsOfPorts } from "./plan-checker/ports";
import { violationsOfReservations } from "./plan-checker/reservations";
import { violationsOfRoom } from "./plan-checker/room";
import { violationsOfSpread } from "./plan-checker/spread";
import { Storage, violationsOfVolumes } from "./plan-checker/volumes";
import { violationsOfWants } from "./plan-checker/wants";

/**
 * Every rule that a plan breaks, in words; none for a good plan. Kubernetes' documentation decides, and none of the
 * scheduler's code is used: what it got wrong would be wrong here as well. Every machine that a planned node lists, in
 * every way it can be bought, has to do. `test/support/plan-checker/` has the rules, one concern a file.
 */
export function violationsOf(plan: Plan, problem: Problem): string[] {
  const places = placesOf(plan, problem);
  const population = new Population(places);
  const daemons = daemonsOf(problem);
  const storage = new Storage(problem);
  return [
    ...violationsOfCount(plan, problem),
    ...places.flatMap((place) => [
      ...violationsOfClaim(place, problem),
      ...violationsOfWants(place),
      ...violationsOfRoom(place, daemons),
      ...violationsOfPorts(place, daemons),
      ...violationsOfVolumes(place, storage),
    ]),
    ...violationsOfLimits(plan, problem),
    ...violationsOfReservations(places, problem),
    ...violationsOfSpread(places, problem, population),
    ...violationsOfAffinity(population, problem),
    ...violationsOfAntiAffinity(population, problem),
  ];
}

/** Each pod has one place or one reason or another turn, and nobody else has; pods only go to nodes that are there. */
function violationsOfCount(
  { newNodes, existing, unschedulable, deferred }: Plan,
  { pods, nodes }: Problem,
): readonly string[] {
  const there = new Set(nodes.map(({ name }) => name));
  const placed = [...newNodes.flatMap((node) => node.pods), ...[...existing.values()].flat()].map(nameOf);
  const times = new Map<string, number>(pods.map((pod) => [nameOf(pod), 0]));
  for (const name of [...placed, ...unschedulable.map(({ pod }) => nameOf(pod)), ...deferred.map(nameOf)])
    times.set(name, (times.get(name) ?? 2) + 1);
  return [
    ...[...times].filter(([, count]) => count !== 1).map(([name]) => `${name} is not in the plan exactly once`),
    ...[...existing.keys()]
      .filter((name) => !there.has(name))
      .map((name) => `${name}, which does not exist, gets pods`),
  ];
}
