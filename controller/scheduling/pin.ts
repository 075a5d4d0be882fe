import { labels } from "../api/labels";
import type { Toleration } from "../api/pod";
import type { InstanceType, Offering } from "./instance-type";
import { only, otherThan, type Requirement } from "./requirement";
import type { Requirements } from "./requirements";
import type { Wish } from "./wish";

interface Sold {
  readonly machine: { readonly type: InstanceType; readonly isOneOfSeveral: boolean };
  readonly offering: Offering;
  readonly requirements: Requirements;
}

type Pinned<T> = T & { readonly pin: Wish | undefined };

/**
 * Offers with what pins a node to them. Of a reservation only so many nodes may be bought: those that count on it ask for
 * it by its id, and the others for anything that is not reserved. A type that has other room when it is bought otherwise is
 * bought as planned or not at all.
 */
export function pinned<T extends Sold>(offers: readonly T[]): readonly Pinned<T>[] {
  const ids = new Set(offers.flatMap(({ offering: { reservation } }) => reservation?.id ?? []));
  const toReservation = new Map([...ids].map((id) => [id, wishFor(only(labels.reservationId, id))]));
  const toOthers = ids.size > 0 ? wishFor(otherThan(labels.capacityType, ["reserved"])) : undefined;
  const all = offers.map((offer): Pinned<T> => {
    const { reservation } = offer.offering;
    return { ...offer, pin: reservation === undefined ? toOthers : toReservation.get(reservation.id) };
  });
  return all.map((offer) =>
    isAmbiguous(offer, all) ? { ...offer, pin: wishFor(...offer.requirements.values()) } : offer,
  );
}

/** Whether a node that is pinned like this may be another machine of the type. */
const isAmbiguous = ({ machine, pin }: Pinned<Sold>, all: readonly Pinned<Sold>[]): boolean =>
  machine.isOneOfSeveral &&
  all.some((other) => other.pin === pin && other.machine.type === machine.type && other.machine !== machine);

const wishFor = (...requirements: readonly Requirement[]): Wish => ({
  requirements: new Map(requirements.map((each) => [each.key, each])),
  tolerations: everyTaint,
});

const everyTaint: readonly Toleration[] = [{ operator: "Exists" }];
