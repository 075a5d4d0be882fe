import { labels } from "../api/labels";
import type { InstanceType, Offering } from "./instance-type";
import { remembered } from "./memo";
import { absent, only, type Requirement } from "./requirement";
import { allOf, disagreement, type Requirements, requirementsOf } from "./requirements";
import { type Amounts, amountsOf } from "./resources";

/**
 * What an instance type says, read once: a catalogue outlives many problems, and every pool of a problem looks at it.
 */
interface TypeFacts {
  /** What its machines may be labelled with; without the label, too, where it comes with some offerings only. */
  readonly requirements: Requirements;
  readonly capacity: Amounts;
  readonly allocatable: Amounts;
  /** Available offerings that do not contradict the type. */
  readonly offers: readonly OfferFacts[];
}

export interface OfferFacts {
  readonly offering: Offering;
  /** What the offering settles: zone, capacity type, and labels of its own. */
  readonly requirements: Requirements;
  /** Type, zone, capacity type and reservation: what offers of one price go by. */
  readonly name: string;
}

const known = new WeakMap<InstanceType, TypeFacts>();

export function factsOf(type: InstanceType): TypeFacts {
  const facts = known.get(type) ?? read(type);
  known.set(type, facts);
  return facts;
}

function read(type: InstanceType): TypeFacts {
  const isReserved = type.offerings.some(({ reservation }) => reservation !== undefined);
  const offers = type.offerings.map((offering) => ({
    offering,
    requirements: isReserved ? withReservation(offering) : requirementsOfOffering(offering),
    name: [type.name, offering.zone, offering.capacityType, offering.reservation?.id ?? ""].join(" "),
  }));
  const requirements = lackable(requirementsOf(type.requirements), offers);
  return {
    requirements,
    capacity: amountsOf(type.capacity),
    allocatable: amountsOf(type.allocatable),
    offers: offers
      .filter(({ offering: { available, reservation } }) => available && reservation?.remaining !== 0)
      .filter((offer) => disagreement(requirements, offer.requirements) === undefined),
  };
}

/** What a type may have, its offerings may be without. */
function lackable(requirements: Requirements, offers: readonly OfferFacts[]): Requirements {
  const isLacking = (key: string): boolean => offers.some((offer) => offer.requirements.get(key)?.absent === true);
  return new Map([...requirements].map(([key, each]) => [key, isLacking(key) ? { ...each, absent: true } : each]));
}

const requirementsOfOffering = ({ zone, capacityType, requirements }: Offering): Requirements =>
  allOf([inZone(zone), ofCapacityType(capacityType), ...requirementsOf(requirements).values()]);

/** The same object for the same value, so that what follows from it is worked out once. */
function shared(key: string): (value: string) => Requirement {
  const known = new Map<string, Requirement>();
  return (value) => remembered(known, value, () => only(key, value));
}

const inZone = shared(labels.zone);
const ofCapacityType = shared(labels.capacityType);

/** A type of which some instances are reserved names all its reservations; each instance has one of them, or none. */
function withReservation(offering: Offering): Requirements {
  const key = labels.reservationId;
  const { reservation } = offering;
  const id = reservation === undefined ? absent(key) : only(key, reservation.id);
  return new Map(requirementsOfOffering(offering)).set(key, id);
}
