import type { InstanceType, Offering } from "../scheduling/instance-type";
import type { Choice } from "./lots";
import { targetOf, type ReservationMarket } from "./reservation-target";
import { byText } from "./selector";

/** Each reservation has a launch template of its own, and a fleet takes fifty. */
const MOST_RESERVATIONS = 50;

/** Where prices are equal, those that nobody takes back go first. */
const preferred: readonly ReservationMarket[] = ["on-demand", "capacity-block", "interruptible-capacity-reservation"];

interface Reserved {
  readonly type: InstanceType;
  readonly offering: Offering;
  readonly id: string;
  readonly market: ReservationMarket;
  readonly remaining: number;
}

/**
 * What is reserved among the choices, on one market, since a fleet has one; where nothing is, the choices as they are.
 * A fleet takes a type and a zone once, so of several reservations of both the one with most left counts.
 */
export function reservedFirst(choices: readonly Choice[]): readonly Choice[] {
  const reserved = choices.flatMap(reservedOf).sort(byPrice);
  const [first] = reserved;
  if (first === undefined) return choices;
  // A block is bought for one type in one zone.
  if (first.market === "capacity-block") return [{ type: first.type, offerings: [first.offering] }];
  const kept = roomiest(reserved.filter(({ market }) => market === first.market)).slice(0, MOST_RESERVATIONS);
  return choices.flatMap(({ type }) => {
    const offerings = kept.filter((each) => each.type === type).map(({ offering }) => offering);
    return offerings.length > 0 ? [{ type, offerings }] : [];
  });
}

const reservedOf = ({ type, offerings }: Choice): readonly Reserved[] =>
  offerings.flatMap((offering) => {
    const target = targetOf(offering);
    return target ? [{ type, offering, ...target, remaining: offering.reservation?.remaining ?? 0 }] : [];
  });

const byPrice = (a: Reserved, b: Reserved): number =>
  a.offering.price - b.offering.price ||
  preferred.indexOf(a.market) - preferred.indexOf(b.market) ||
  byText(a.type.name, b.type.name) ||
  byText(a.id, b.id);

/** One of each type and zone, in the same order. */
function roomiest(reserved: readonly Reserved[]): readonly Reserved[] {
  const best = new Map<string, Reserved>();
  for (const each of reserved) {
    const place = `${each.type.name} ${each.offering.zone}`;
    const rival = best.get(place);
    if (rival === undefined || each.remaining > rival.remaining) best.set(place, each);
  }
  return [...best.values()];
}
