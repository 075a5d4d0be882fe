import { labels } from "../api/labels";
import type { Toleration } from "../api/pod";
import type { InstanceType, Offering } from "./instance-type";
import { remembered } from "./memo";
import { only, otherThan, type Requirement } from "./requirement";
import type { Requirements } from "./requirements";
import type { Wish } from "./wish";

interface Sold {
  readonly machine: { readonly type: InstanceType; readonly isOneOfSeveral: boolean };
  readonly offering: Offering;
  readonly requirements: Requirements;
}

/**
 * What pins a node to one of these offers, where that matters. Of a reservation only so many nodes may be bought: those
 * that count on it ask for it by its id, and the others for anything that is not reserved. A type that has other room
 * when it is bought otherwise is bought as planned or not at all.
 */
export function pinsFor(offers: readonly Sold[]): (offer: Sold) => Wish | undefined {
  const ids = new Set(offers.flatMap(({ offering: { reservation } }) => reservation?.id ?? []));
  const toReservation = new Map([...ids].map((id) => [id, wishFor(only(labels.reservationId, id))]));
  const toOthers = ids.size > 0 ? wishFor(otherThan(labels.capacityType, ["reserved"])) : undefined;
  const pinOf: Pinning = ({ offering: { reservation } }) =>
    reservation === undefined ? toOthers : toReservation.get(reservation.id);
  const machines = machinesByPin(offers, pinOf);
  return (offer) => {
    const pin = pinOf(offer);
    const couldBe = machines.get(pin)?.get(offer.machine.type)?.size ?? 1;
    return couldBe > 1 ? wishFor(...offer.requirements.values()) : pin;
  };
}

type Pinning = (offer: Sold) => Wish | undefined;

/** Which machines a node that is pinned like this may be, of types that are several. */
function machinesByPin(
  offers: readonly Sold[],
  pinOf: Pinning,
): ReadonlyMap<Wish | undefined, ReadonlyMap<InstanceType, ReadonlySet<Sold["machine"]>>> {
  const byPin = new Map<Wish | undefined, Map<InstanceType, Set<Sold["machine"]>>>();
  for (const offer of offers) {
    const { machine } = offer;
    if (!machine.isOneOfSeveral) continue;
    const byType = remembered(byPin, pinOf(offer), () => new Map<InstanceType, Set<Sold["machine"]>>());
    remembered(byType, machine.type, () => new Set()).add(machine);
  }
  return byPin;
}

const wishFor = (...requirements: readonly Requirement[]): Wish => ({
  requirements: new Map(requirements.map((each) => [each.key, each])),
  tolerations: everyTaint,
});

const everyTaint: readonly Toleration[] = [{ operator: "Exists" }];
