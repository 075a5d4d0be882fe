import { type Amounts, amountsOf, sum } from "./amounts";
import { type Daemon, daemonsOn, isOfDaemonSet } from "./daemons";
import type { Machine } from "./machine";
import type { Place } from "./place";
import { requestsOf } from "./requests";

/** Pods, and daemons that are still to come, fit on the node, whatever machine it turns out to be. */
export function violationsOfRoom(place: Place, daemons: readonly Daemon[]): readonly string[] {
  if (place.arrivals.length === 0) return [];
  const asked = sum(place.arrivals.map(requestsOf));
  const there = sum(place.residents.map(requestsOf));
  return place.machines.flatMap((machine) => {
    const coming = daemonsToCome(place, machine, daemons);
    const total = sum([asked, there, coming]);
    return overfull(machine, { asked, total }).map(
      (name) => `${machine.name} has not enough ${name} for ${place.name}`,
    );
  });
}

/** What daemons will take beyond what those that run there take already. */
function daemonsToCome(place: Place, machine: Machine, daemons: readonly Daemon[]): Amounts {
  const expected = sum(daemonsOn(place, machine, daemons).map(({ pod }) => requestsOf(pod)));
  const running = sum(place.residents.filter(isOfDaemonSet).map(requestsOf));
  return Object.fromEntries(Object.keys(expected).map((name) => [name, Math.max(0, leftOf(name, expected, running))]));
}

const leftOf = (name: string, expected: Amounts, running: Amounts): number =>
  (expected[name] ?? 0) - (running[name] ?? 0);

/** Resources that arrivals ask for and of which there is too little, in any of the ways to buy the machine. */
function overfull({ purchases }: Machine, { asked, total }: { asked: Amounts; total: Amounts }): readonly string[] {
  const short = new Set<string>();
  for (const allocatable of new Set(purchases.map((purchase) => purchase.allocatable))) {
    const room = amountsOf(allocatable);
    for (const [name, wanted] of Object.entries(asked)) {
      if (wanted > 0 && (total[name] ?? 0) > (room[name] ?? 0)) short.add(name);
    }
  }
  return [...short];
}
