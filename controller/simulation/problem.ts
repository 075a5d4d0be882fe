import { isReady } from "../api/conditions";
import type { ResourceList } from "../api/kube-object";
import type { NodePool } from "../api/node-pool";
import type { Pod } from "../api/pod";
import { isProvisionable, isReschedulable } from "../api/pod-state";
import { sumOf } from "../api/resource-list";
import type { InstanceType } from "../scheduling/instance-type";
import type { NodeState, PoolChoice, Problem, SchedulingSettings } from "../scheduling/problem";
import type { Snapshot } from "../state/snapshot";
import type { TrackedNode } from "../state/tracked-node";
import { withoutExpected } from "./expected-pods";

/** Instance types by name of the node class that can launch them. */
export type Catalog = ReadonlyMap<string, readonly InstanceType[]>;

/** The question that the provisioner asks: where do the waiting pods go, and those of nodes that are leaving? */
export function problemOf(snapshot: Snapshot, catalog: Catalog, settings: SchedulingSettings): Problem {
  const staying = snapshot.tracked.filter(({ leaving }) => !leaving);
  return {
    pods: podsToPlace(snapshot),
    pools: snapshot.pools.filter(isOpen).flatMap((pool) => poolChoice(pool, staying, { snapshot, catalog })),
    nodes: staying.filter(({ launched }) => launched).map(nodeState),
    daemonSets: snapshot.daemonSets,
    namespaces: snapshot.namespaces,
    volumes: { claims: snapshot.volumeClaims, volumes: snapshot.volumes, classes: snapshot.storageClasses },
    settings,
  };
}

/** Waiting pods, and the pods of nodes that are leaving, without those that launching nodes will take. */
export function podsToPlace(snapshot: Snapshot): readonly Pod[] {
  const waiting = snapshot.pods.filter(isProvisionable);
  const leaving = snapshot.tracked.filter((node) => node.leaving);
  const displaced = leaving.flatMap(({ pods }) => pods.filter(isReschedulable));
  return withoutExpected(snapshot, [...waiting, ...displaced]);
}

/** A pool that may get new nodes: ready, not going, not static. */
export const isOpen = (pool: NodePool): boolean =>
  pool.metadata.deletionTimestamp === undefined && pool.spec.replicas === undefined && isReady(pool);

function poolChoice(
  pool: NodePool,
  staying: readonly TrackedNode[],
  { snapshot, catalog }: { readonly snapshot: Snapshot; readonly catalog: Catalog },
): readonly PoolChoice[] {
  const instanceTypes = catalog.get(pool.spec.template.spec.nodeClassRef.name);
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

const nodeState = (node: TrackedNode): NodeState => ({
  name: node.name,
  initialized: node.initialized,
  labels: node.labels,
  taints: node.taints,
  allocatable: node.allocatable,
  pods: node.pods,
});
