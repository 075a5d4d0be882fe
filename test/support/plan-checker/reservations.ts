import type { Problem } from "#controller/scheduling/problem";
import { grouped } from "./grouped";
import type { Place } from "./place";
import { purchasesOf } from "./place";

/**
 * Nothing reserved is bought where that is to be ignored, and no capacity reservation is counted on more often than it
 * has instances left: neither as what nodes are priced by, nor by nodes that can be bought in no other way, whichever
 * reservations those take among them.
 */
export function violationsOfReservations(places: readonly Place[], { settings }: Problem): readonly string[] {
  const nodes = places.filter(({ planned }) => planned !== undefined);
  const left = leftIn(nodes);
  if (left.size === 0) return [];
  if (settings.reservations === "Ignore") return reservable(nodes).map(({ name }) => `${name} may be bought reserved`);
  const priced = grouped(nodes, ({ planned }) => planned?.cheapest.offering.reservation?.id);
  const overpriced = [...left].filter(([id, remaining]) => (priced.get(id) ?? []).length > remaining);
  return [
    ...overpriced.map(
      ([id, remaining]) => `reservation ${id} is counted on more often than the ${remaining} it has left`,
    ),
    ...withoutReservation(nodes, left).map(({ name }) => `${name} needs a reservation and none is left for it`),
  ];
}

const reservable = (places: readonly Place[]): readonly Place[] =>
  places.filter((place) => purchasesOf(place).some(({ offering }) => offering?.reservation !== undefined));

function leftIn(places: readonly Place[]): ReadonlyMap<string, number> {
  const left = new Map<string, number>();
  for (const { offering } of places.flatMap(purchasesOf)) {
    if (offering?.reservation === undefined) continue;
    const { id, remaining } = offering.reservation;
    left.set(id, Math.min(remaining, left.get(id) ?? Infinity));
  }
  return left;
}

/** The reservations a node has to be bought from, or undefined if it can be bought otherwise. */
function reservationsOnlyOf(place: Place): readonly string[] | undefined {
  const purchases = purchasesOf(place);
  const ids = purchases.flatMap(({ offering }) => offering?.reservation?.id ?? []);
  return ids.length > 0 && ids.length === purchases.length ? [...new Set(ids)] : undefined;
}

/** Matches nodes with reservations, moving earlier ones elsewhere where that makes room; returns who is left. */
function withoutReservation(places: readonly Place[], left: ReadonlyMap<string, number>): readonly Place[] {
  const holders = new Map<string, Place[]>();
  const seat = (place: Place, tried: Set<string>): boolean =>
    (reservationsOnlyOf(place) ?? []).some((id) => {
      if (tried.has(id)) return false;
      tried.add(id);
      const held = holders.get(id) ?? [];
      holders.set(id, held);
      const isFree = held.length < (left.get(id) ?? 0);
      const mover = isFree ? undefined : held.find((other) => seat(other, tried));
      if (!isFree && mover === undefined) return false;
      if (mover !== undefined) held.splice(held.indexOf(mover), 1);
      held.push(place);
      return true;
    });
  return places.filter((place) => reservationsOnlyOf(place) !== undefined && !seat(place, new Set()));
}
