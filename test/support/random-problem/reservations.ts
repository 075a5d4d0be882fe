import { labels } from "#controller/api/labels";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import type { InstanceType, Offering } from "#controller/scheduling/instance-type";
import type { Problem, SchedulingSettings } from "#controller/scheduling/problem";
import { chance, type Draw, many, maybe, oneOf, pick } from "./draw";
import { merge } from "../merge";
import { zones } from "./types";

type Settings = Pick<SchedulingSettings, "reservations">;

/** A reservation is of one type in one zone. */
interface Reservation {
  readonly id: string;
  readonly type: string;
  readonly offering: Offering;
}

/**
 * The same problem with some instances reserved, which pools share, with machines that have more or less room when they
 * are bought in certain ways, and with pods that ask for a reservation.
 */
export function withReservations(problem: Problem, draw: Draw): Problem {
  const [{ instanceTypes } = { instanceTypes: [] }] = problem.pools;
  const reservations = many(draw.int(1, 3), (position) => someReservation(draw, `cr-${position + 1}`, instanceTypes));
  const types = instanceTypes.map((type) => {
    const own = reservations.filter((reservation) => reservation.type === type.name);
    return own.length > 0 ? reserved(type, own, draw) : withOverrides(type, draw);
  });
  return {
    ...problem,
    pods: problem.pods.map((pod) => (chance(draw, 12) ? asking(pod, draw, reservations) : pod)),
    pools: problem.pools.map((choice, position) => ({
      ...choice,
      pool: chance(draw, 10) ? avoidingReservations(choice.pool) : choice.pool,
      instanceTypes: position > 0 && chance(draw, 15) ? instanceTypes : types,
    })),
    settings: {
      ...problem.settings,
      ...pick<Settings>(draw, [{}, { reservations: "Strict" }, { reservations: "Fallback" }]),
    },
  };
}

function someReservation(draw: Draw, id: string, types: readonly InstanceType[]): Reservation {
  const type = oneOf(draw, types);
  const price = Math.max(...type.offerings.map((offering) => offering.price)) / 1e7;
  const remaining = draw.int(0, 3);
  const more = maybe(draw, 25, () => otherRoom(type, draw));
  return {
    id,
    type: type.name,
    offering: {
      ...{ zone: pick(draw, zones), capacityType: "reserved", price, available: remaining > 0 },
      ...{ reservation: { id, remaining }, ...more },
    },
  };
}

function reserved(type: InstanceType, reservations: readonly Reservation[], draw: Draw): InstanceType {
  const others = chance(draw, 50) ? type.offerings : type.offerings.map(saidToBeUnreserved);
  const offerings = [...others, ...reservations.map(({ offering }) => offering)];
  const unchanged = type.requirements.filter(({ key }) => key !== labels.zone && key !== labels.capacityType);
  const is = (key: string, values: readonly string[]) => ({
    key,
    operator: "In" as const,
    values: [...new Set(values)],
  });
  return {
    ...type,
    offerings,
    requirements: [
      ...unchanged,
      is(
        labels.zone,
        offerings.map(({ zone }) => zone),
      ),
      is(
        labels.capacityType,
        offerings.map(({ capacityType }) => capacityType),
      ),
      is(
        labels.reservationId,
        reservations.map(({ id }) => id),
      ),
    ],
  };
}

/** As AWS' provider says it, though it follows from the others being reserved. */
const saidToBeUnreserved = (offering: Offering): Offering => ({
  ...offering,
  requirements: [...(offering.requirements ?? []), ofNoReservation],
});

const withOverrides = (type: InstanceType, draw: Draw): InstanceType =>
  chance(draw, 10)
    ? {
        ...type,
        offerings: type.offerings.map((each) => ({ ...each, ...maybe(draw, 40, () => otherRoom(type, draw)) })),
      }
    : type;

/** Some cpu more or less than the type has otherwise. */
function otherRoom({ capacity }: InstanceType, draw: Draw): Pick<Offering, "allocatable"> {
  const cpu = Number(capacity["cpu"]) * pick(draw, [0.5, 0.75, 1.5, 2]);
  return { allocatable: { cpu: `${Math.round(cpu * 1000)}m` } };
}

const avoidingReservations = (pool: NodePool): NodePool =>
  merge(pool, {
    spec: { template: { spec: { requirements: [...pool.spec.template.spec.requirements, ofNoReservation] } } },
  });

const ofNoReservation = { key: labels.reservationId, operator: "DoesNotExist" as const };

function asking(pod: Pod, draw: Draw, reservations: readonly Reservation[]): Pod {
  const [key, value] = chance(draw, 50)
    ? [labels.capacityType, "reserved"]
    : [labels.reservationId, oneOf(draw, reservations).id];
  return { ...pod, spec: { ...pod.spec, nodeSelector: { ...pod.spec.nodeSelector, [key]: value } } };
}
