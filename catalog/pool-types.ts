/** What a pool can launch, by the catalog alone. */
import type { EC2NodeClassSpec } from "../controller/api/ec2-node-class";
import { labels } from "../controller/api/labels";
import type { RequirementSpec } from "../controller/api/requirement";
import { normalized } from "../controller/api/well-known";
import { familyOf } from "../controller/providers/ami-family";
import { allowsAll, meets, type Wishes, wishesOf } from "../controller/providers/compatibility";
import { listedPrices } from "../controller/providers/prices";
import type { InstanceType, Offering } from "../controller/scheduling/instance-type";
import { type Ec2Catalog, readCatalog } from "./ec2-catalog";
import { typesOf } from "./market";
import { defaultZones, regionsOf, zonesOf } from "./place";

/** The parts of a class that decide which types its machines may be, and what they have. */
export type MachineSettings = Partial<
  Pick<
    EC2NodeClassSpec,
    | "amiFamily"
    | "amiSelectorTerms"
    | "blockDeviceMappings"
    | "connectionTracking"
    | "cpuOptions"
    | "instanceStorePolicy"
    | "kubelet"
    | "networkInterfaces"
  >
>;

export interface PoolQuestion {
  readonly region: string;
  /** Of the nodes' subnets. @default every zone of the region that the catalog knows */
  readonly zones?: readonly string[];
  /** Labels are requirements, too. */
  readonly requirements: readonly RequirementSpec[];
  /** Undefined when nobody knows the class: then its operating system is not looked at. */
  readonly machines: MachineSettings | undefined;
}

/** A type with the price that it has at most: what it costs on demand, per hour. */
export interface PricedType {
  readonly type: InstanceType;
  readonly price: number;
  readonly spot: boolean;
}

export interface PoolTypes {
  readonly types: readonly PricedType[];
  /** Where there are none: the first requirement, by its place, with which none is left. */
  readonly emptiedBy?: number;
  /** How many there are without that requirement and those after it. */
  readonly before?: number;
}

/** Answers for many pools: they share classes, or have classes that are alike. */
export class PoolCatalog {
  readonly #catalog: Ec2Catalog;
  readonly #zones = new Map<string, readonly string[]>();
  readonly #shelves = new Map<string, readonly StockedType[]>();

  constructor(catalog: Ec2Catalog) {
    this.#catalog = catalog;
  }

  /**
   * What meets a pool's requirements. What the catalog cannot tell does not count: reservations, placement groups, ids
   * of zones. Undefined for a region or zones that it does not know.
   */
  typesFor(question: PoolQuestion): PoolTypes | undefined {
    const { region, requirements, machines } = question;
    const known = this.#zonesOf(region);
    const { zones = known } = question;
    const told = requirements.map((each) => ({ ...each, key: normalized(each.key) }));
    const wishes = told.map((each) => (canBeTold(each, machines) ? [each] : []));
    const all = wishesOf(wishes.flat());
    if (!zones.some((zone) => allowsAll(all, labels.zone, zone))) return undefined;
    if (!allowsAll(all, labels.region, region) || zones.some((zone) => !known.includes(zone))) return undefined;

    const sold = this.#soldIn({ region, zones, spec: bootSpec(machines) });
    const types = meeting(all, sold);
    if (types.length > 0) return { types };
    const left = told.map((_, last) => meeting(wishesOf(wishes.slice(0, last + 1).flat()), sold).length);
    const emptiedBy = left.indexOf(0);
    return { types, emptiedBy, before: emptiedBy > 0 ? (left[emptiedBy - 1] ?? 0) : sold.length };
  }

  /** None of a region that the catalog does not know. */
  #zonesOf(region: string): readonly string[] {
    const known = this.#zones.get(region) ?? knownZones(region, this.#catalog);
    this.#zones.set(region, known);
    return known;
  }

  #soldIn(shelf: Shelf): readonly StockedType[] {
    const key = JSON.stringify(shelf);
    const sold = this.#shelves.get(key) ?? stocked(shelf, this.#catalog);
    this.#shelves.set(key, sold);
    return sold;
  }
}

