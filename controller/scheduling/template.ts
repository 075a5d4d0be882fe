import type { Taint } from "../api/kube-object";
import { labels } from "../api/labels";
import { nodeClassLabel, type NodePool } from "../api/node-pool";
import { type Daemon, runsInPool, runsOnType, together } from "./daemons";
import { onePortEach } from "./host-ports";
import type { InstanceType, Offering } from "./instance-type";
import type { PoolChoice } from "./problem";
import { isImpossible, only, type Requirement } from "./requirement";
import { allOf, conflictWithMachine, disagreement, ofLabels, type Requirements, requirementsOf } from "./requirements";
import { amountsOf } from "./resources";
import { factsOf, type OfferFacts } from "./type-facts";
import { pinsFor } from "./pin";
import type { Wish } from "./wish";
import { at, type Dimensions, fits, maximum, minus, type Vector } from "./vector";

/** What every new node of a pool will have, with the machines it may be. */
export interface Template {
  readonly pool: NodePool;
  readonly weight: number;
  readonly taints: readonly Taint[];
  readonly requirements: Requirements;
  /** Machines that satisfy the pool, by name. */
  readonly machines: readonly Machine[];
  /** The most of each resource that any of them counts with against the limits. */
  readonly largest: Vector;
  /**
   * What can be bought: machines in zones and capacity types that the pool allows and that are available. Cheapest
   * first.
   */
  readonly offers: readonly Offer[];
  /** What the pool's limits still allow; Infinity where there is no limit. */
  readonly allowance: Vector;
  readonly isLimited: boolean;
  /** Whether any requirement asks for a least number of values. */
  readonly wantsVariety: boolean;
  /** Whether any of the offers is reserved. */
  readonly isReserving: boolean;
}

/** An instance type as a node of one pool. */
export interface Machine {
  readonly type: InstanceType;
  readonly requirements: Requirements;
  /** Counts against the pool's limits, `nodes: 1` included. */
  readonly capacity: Vector;
  /** What it has otherwise than the type, since it is bought through certain offerings. */
  readonly override: Offering["allocatable"];
  /** What daemons will take. */
  readonly overhead: Vector;
  /** What is left for pods. */
  readonly room: Vector;
  /** Whether the type has other room when it is bought in another way: then it is several machines. */
  readonly isOneOfSeveral: boolean;
}

export interface Offer {
  /** Its place in the template's list, which goes by price. */
  readonly position: number;
  readonly machine: Machine;
  readonly offering: Offering;
  /** What the offering settles: zone, capacity type, and labels of its own. The rest says the machine. */
  readonly requirements: Requirements;
  /** What a claim has to ask for so that the node is not bought in ways that will not do; undefined where all do. */
  readonly pin: Wish | undefined;
}

export interface Surroundings {
  readonly dimensions: Dimensions;
  readonly daemons: readonly Daemon[];
  /** Whether reserved capacity may be bought. */
  readonly usesReservations: boolean;
}

/** The pool's own requirements and labels, as one set. */
export const requirementsOfPool = ({ metadata, spec: { template } }: NodePool): Requirements =>
  allOf([
    ...requirementsOf(template.spec.requirements).values(),
    ...ofLabels(template.metadata?.labels).values(),
    only(labels.nodePool, metadata.name),
    only(nodeClassLabel(template.spec.nodeClassRef), template.spec.nodeClassRef.name),
  ]);

/** Works out once what all nodes of a pool have in common. */
export function templateOf(choice: PoolChoice, surroundings: Surroundings): Template {
  const { pool, usage } = choice;
  const { dimensions, usesReservations } = surroundings;
  const { limits } = pool.spec;
  const requirements = requirementsOfPool(pool);
  const taints = pool.spec.template.spec.taints ?? [];
  const machines = machinesOf(choice, { requirements, taints }, surroundings);
  const forSale = machines
    .flatMap((machine) => offersOf(machine, requirements))
    .filter((offer) => usesReservations || !isReserved(offer));
  const pinOf = pinsFor(forSale);
  const offers = forSale.sort(byPrice).map((offer, position) => ({ ...offer, position, pin: pinOf(offer) }));
  return {
    pool,
    weight: pool.spec.weight ?? 0,
    taints,
    requirements,
    machines,
    largest: maximum(
      machines.map(({ capacity }) => capacity),
      new Float64Array(dimensions.names.length),
    ),
    offers,
    allowance: minus(dimensions.limits(amountsOf(limits)), dimensions.vector(amountsOf(usage))),
    isLimited: Object.keys(limits ?? {}).length > 0,
    wantsVariety: [...requirements.values()].some(({ minValues }) => minValues > 0),
    isReserving: offers.some(isReserved),
  };
}

type Shell = Pick<Template, "requirements" | "taints">;

function machinesOf(choice: PoolChoice, shell: Shell, { dimensions, daemons }: Surroundings): readonly Machine[] {
  if ([...shell.requirements.values()].some(isImpossible)) return [];
  const present = daemons.map((daemon) => ({ daemon, wishes: runsInPool(daemon, shell.requirements, shell.taints) }));
  const ports = onePortEach(dimensions.names);
  const machines: Machine[] = [];
  for (const type of choice.instanceTypes) {
    const { requirements, capacity, allocatable, offers } = factsOf(type);
    if (conflictWithMachine(requirements, shell.requirements) !== undefined) continue;
    const running = present.filter(({ wishes }) => runsOnType(wishes, requirements)).map(({ daemon }) => daemon);
    const overhead = dimensions.vector(together(running));
    const overrides = new Set(offers.length === 0 ? [undefined] : offers.map(({ offering }) => offering.allocatable));
    for (const override of overrides) {
      machines.push({
        type,
        requirements,
        capacity: dimensions.vector({ ...capacity, nodes: 1 }),
        overhead,
        room: minus(dimensions.vector({ ...allocatable, ...amountsOf(override), ...ports }), overhead),
        override,
        isOneOfSeveral: overrides.size > 1,
      });
    }
  }
  return machines.sort((a, b) => (a.type.name < b.type.name ? -1 : 1));
}

type Unplaced = Omit<Offer, "position" | "pin"> & OfferFacts;

const offersOf = (machine: Machine, pool: Requirements): readonly Unplaced[] =>
  factsOf(machine.type)
    .offers.filter(({ offering }) => offering.allocatable === machine.override)
    .filter(({ requirements }) => disagreement(pool, requirements) === undefined)
    .map((facts) => ({ machine, ...facts }));

/** What costs the same goes by name, zone and capacity type, so that equal problems have equal plans. */
const byPrice = (a: Unplaced, b: Unplaced): number =>
  a.offering.price - b.offering.price || (a.name < b.name ? -1 : Number(a.name > b.name));

/** Whether it is of a capacity reservation, of which there is only so much. */
export const isReserved = ({ offering }: Pick<Offer, "offering">): boolean => offering.reservation !== undefined;

/** What an offer says about one label. */
export const offered = ({ machine, requirements }: Offer, key: string): Requirement | undefined =>
  requirements.get(key) ?? machine.requirements.get(key);

/** Whether limits of which this is left allow the machine; none, when any of them is exceeded already. */
export function affords(left: Vector, { capacity }: Pick<Machine, "capacity">): boolean {
  for (let i = 0; i < left.length; i++) if (at(left, i) < 0) return false;
  return fits(left, capacity);
}
