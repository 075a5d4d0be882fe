import type { Taint } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import { untolerated } from "#controller/api/pod-state";
import type { InstanceType, Offering } from "#controller/scheduling/instance-type";
import type { NodeState, PoolChoice, Problem } from "#controller/scheduling/problem";
import { absent, only } from "#controller/scheduling/requirement";
import {
  allOf,
  conflict,
  conflictWithTemplate,
  disagreement,
  ofLabels,
  type Requirements,
  requirementsOf,
} from "#controller/scheduling/requirements";
import { type Amounts, amountsOf, combine, effectiveRequests, sum } from "#controller/scheduling/resources";
import { undominated } from "./domination";
import type { FreeRoom, Offer } from "./room";
import { isSlot, type Wants, wantsOf } from "./pod-classes";

interface Rooms {
  readonly offers: readonly Offer[];
  readonly nodes: readonly FreeRoom[];
}

/** Where these pods can go. Of what is for sale, only what can be part of a cheapest answer. */
export function roomsOf(problem: Problem, classes: readonly Wants[]): Rooms {
  const free = freeFor(classes);
  const nodes = problem.nodes.map((node) => freeRoomOf(node, classes, free));
  return { offers: undominated(forSale(problem, classes), resourcesOf(classes)), nodes: merged(nodes, classes) };
}

/** All that is for sale. */
export function forSale(problem: Problem, classes: readonly Wants[]): readonly Offer[] {
  const free = freeFor(classes);
  const daemons = problem.daemonSets.map(({ metadata, spec }) => wantsOf({ metadata, spec: spec.template.spec }));
  const usesReservations = problem.settings.reservations !== "Ignore";
  return problem.pools.flatMap((choice) =>
    choice.instanceTypes.flatMap((type) => offersOf({ choice, type, daemons, classes, usesReservations, free })),
  );
}

/** What each node has: one of each slot. */
const freeFor = (classes: readonly Wants[]): Amounts =>
  Object.fromEntries(
    resourcesOf(classes)
      .filter(isSlot)
      .map((slot) => [slot, 1]),
  );

const resourcesOf = (classes: readonly Wants[]): readonly string[] => [
  ...new Set(classes.flatMap(({ requests }) => Object.keys(requests))),
];

interface Sale {
  readonly choice: PoolChoice;
  readonly type: InstanceType;
  readonly daemons: readonly Wants[];
  readonly classes: readonly Wants[];
  readonly usesReservations: boolean;
  /** Of everything that each node has. */
  readonly free: Amounts;
}

function offersOf(sale: Sale): readonly Offer[] {
  const { pool } = sale.choice;
  const { spec, metadata } = pool.spec.template;
  const poolHas = allOf([
    ...requirementsOf(spec.requirements).values(),
    ...ofLabels(metadata?.labels).values(),
    only(labels.nodePool, pool.metadata.name),
  ]);
  const typeHas = requirementsOf(sale.type.requirements);
  if (disagreement(poolHas, typeHas) !== undefined) return [];
  return sale.type.offerings
    .filter(({ available, reservation }) => available && (reservation === undefined || sale.usesReservations))
    .map((offering) => ({ offering, has: requirementsOfOffering(offering, sale.type) }))
    .filter(({ has }) => disagreement(poolHas, has) === undefined)
    .map(({ offering, has }) => {
      // Of the labels that a type may have, an offering has one, or lacks it.
      const onMachine = new Map([...typeHas, ...has]);
      const site: Site = { has: allOf([...poolHas.values(), ...onMachine.values()]), ...taintsOf(spec) };
      return { ...offerOf(offering, site, sale), pool: pool.metadata.name, type: sale.type.name };
    });
}

function requirementsOfOffering(offering: Offering, { offerings }: InstanceType): Requirements {
  const { zone, capacityType, requirements, reservation } = offering;
  const sold = [only(labels.zone, zone), only(labels.capacityType, capacityType)];
  if (reservation !== undefined) sold.push(only(labels.reservationId, reservation.id));
  else if (offerings.some((each) => each.reservation !== undefined)) sold.push(absent(labels.reservationId));
  return allOf([...sold, ...requirementsOf(requirements).values()]);
}

const taintsOf = ({ taints = [] }: { readonly taints?: readonly Taint[] }) => ({ taints, suits: conflictWithTemplate });

/** A node, there or not, as far as its labels and taints go. */
interface Site {
  readonly has: Requirements;
  readonly taints: readonly Taint[];
  /** Why the labels do not satisfy requirements, if they do not. */
  readonly suits: (has: Requirements, wants: Requirements) => object | undefined;
}

function offerOf({ zone, capacityType, price, allocatable, reservation }: Offering, site: Site, sale: Sale) {
  const running = sale.daemons.filter((daemon) => isWelcome(daemon, site)).map(({ requests }) => requests);
  const whole = { ...amountsOf(sale.type.allocatable), ...amountsOf(allocatable), ...sale.free };
  const room = combine(whole, sum(running), (has, taken) => has - taken);
  const takes = Uint8Array.from(sale.classes, (each) => Number(fits(each.requests, room) && isWelcome(each, site)));
  return { zone, capacityType, price, room, takes, ...(reservation !== undefined && { reservation }) };
}

const isWelcome = ({ alternatives, tolerations }: Wants, { has, taints, suits }: Site): boolean =>
  untolerated(taints.filter(isHard), tolerations) === undefined &&
  alternatives.some((wants) => suits(has, wants) === undefined);

const isHard = ({ effect }: Taint): boolean => effect !== "PreferNoSchedule";

const fits = (requests: Amounts, room: Amounts): boolean =>
  Object.entries(requests).every(([name, amount]) => amount <= (room[name] ?? 0));

function freeRoomOf(node: NodeState, classes: readonly Wants[], free: Amounts): FreeRoom {
  const taken = sum(node.pods.map(({ spec }) => effectiveRequests(spec)));
  const room = combine({ ...amountsOf(node.allocatable), ...free }, taken, (has, used) => has - used);
  const site: Site = { has: ofLabels(node.labels), taints: node.taints, suits: conflict };
  const most = classes.map((each) => (isWelcome(each, site) ? timesThatFit(each.requests, room) : 0));
  return { room, most, takes: Uint8Array.from(most, (count) => Number(count > 0)) };
}

const timesThatFit = (requests: Amounts, room: Amounts): number =>
  Math.max(
    0,
    Math.min(
      ...Object.entries(requests)
        .filter(([, amount]) => amount > 0)
        .map(([name, amount]) => Math.floor((room[name] ?? 0) / amount)),
    ),
  );

/** Nodes that suit the same classes, taken together; those that suit none left out. */
function merged(nodes: readonly FreeRoom[], classes: readonly Wants[]): readonly FreeRoom[] {
  const groups = new Map<string, FreeRoom[]>();
  for (const node of nodes.filter(({ takes }) => takes.includes(1))) {
    const key = node.takes.join("");
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const most = classes.map((_, index) => group.reduce((total, node) => total + (node.most[index] ?? 0), 0));
    return [{ takes: first.takes, room: sum(group.map(({ room }) => room)), most }];
  });
}