let shipped: PoolCatalog | undefined;

/** Of what the package ships, read when it is first asked for. */
export const shippedPoolCatalog = (): PoolCatalog => (shipped ??= new PoolCatalog(readCatalog()));

function knownZones(region: string, catalog: Ec2Catalog): readonly string[] {
  if (!regionsOf(catalog).includes(region)) return [];
  const known = zonesOf(region, catalog);
  return known.length > 0 ? known : defaultZones(region);
}

const untold: ReadonlySet<string> = new Set([
  ...[labels.zoneId, labels.reservationId, labels.reservationType, labels.reservationInterruptible],
  ...["karpenter.k8s.aws/placement-group-id", "karpenter.k8s.aws/placement-group-partition"],
]);
const toldByClass: ReadonlySet<string> = new Set([labels.os, labels.windowsBuild]);

function canBeTold({ key, operator, values = [] }: RequirementSpec, machines: MachineSettings | undefined): boolean {
  if (untold.has(key) || (machines === undefined && toldByClass.has(key))) return false;
  // What is reserved is no part of the catalog.
  return !(key === labels.capacityType && operator === "In" && values.every((value) => value === "reserved"));
}

function meeting(wishes: Wishes, types: readonly StockedType[]): readonly PricedType[] {
  const verdicts = new Map<string, boolean>();
  const isWanted = (key: string, value: string): boolean => {
    const known = verdicts.get(value) ?? allowsAll(wishes, key, value);
    verdicts.set(value, known);
    return known;
  };
  return types.flatMap(({ type, price, labels: has, sold }) => {
    // Only what is asked for is looked at: types have many more labels than pools have requirements.
    for (const key of wishes.keys()) {
      const label = has.get(key);
      if (label !== undefined && !meets(wishes, [label])) return [];
    }
    const wanted = [...sold].filter(
      ([kind, zones]) => isWanted(labels.capacityType, kind) && zones.some((zone) => isWanted(labels.zone, zone)),
    );
    return wanted.length === 0 ? [] : [{ type, price, spot: wanted.some(([kind]) => kind === "spot") }];
  });
}

/** A type as it stands on the shelf, before anybody asked. */
interface StockedType {
  readonly type: InstanceType;
  readonly price: number;
  readonly labels: ReadonlyMap<string, RequirementSpec>;
  /** How it is sold → in which zones. */
  readonly sold: ReadonlyMap<Offering["capacityType"], readonly string[]>;
}

interface Shelf {
  readonly region: string;
  readonly zones: readonly string[];
  readonly spec: EC2NodeClassSpec;
}

function bootSpec(machines: MachineSettings = {}): EC2NodeClassSpec {
  const spec = { amiSelectorTerms: [], subnetSelectorTerms: [], securityGroupSelectorTerms: [], ...machines };
  // Whichever release of the images it is, the types are the same.
  return { ...spec, amiFamily: familyOf({ spec }), amiSelectorTerms: [] };
}

const nobody = wishesOf([]);

/** Spot at the price on demand, which is what EC2 charges for it at most. */
function stocked({ region, zones, spec }: Shelf, catalog: Ec2Catalog): readonly StockedType[] {
  const prices = listedPrices(region, catalog.prices);
  return typesOf({ metadata: { name: "default" }, spec }, catalog, { region, zones, spot: 1 }).flatMap((type) => {
    const price = prices.get(type.name);
    // What no class of its kind can boot meets nothing, whoever asks.
    if (price === undefined || !meets(nobody, type.requirements)) return [];
    const has = new Map(type.requirements.map((label) => [label.key, label]));
    return [{ type, price, labels: has, sold: soldAs(type) }];
  });
}

function soldAs({ offerings }: InstanceType): StockedType["sold"] {
  const sold = new Map<Offering["capacityType"], string[]>();
  for (const { available, capacityType, zone } of offerings) {
    if (available) sold.set(capacityType, [...(sold.get(capacityType) ?? []), zone]);
  }
  return sold;
}
