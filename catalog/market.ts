import type { CapacityReservation, EC2NodeClass } from "../controller/api/ec2-node-class";
import { bareType, withOfferings } from "../controller/providers/instance-types";
import { listedPrices } from "../controller/providers/prices";
import type { MachineType } from "../controller/providers/machine-type";
import type { Market } from "../controller/providers/type-offerings";
import type { InstanceType } from "../controller/scheduling/instance-type";
import type { Ec2Catalog } from "./ec2-catalog";
import type { Place } from "./place";

/** The controller's own defaults (settings VM_MEMORY_OVERHEAD_PERCENT and RESERVED_ENIS). */
const VM_MEMORY_OVERHEAD = 0.075;
const RESERVED_ENIS = 0;

/** Every type of the catalog as the class would boot it in this place, by name. */
export function typesOf(nodeClass: EC2NodeClass, catalog: Ec2Catalog, place: Place): readonly InstanceType[] {
  const { region } = place;
  const { machines, bandwidths, vpcLimits } = catalog;
  const zones = new Map(machines.map(({ name }) => [name, zonesSelling(name, catalog, place)]));
  const left = leftInReservations(nodeClass);
  const market = {
    ...marketOf(zones, listedPrices(region, catalog.prices), place),
    leftIn: (id: string) => left.get(id),
  };
  const context = {
    ...{ region, zones },
    settings: {
      ...{ vmMemoryOverheadPercent: VM_MEMORY_OVERHEAD, reservedEnis: RESERVED_ENIS },
      ...(vpcLimits !== undefined && { vpcLimits }),
    },
    ...(bandwidths !== undefined && { bandwidths }),
  };
  const resolved = resolvedIn(nodeClass, place);
  return machines.map((each) => {
    const machine = place.spot === undefined ? withoutSpot(each) : each;
    return withOfferings({ machine, type: bareType(machine, resolved, context) }, resolved, market);
  });
}

/** What EC2 would say of a reservation (DescribeCapacityReservations) stands beside what the controller writes down. */
type CountedReservation = CapacityReservation & { readonly availableInstanceCount?: number };

/** By id; those that the file does not count are not for sale. */
function leftInReservations({ status }: EC2NodeClass): ReadonlyMap<string, number> {
  const reservations: readonly CountedReservation[] = status?.capacityReservations ?? [];
  return new Map(
    reservations.flatMap(({ id, availableInstanceCount: count }) => (count === undefined ? [] : [[id, count]])),
  );
}

const withoutSpot = (machine: MachineType): MachineType => ({
  ...machine,
  capacityTypes: machine.capacityTypes.filter((capacityType) => capacityType !== "spot"),
});

/** A class as its status would have it: with subnets in every zone of the place, and images for every machine. */
function resolvedIn(nodeClass: EC2NodeClass, { zones }: Place): EC2NodeClass {
  const { subnets, amis } = nodeClass.status ?? {};
  return {
    ...nodeClass,
    status: {
      ...nodeClass.status,
      subnets:
        subnets?.filter(({ zone }) => zones.includes(zone)) ?? zones.map((zone) => ({ id: `subnet-${zone}`, zone })),
      amis: amis ?? [{ id: "ami-of-the-class", requirements: [] }],
    },
  };
}

function zonesSelling(type: string, { zones }: Ec2Catalog, place: Place): ReadonlySet<string> {
  const known = zones[place.region];
  return new Set(known === undefined ? place.zones : (known[type] ?? []));
}

const marketOf = (
  zones: ReadonlyMap<string, ReadonlySet<string>>,
  prices: ReadonlyMap<string, number>,
  place: Place,
): Market => ({
  zonesOf: (type) => zones.get(type) ?? new Set(),
  price: (type, capacityType, zone) => {
    const price = prices.get(type);
    if (capacityType === "on-demand" || price === undefined) return price;
    return place.spot === undefined ? undefined : place.spot * price * (1 + 0.01 * place.zones.indexOf(zone));
  },
  isOut: () => false,
});
