import type { BufferTarget, CapacityBuffer } from "../api/capacity-buffer";
import type { EC2NodeClass } from "../api/ec2-node-class";
import { labels } from "../api/labels";
import type { Node } from "../api/node";
import type { NodeClaim } from "../api/node-claim";
import type { NodeOverlay } from "../api/node-overlay";
import type { NodePool } from "../api/node-pool";
import type { Pod } from "../api/pod";
import { isTerminal } from "../api/pod-state";
import type { CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass } from "../api/storage";
import type {
  DaemonSet,
  Namespace,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
} from "../api/workloads";
import type { Intentions } from "./intentions";
import type { TrackedNode } from "./tracked-node";
import { trackedNode } from "./tracked-node";

/** The cluster's objects as the caches show them at one moment. */
export interface Observation {
  /** That moment, in milliseconds since the epoch. */
  readonly at: number;
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly claims: readonly NodeClaim[];
  readonly pools: readonly NodePool[];
  readonly nodeClasses: readonly EC2NodeClass[];
  readonly daemonSets: readonly DaemonSet[];
  readonly namespaces: readonly Namespace[];
  readonly budgets: readonly PodDisruptionBudget[];
  readonly volumeClaims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly storageClasses: readonly StorageClass[];
  readonly csiNodes: readonly CSINode[];
  /** Absent while the gate NodeOverlay is off. */
  readonly overlays?: readonly NodeOverlay[];
  /** Each with what it refers to, if that is there. Absent while the gate CapacityBuffer is off. */
  readonly buffers?: readonly { readonly buffer: CapacityBuffer; readonly target: BufferTarget | undefined }[];
  /** This and what follows is looked at only where default spread constraints are configured; empty otherwise. */
  readonly services: readonly Service[];
  readonly replicationControllers: readonly ReplicationController[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly statefulSets: readonly StatefulSet[];
}

/** An observation in which claims, nodes and pods have found each other. Nobody changes it. */
export interface Snapshot extends Observation {
  /** Machines of every kind, by name: ours in all stages, and nodes that are not ours. */
  readonly tracked: readonly TrackedNode[];
  /**
   * Claims of which nothing is known but that they exist: made before this process started, and not launched yet. No
   * plan can count on them or ignore them, so planning waits for the moment that their launch takes.
   */
  readonly unknown: readonly NodeClaim[];
  readonly intentions: Intentions;
}

/** Grows linearly with pods, nodes and claims. */
export function snapshotOf(observation: Observation, intentions: Intentions): Snapshot {
  const podsByNode = groupBy(
    observation.pods.filter((pod) => !isTerminal(pod)),
    ({ spec }) => spec.nodeName,
  );
  const claimsById = new Map(observation.claims.map((claim) => [claim.status?.providerID, claim]));
  const nodesById = new Map(observation.nodes.map((node) => [node.spec.providerID, node]));
  const circumstances = { at: observation.at, isMarked: (claim: string) => intentions.isLeaving(claim) };

  const launching = [...intentions.launches.values()].map(({ claim }) => claim);
  const known = new Set(observation.claims.map(({ metadata }) => metadata.name));
  const claims = [...observation.claims, ...launching.filter(({ metadata }) => !known.has(metadata.name))];

  const tracked = [
    ...observation.nodes.map((node) => {
      const claim = node.spec.providerID === undefined ? undefined : claimsById.get(node.spec.providerID);
      return trackedNode({ node, claim }, podsByNode.get(node.metadata.name) ?? [], circumstances);
    }),
    ...claims
      .filter(({ status }) => status?.providerID === undefined || !nodesById.has(status.providerID))
      .map((claim) => trackedNode({ claim }, [], circumstances)),
  ];
  return {
    ...observation,
    tracked: tracked.sort((a, b) => (a.name < b.name ? -1 : 1)),
    unknown: tracked
      .filter(({ launched, leaving, name }) => !launched && !leaving && !intentions.launches.has(name))
      .flatMap(({ claim }) => claim ?? []),
    intentions,
  };
}

/** Whether the node is one of ours: it has a claim, or says which pool it is from. */
export const isManaged = ({ claim, labels: own }: TrackedNode): boolean =>
  claim !== undefined || own[labels.nodePool] !== undefined;

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | undefined): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
