import { labels } from "../api/labels";
import type { Toleration } from "../api/pod";
import type { InstanceType, Offering } from "./instance-type";
import { remembered } from "./memo";
import { only, otherThan, type Requirement } from "./requirement";
import type { Requirements } from "./requirements";
import type { Wish } from "./wish";

interface Sold {
  readonly machine: { readonly type: InstanceType };
  readonly offering: Offering;
  readonly requirements: Requirements;
}

type Pinned<T> = T & { readonly pin: Wish | undefined };

/**
 * Offers with what pins a node to them. Of a reservation only so many nodes may be bought: those that count on it ask
 * for it by its id, and the others for anything that is not reserved. A type that has other room when it is bought
 * otherwise is bought as planned or not at all.
 */
export function pinned<T extends Sold>(offers: readonly T[]): readonly Pinned<T>[] {
  const ids = new Set(offers.flatMap(({ offering: { reservation } }) => reservation?.id ?? []));
  const toReservation = new Map([...ids].map((id) => [id, wishFor(only(labels.reservationId, id))]));
  const toOthers = ids.size > 0 ? wishFor(otherThan(labels.capacityType, ["reserved"])) : undefined;
  const all = offers.map((offer): Pinned<T> => {
    const { reservation } = offer.offering;
    return { ...offer, pin: reservation === undefined ? toOthers : toReservation.get(reservation.id) };
  });
  const machines = machinesByPin(all);
  return all.map((offer) => {
    const couldBe = machines.get(offer.pin)?.get(offer.machine.type)?.size ?? 0;
    return couldBe > 1 ? { ...offer, pin: wishFor(...offer.requirements.values()) } : offer;
  });
}

/** Which machines of each type a node may be that is pinned like this. */
function machinesByPin(
  offers: readonly Pinned<Sold>[],
): ReadonlyMap<Wish | undefined, ReadonlyMap<InstanceType, ReadonlySet<Sold["machine"]>>> {
  const byPin = new Map<Wish | undefined, Map<InstanceType, Set<Sold["machine"]>>>();
  for (const { pin, machine } of offers) {
    const byType = remembered(byPin, pin, () => new Map<InstanceType, Set<Sold["machine"]>>());
    remembered(byType, machine.type, () => new Set()).add(machine);
  }
  return byPin;
}

const wishFor = (...requirements: readonly Requirement[]): Wish => ({
  requirements: new Map(requirements.map((each) => [each.key, each])),
  tolerations: everyTaint,
});

const everyTaint: readonly Toleration[] = [{ operator: "Exists" }];
