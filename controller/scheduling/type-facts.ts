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
  const requirements = requirementsOf(type.requirements);
  const isReserved = type.offerings.some(({ reservation }) => reservation !== undefined);
  return {
    requirements,
    capacity: amountsOf(type.capacity),
    allocatable: amountsOf(type.allocatable),
    offers: type.offerings
      .filter(({ available, reservation }) => available && reservation?.remaining !== 0)
      .map((offering) => ({
        offering,
        requirements: requirementsOfOffering(offering),
        name: [type.name, offering.zone, offering.capacityType, offering.reservation?.id ?? ""].join(" "),
      }))
      .filter((offer) => disagreement(requirements, having(offer.requirements)) === undefined)
      .map((offer) => (isReserved ? { ...offer, requirements: withReservation(offer) } : offer)),
  };
}

/** What a type may have, its offerings may be without. */
const having = (requirements: Requirements): Requirements =>
  new Map([...requirements].filter(([, { absent: isAbsent }]) => !isAbsent));

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
function withReservation({ offering: { reservation }, requirements }: OfferFacts): Requirements {
  const key = labels.reservationId;
  return new Map(requirements).set(key, reservation === undefined ? absent(key) : only(key, reservation.id));
}
