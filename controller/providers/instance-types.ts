import type { EC2NodeClass, ResolvedAmi } from "../api/ec2-node-class";
import { labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import type { RequirementSpec } from "../api/requirement";
import type { Clock } from "../ports/clock";
import type { Log } from "../ports/log";
import type { InstanceType } from "../scheduling/instance-type";
import { familyOf } from "./ami-family";
import type { CapacityReservations } from "./capacity-reservations";
import { meets, wishesOf } from "./compatibility";
import type { Ec2CatalogApi } from "./ec2-catalog-api";
import type { MachineType } from "./machine-type";
import type { Prices } from "./prices";
import { reservationAskedBy } from "./reservation-target";
import { type Bandwidths, labelsOfType, requirement } from "./type-labels";
import { launchable, offeringsOf, zonesOf, type Market } from "./type-offerings";
import { withReservations } from "./type-reservations";
import { resourcesOf, type NodeSettings } from "./type-resources";
import type { UnavailableOfferings } from "./unavailable-offerings";

interface Deps {
  readonly ec2: Pick<Ec2CatalogApi, "machineTypes" | "offeredZones">;
  readonly prices: Prices;
  readonly unavailable: UnavailableOfferings;
  /** Without them nothing reserved is for sale. */
  readonly reservations?: Pick<CapacityReservations, "left"> | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly region: string;
  readonly settings: NodeSettings;
}

type BareType = Omit<InstanceType, "offerings">;

/** What was made of a class, each step from the one before: anew only from where something changed. */
interface Remembered {
  readonly key: string;
  readonly bare: ReadonlyMap<MachineType, BareType>;
  readonly market: string;
  readonly sold: ReadonlyMap<MachineType, InstanceType>;
  readonly reserved: string;
  readonly list: readonly InstanceType[];
}

/** Every instance type of the region, as each node class would boot it. */
export class InstanceTypes {
  readonly #deps: Deps;
  #machines: readonly MachineType[] = [];
  #zones: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #refreshes = 0;
  readonly #byClass = new Map<string, Remembered>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Asks EC2 what it has; an empty answer changes nothing. */
  async refresh(): Promise<void> {
    const { ec2, log } = this.#deps;
    const [machines, zones] = await Promise.all([ec2.machineTypes(), ec2.offeredZones()]);
    if (machines.length > 0) this.#machines = [...machines].sort((a, b) => (a.name < b.name ? -1 : 1));
    if (zones.size > 0) this.#zones = zones;
    this.#refreshes += 1;
    log.debug("discovered instance types", { types: machines.length, offered: zones.size });
  }

  machine(name: string): MachineType | undefined {
    return this.#machines.find((type) => type.name === name);
  }

  /**
   * The same list until the class, the catalog, a price or an offering changed.
   * @param open claims without a machine yet: what they are to have of reservations is left out
   */
  forClass(nodeClass: EC2NodeClass, open: readonly NodeClaim[] = []): readonly InstanceType[] {
    const { name } = nodeClass.metadata;
    const { subnets, amis, capacityReservations } = nodeClass.status ?? {};
    const key = JSON.stringify([this.#refreshes, nodeClass.spec, subnets, amis]);
    const market = `${this.#deps.prices.sequence} ${this.#deps.unavailable.sequence}`;
    const left = this.#leftIn(nodeClass, open);
    const reserved = JSON.stringify([capacityReservations, ...left]);
    const known = this.#byClass.get(name);
    const isSameClass = known?.key === key;
    const isSameMarket = isSameClass && known.market === market;
    if (isSameMarket && known.reserved === reserved) return known.list;
    const bare = isSameClass ? known.bare : this.#bare(nodeClass);
    const sold = isSameMarket ? known.sold : this.#sold(bare, nodeClass);
    const stocked = { ...this.#market, leftIn: (id: string) => left.get(id) };
    const list = [...sold].map(([machine, type]) => reservedToo({ machine, type }, nodeClass, stocked));
    this.#byClass.set(name, { key, bare, market, sold, reserved, list });
    return list;
  }

  /** What was last made for a class of this name, whatever became of the class. */
  lastFor(className: string): readonly InstanceType[] {
    return this.#byClass.get(className)?.list ?? [];
  }

  forget(className: string): void {
    this.#byClass.delete(className);
  }

  /** What each reservation of the class has left, by its id. */
  #leftIn({ status }: EC2NodeClass, open: readonly NodeClaim[]): ReadonlyMap<string, number | undefined> {
    const { capacityReservations = [] } = status ?? {};
    if (capacityReservations.length === 0) return new Map();
    const asked = open.map((claim) => ({ reservation: reservationAskedBy(claim), uid: claim.metadata.uid ?? "" }));
    return new Map(
      capacityReservations.map(({ id }) => {
        const claims = asked.filter(({ reservation }) => reservation === id).map(({ uid }) => uid);
        return [id, this.#deps.reservations?.left(id, claims)];
      }),
    );
  }

  #sold(bare: ReadonlyMap<MachineType, BareType>, nodeClass: EC2NodeClass): ReadonlyMap<MachineType, InstanceType> {
    return new Map([...bare].map(([machine, type]) => [machine, soldTo({ machine, type }, nodeClass, this.#market)]));
  }

  #bare(nodeClass: EC2NodeClass): ReadonlyMap<MachineType, BareType> {
    const { region, settings } = this.#deps;
    return new Map(
      this.#machines.map((type) => [type, bareType(type, nodeClass, { region, settings, zones: this.#zones })]),
    );
  }

  readonly #market: Market = {
    zonesOf: (type) => this.#zones.get(type) ?? new Set(),
    price: (type, capacityType, zone) =>
      capacityType === "spot" ? this.#deps.prices.spot(type, zone) : this.#deps.prices.onDemand(type),
    isOut: (instanceType, capacityType, zone) => this.#deps.unavailable.has({ instanceType, capacityType, zone }),
  };
}

export interface TypeContext {
  readonly region: string;
  readonly settings: NodeSettings;
  readonly zones: ReadonlyMap<string, ReadonlySet<string>>;
  /** @default what the package ships */
  readonly bandwidths?: Bandwidths;
}

/** A type with everything but its offerings. */
export function bareType(type: MachineType, nodeClass: EC2NodeClass, context: TypeContext): BareType {
  const { settings, zones } = context;
  const sold = zonesOf(nodeClass).filter(({ zone }) => zones.get(type.name)?.has(zone));
  const ids = sold.flatMap(({ zoneID }) => zoneID ?? []);
  return {
    name: type.name,
    requirements: [
      ...labelsOfType(type, { ...context, family: familyOf(nodeClass) }),
      requirement(labels.capacityType, type.capacityTypes),
      requirement(
        labels.zone,
        sold.map(({ zone }) => zone),
      ),
      requirement(labels.zoneId, ids.length > 0 ? ids : undefined),
    ],
    ...resourcesOf(type, nodeClass, settings),
  };
}

interface Described<T> {
  readonly machine: MachineType;
  readonly type: T;
}

/** The whole type, as a class finds it on this market. */
export const withOfferings = (
  { machine, type }: Described<BareType>,
  nodeClass: EC2NodeClass,
  market: Market,
): InstanceType => reservedToo({ machine, type: soldTo({ machine, type }, nodeClass, market) }, nodeClass, market);

/** With what everybody can buy. */
function soldTo({ machine, type }: Described<BareType>, nodeClass: EC2NodeClass, market: Market): InstanceType {
  // Without an image no machine boots: such a type is there, but nothing of it is on sale.
  const image = imageFor(type, nodeClass.status?.amis ?? []);
  const offerings = offeringsOf(machine, nodeClass, market);
  return {
    ...type,
    offerings: image ? offerings : offerings.map((offering) => ({ ...offering, available: false })),
  };
}

/** And with what the class has reserved; the very same type where that is nothing. */
function reservedToo({ machine, type }: Described<InstanceType>, nodeClass: EC2NodeClass, market: Market) {
  const isUsable = (): boolean =>
    imageFor(type, nodeClass.status?.amis ?? []) !== undefined && launchable(machine, nodeClass.spec);
  return withReservations(type, { nodeClass, market, isUsable });
}

/** The first of the images, which come newest first, that boots such machines. */
export const imageFor = (
  { requirements }: { readonly requirements: readonly RequirementSpec[] },
  amis: readonly ResolvedAmi[],
): ResolvedAmi | undefined => amis.find((ami) => meets(wishesOf(ami.requirements), requirements));
