import type { CapacityReservation } from "../api/ec2-node-class";
import type { Labels } from "../api/kube-object";
import { labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import type { Offering } from "../scheduling/instance-type";

/** A capacity reservation as a launch targets it. */
export interface ReservationTarget {
  readonly id: string;
  readonly market: ReservationMarket;
}

/** How EC2 sells what is reserved; a launch into a reservation has to name its market unless it is on-demand. */
export type ReservationMarket = "on-demand" | "capacity-block" | "interruptible-capacity-reservation";

export function marketOf({
  reservationType,
  interruptible = false,
}: Pick<CapacityReservation, "reservationType" | "interruptible">): ReservationMarket {
  if (reservationType === "capacity-block") return "capacity-block";
  return interruptible ? "interruptible-capacity-reservation" : "on-demand";
}

/** What a machine in the reservation is labelled with. */
export const reservationLabels = ({ id, market }: ReservationTarget): Labels => ({
  [labels.reservationId]: id,
  [labels.reservationType]: market === "capacity-block" ? "capacity-block" : "default",
  [labels.reservationInterruptible]: String(market === "interruptible-capacity-reservation"),
});

/** Labels that only machines in reservations have. */
export const reservationKeys: readonly string[] = [
  labels.reservationId,
  labels.reservationType,
  labels.reservationInterruptible,
];

/** The one reservation that a claim will be launched into, as the planner asks for it, or not at all. */
export function reservationAskedBy({ spec: { requirements } }: Pick<NodeClaim, "spec">): string | undefined {
  const { operator, values = [] } = requirements.find(({ key }) => key === labels.reservationId) ?? {};
  return operator === "In" && values.length === 1 ? values[0] : undefined;
}

/** The reservation that an offering is of. */
export function targetOf({ reservation, requirements = [] }: Offering): ReservationTarget | undefined {
  if (reservation === undefined) return undefined;
  const says = (key: string, value: string): boolean =>
    requirements.some((each) => each.key === key && each.values?.[0] === value);
  const market = marketOf({
    reservationType: says(labels.reservationType, "capacity-block") ? "capacity-block" : "default",
    interruptible: says(labels.reservationInterruptible, "true"),
  });
  return { id: reservation.id, market };
}
