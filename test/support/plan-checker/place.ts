import type { Taint } from "#controller/api/kube-object";
import type { Pod } from "#controller/api/pod";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import type { NodeState, Problem } from "#controller/scheduling/problem";
import { type Alternatives, anyOther, holds, hostname, keyFor, mayBeMet, type Range, type Witness } from "./expression";
import { byKey, type Machine, machineOf, type Purchase } from "./machine";

/** A node as it will be once the plan has been carried out. */
export interface Place {
  readonly name: string;
  readonly taints: readonly Taint[];
  /** Pods that were there before, less those that have ended. */
  readonly residents: readonly Pod[];
  readonly arrivals: readonly Pod[];
  /** The one it is, or those that it may turn out to be. */
  readonly machines: readonly Machine[];
  readonly state?: NodeState;
  readonly planned?: PlannedNode;
}

const hasEnded = ({ status }: Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed";

export function existingPlace(state: NodeState, arrivals: readonly Pod[]): Place {
  const labels = new Map(Object.entries(state.labels).map(([key, value]) => [keyFor(key), value]));
  const purchase: Purchase = {
    text: state.name,
    witnesses: (key) => [labels.get(keyFor(key)) ?? (key === hostname ? state.name : undefined)],
    allocatable: state.allocatable,
  };
  return {
    name: state.name,
    taints: state.taints,
    residents: state.pods.filter((pod) => !hasEnded(pod)),
    arrivals,
    machines: [{ name: state.name, purchases: [purchase] }],
    state,
  };
}

/** Planned nodes that ask for the same share what follows from it. */
export function placesOf(plan: Plan, problem: Problem): readonly Place[] {
  const machines = new Map<string, Map<InstanceType, Machine>>();
  const existing = problem.nodes.map((state) => existingPlace(state, plan.existing.get(state.name) ?? []));
  const planned = plan.newNodes.map((node, position): Place => {
    const signature = `${node.pool.metadata.name} ${JSON.stringify(node.requirements)}`;
    const known = machines.get(signature) ?? new Map<InstanceType, Machine>();
    machines.set(signature, known);
    return {
      name: `planned node ${position + 1}`,
      taints: node.pool.spec.template.spec.taints ?? [],
      residents: [],
      arrivals: node.pods,
      machines: machinesOf(node, known),
      planned: node,
    };
  });
  return [...existing, ...planned];
}

function machinesOf({ pool, requirements, instanceTypes }: PlannedNode, known: Map<InstanceType, Machine>): Machine[] {
  const asked = { pool, specs: byKey(requirements) };
  return instanceTypes.map((type) => {
    const machine = known.get(type) ?? machineOf(type, asked);
    known.set(type, machine);
    return machine;
  });
}

/** What one label may be on the node. */
export interface LabelRange {
  readonly values: readonly string[];
  readonly mayBeAbsent: boolean;
  /** The one value it will have, if that is certain. */
  readonly settled: string | undefined;
}

const rangesOfMachine = new WeakMap<Machine, Map<string, ReadonlySet<Witness>>>();

function witnessesOn(machine: Machine, key: string): ReadonlySet<Witness> {
  const known = rangesOfMachine.get(machine) ?? new Map<string, ReadonlySet<Witness>>();
  rangesOfMachine.set(machine, known);
  const before = known.get(key);
  if (before !== undefined) return before;
  const all = new Set(machine.purchases.flatMap(({ witnesses }) => witnesses(key)));
  known.set(key, all);
  return all;
}

const rangesOfPlace = new WeakMap<Place, Map<string, LabelRange>>();

export function rangeOf(place: Place, key: string): LabelRange {
  const known = rangesOfPlace.get(place) ?? new Map<string, LabelRange>();
  rangesOfPlace.set(place, known);
  const before = known.get(key);
  if (before !== undefined) return before;
  const range = readRange(place, key);
  known.set(key, range);
  return range;
}

function readRange(place: Place, key: string): LabelRange {
  const isOwnName = key === hostname && place.state === undefined;
  const all = isOwnName
    ? new Set<Witness>([place.name])
    : new Set(place.machines.flatMap((machine) => [...witnessesOn(machine, key)]));
  const values = [...all].filter((each) => each !== undefined);
  const mayBeAbsent = all.has(undefined) || all.size === 0;
  const isSettled = values.length === 1 && !mayBeAbsent && values[0] !== anyOther;
  return { values, mayBeAbsent, settled: isSettled ? values[0] : undefined };
}

/** Labels of the node if it is bought like this. */
const labelsOn =
  (place: Place, purchase: Purchase): Range =>
  (key, mentioned) =>
    key === hostname && place.state === undefined ? [place.name] : purchase.witnesses(key, mentioned);

/** Whether the node will meet one of the alternatives, whatever the labels turn out to be. */
export function surelyMeets(place: Place, purchase: Purchase, wishes: Alternatives): boolean {
  const range = labelsOn(place, purchase);
  return wishes.some((all) =>
    all.every((each) => range(each.key, each.values ?? []).every((label) => holds(each, label))),
  );
}

/** Whether the node may turn out to meet one of the alternatives. */
export const mayMeet = (place: Place, purchase: Purchase, wishes: Alternatives): boolean =>
  mayBeMet(wishes, labelsOn(place, purchase));

export const purchasesOf = ({ machines }: Pick<Place, "machines">): readonly Purchase[] =>
  machines.flatMap(({ purchases }) => purchases);

export const nameOf = ({ metadata }: Pod): string => `${metadata.namespace ?? "default"}/${metadata.name}`;
