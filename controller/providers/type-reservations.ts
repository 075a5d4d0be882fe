import type { CapacityReservation, EC2NodeClass } from "../api/ec2-node-class";
import { labels } from "../api/labels";
import type { RequirementSpec } from "../api/requirement";
import type { InstanceType, Offering } from "../scheduling/instance-type";
import { marketOf, reservationKeys, reservationLabels } from "./reservation-target";
import { requirement } from "./type-labels";
import { type Market, zonesOf } from "./type-offerings";

/** What sells a type to a class. */
interface Sales {
  readonly nodeClass: EC2NodeClass;
  readonly market: Market;
  /** Whether the class can launch machines of the type. */
  readonly isUsable: () => boolean;
}

/** It is paid for, so it goes before all else; among reserved machines, the small ones first. */
const SHARE_OF_PRICE = 1e-7;

/** The type with what the class' reservations hold of it. Where there is nothing, the very same type. */
export function withReservations(type: InstanceType, sales: Sales): InstanceType {
  const { capacityReservations = [] } = sales.nodeClass.status ?? {};
  const reserved = capacityReservations
    .filter(({ instanceType }) => instanceType === type.name)
    .flatMap((reservation) => offeringOf(reservation, sales));
  if (reserved.length === 0) return type;
  const others = type.offerings.map((each) => ({ ...each, requirements: [...(each.requirements ?? []), ...ofNone] }));
  return {
    ...type,
    offerings: [...others, ...reserved],
    requirements: type.requirements.map((each) => widened(each, reserved)),
  };
}

function offeringOf(reservation: CapacityReservation, { nodeClass, market, isUsable }: Sales): readonly Offering[] {
  const { id, instanceType: name, availabilityZone: zone, state = "active" } = reservation;
  const place = zonesOf(nodeClass).find((each) => each.zone === zone);
  const remaining = market.leftIn?.(id);
  if (place === undefined || remaining === undefined) return [];
  return [
    {
      ...{ zone, capacityType: "reserved", price: (market.price(name, "on-demand", zone) ?? 0) * SHARE_OF_PRICE },
      available: remaining > 0 && state === "active" && market.zonesOf(name).has(zone) && isUsable(),
      reservation: { id, remaining },
      requirements: [...labelsOf(reservation), ...zoneIdOf(place)],
    },
  ];
}

const zoneIdOf = ({ zoneID }: { readonly zoneID?: string }): readonly RequirementSpec[] =>
  zoneID === undefined ? [] : [requirement(labels.zoneId, zoneID)];

const labelsOf = (reservation: CapacityReservation): readonly RequirementSpec[] =>
  Object.entries(reservationLabels({ id: reservation.id, market: marketOf(reservation) })).map(([key, value]) =>
    requirement(key, value),
  );

const ofNone = reservationKeys.map((key) => requirement(key, undefined));

/** What the type may be labelled with, now that it may be reserved. */
function widened(label: RequirementSpec, reserved: readonly Offering[]): RequirementSpec {
  const { key, values = [] } = label;
  if (key === labels.capacityType) return requirement(key, [...values, "reserved"]);
  if (!ofNone.some((other) => other.key === key)) return label;
  const own = reserved.flatMap(({ requirements = [] }) => requirements.filter((each) => each.key === key));
  return requirement(key, [...new Set(own.flatMap((each) => each.values ?? []))]);
}
