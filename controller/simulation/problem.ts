import { isReady } from "../api/conditions";
import type { ResourceList } from "../api/kube-object";
import type { NodePool } from "../api/node-pool";
import type { Pod } from "../api/pod";
import type { CSINode } from "../api/storage";
import { hasResourceClaims, isProvisionable } from "../api/pod-state";
import { isReady as isNodeReady } from "../api/node-state";
import { sumOf } from "../api/resource-list";
import type { SchedulerConfig } from "../api/scheduler-config";
import type { NodeState, PoolChoice, Problem, SchedulingSettings } from "../scheduling/problem";
import { remembered } from "../state/remembered";
import type { Snapshot } from "../state/snapshot";
import type { TrackedNode } from "../state/tracked-node";
import { withDefaultSpread } from "./default-spread";
import { displacedPods } from "./displaced-pods";
import { withoutExpected } from "./expected-pods";
import { type Catalog, typesByPool } from "./pool-types";
import { virtualPods } from "./virtual-pods";

export interface ProblemSettings extends SchedulingSettings {
  /** Spread constraints for pods that have none. @default none */
  readonly schedulerConfig?: SchedulerConfig;
  /** Whether daemons with resource claims take nothing of a node. @default true */
  readonly ignoreDraRequests?: boolean;
  readonly featureGates?: { readonly ReservedCapacity: boolean };
}

/** The question that the provisioner asks: where do the waiting pods go, and those of nodes that are leaving? */
export function problemOf(snapshot: Snapshot, catalog: Catalog, settings: ProblemSettings): Problem {
  const { schedulerConfig, ignoreDraRequests = true, featureGates } = settings;
  const staying = snapshot.tracked.filter(({ leaving }) => !leaving);
  const limits = new Map(snapshot.csiNodes.map((each) => [each.metadata.name, volumeLimits(each)]));
  const types = typesByPool(snapshot, catalog);
  return {
    pods: withDefaultSpread(podsToPlace(snapshot), schedulerConfig?.defaultConstraints ?? [], snapshot),
    pools: snapshot.pools.filter(isOpen).flatMap((pool) => poolChoice(pool, staying, { snapshot, types })),
    nodes: staying.filter(({ launched }) => launched).map((node) => nodeState(node, limits.get(node.name))),
    daemonSets: snapshot.daemonSets.filter(({ spec }) => !ignoreDraRequests || !hasResourceClaims(spec.template.spec)),
    namespaces: snapshot.namespaces,
    volumes: { claims: snapshot.volumeClaims, volumes: snapshot.volumes, classes: snapshot.storageClasses },
    settings: featureGates?.ReservedCapacity === false ? { ...settings, reservations: "Ignore" } : settings,
  };
}

/**
 * Waiting pods, the pods of nodes that are leaving, and the units of buffers, without those that launching nodes will
 * take.
 */
export function podsToPlace(snapshot: Snapshot): readonly Pod[] {
  const waiting = snapshot.pods.filter(isProvisionable);
  return withoutExpected(snapshot, [...waiting, ...displacedPods(snapshot), ...virtualPods(snapshot)]);
}

/** A pool that may get new nodes: ready, not going, not static. */
export const isOpen = (pool: NodePool): boolean =>
  pool.metadata.deletionTimestamp === undefined && pool.spec.replicas === undefined && isReady(pool);

function poolChoice(
  pool: NodePool,
  staying: readonly TrackedNode[],
  { snapshot, types }: { readonly snapshot: Snapshot; readonly types: ReturnType<typeof typesByPool> },
): readonly PoolChoice[] {
  const instanceTypes = types.get(pool.metadata.name);
  if (instanceTypes === undefined) return [];
  return [
    {
      pool,
      instanceTypes,
      usage: usageOf(
        staying.filter((node) => node.pool === pool.metadata.name),
        snapshot,
      ),
    },
  ];
}

/** What the nodes have together; one that is still launching counts with the most it may turn out to have. */
function usageOf(nodes: readonly TrackedNode[], { intentions }: Snapshot): ResourceList {
  return sumOf(
    nodes.map((node) => {
      const expected = node.launched ? undefined : intentions.launches.get(node.name)?.capacity;
      return { ...(expected ?? node.capacity), nodes: "1" };
    }),
  );
}

type VolumeLimits = NonNullable<NodeState["volumeLimits"]>;

/** By driver: how many volumes can be attached; a driver that names no number has no limit. */
const volumeLimits = remembered(({ spec: { drivers = [] } }: CSINode): VolumeLimits =>
  Object.fromEntries(
    drivers.flatMap(({ name, allocatable }) => (allocatable?.count === undefined ? [] : [[name, allocatable.count]])),
  ),
);

const states = new WeakMap<TrackedNode, NodeState>();

/** The same object while nothing has changed: planners remember what they have seen. */
function nodeState(node: TrackedNode, limits: VolumeLimits | undefined): NodeState {
  const before = states.get(node);
  const state = before && before.volumeLimits === limits ? before : newNodeState(node, limits);
  states.set(node, state);
  return state;
}

/** A node that stopped being ready comes after those that pods can start on at once. */
const newNodeState = (node: TrackedNode, limits: VolumeLimits | undefined): NodeState => ({
  name: node.name,
  initialized: node.initialized && node.node !== undefined && isNodeReady(node.node),
  ...(limits !== undefined && { volumeLimits: limits }),
  labels: node.labels,
  taints: node.taints,
  allocatable: node.allocatable,
  pods: node.pods,
});
