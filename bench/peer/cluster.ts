import type { Labels } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { Node } from "#controller/api/node";
import type { NodeClaim } from "#controller/api/node-claim";
import type { NodeClassRef } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import type { CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass } from "#controller/api/storage";
import type { DaemonSet, Namespace } from "#controller/api/workloads";
import type { NodeState, Problem } from "#controller/scheduling/problem";
import { stored, storedPod } from "./stored";

/** The objects that are there before anything is planned. */
export interface PeerCluster {
  /** Pods that run on nodes. */
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly nodeClaims: readonly NodeClaim[];
  readonly csiNodes: readonly CSINode[];
  readonly daemonSets: readonly DaemonSet[];
  readonly namespaces: readonly Namespace[];
  readonly volumeClaims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly storageClasses: readonly StorageClass[];
}

export function clusterOf({ nodes, pools, daemonSets, namespaces, volumes }: Problem): PeerCluster {
  const classes = new Map(pools.map(({ pool }) => [pool.metadata.name, pool.spec.template.spec.nodeClassRef]));
  return {
    pods: nodes.flatMap(({ name, pods }) => pods.map((pod) => bound(pod, name))),
    nodes: nodes.map(node),
    nodeClaims: nodes.filter(isManaged).map((state) => nodeClaim(state, classes.get(poolOf(state)))),
    csiNodes: nodes.flatMap(csiNode),
    daemonSets: daemonSets.map(stored),
    namespaces,
    volumeClaims: volumes.claims.map(stored),
    volumes: volumes.volumes,
    storageClasses: volumes.classes,
  };
}

function bound(pod: Pod, nodeName: string): Pod {
  const whole = storedPod(pod);
  return { ...whole, spec: { ...whole.spec, nodeName } };
}

const poolOf = (state: NodeState): string => state.labels[labels.nodePool] ?? "";
const isManaged = (state: NodeState): boolean => poolOf(state) !== "";
const providerId = ({ name }: NodeState): string => `peer:///${name}`;

/** Capacity is taken for allocatable; what that makes wrong in a pool's usage, the program puts right in its limits. */
function node(state: NodeState): Node {
  const { name, taints, allocatable } = state;
  return {
    metadata: { name, uid: name, labels: labelsOf(state) },
    spec: { providerID: providerId(state), taints },
    status: { capacity: allocatable, allocatable },
  };
}

/**
 * Registered, since what we know of a node that is on its way is what its Node would say; initialized only
 * when it is. The peer looks at a node that is not initialized only once it knows the instance type, so that
 * is made up where it is missing.
 */
function labelsOf(state: NodeState): Labels {
  if (!isManaged(state)) return state.labels;
  if (state.initialized) return { ...state.labels, [labels.registered]: "true", [labels.initialized]: "true" };
  return { [labels.instanceType]: "unknown", ...state.labels, [labels.registered]: "true" };
}

function nodeClaim(state: NodeState, nodeClassRef: NodeClassRef = unknownClass): NodeClaim {
  const { name, taints, allocatable } = state;
  return {
    metadata: { name, uid: `claim-of-${name}`, labels: labelsOf(state) },
    spec: { nodeClassRef, requirements: [], taints },
    status: { nodeName: name, providerID: providerId(state), capacity: allocatable, allocatable },
  };
}

/** Of a claim whose pool is not among those that may launch. */
const unknownClass: NodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "unknown" };

const csiNode = ({ name, volumeLimits }: NodeState): readonly CSINode[] =>
  volumeLimits === undefined ? [] : [{ metadata: { name }, spec: { drivers: drivers(volumeLimits) } }];

const drivers = (limits: Readonly<Record<string, number>>): CSINode["spec"]["drivers"] =>
  Object.entries(limits).map(([name, count]) => ({ name, allocatable: { count } }));
