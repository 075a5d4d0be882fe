import type { EC2NodeClass } from "../controller/api/ec2-node-class";
import { keyOf, type Condition, type KubeObject } from "../controller/api/kube-object";
import { labels } from "../controller/api/labels";
import type { Node } from "../controller/api/node";
import type { NodePool } from "../controller/api/node-pool";
import type { Pod } from "../controller/api/pod";
import { isTerminal } from "../controller/api/pod-state";
import type { Namespace } from "../controller/api/workloads";
import type { Catalog } from "../controller/simulation/pool-types";
import type { Observation } from "../controller/state/snapshot";
import type { Ec2Catalog } from "../catalog/ec2-catalog";
import { asLaunched } from "./launched-claim";
import { typesOf } from "../catalog/market";
import type { Place } from "../catalog/place";
import { type ObjectProblem, refuse, type ScenarioObjects } from "./scenario-objects";
import { expand } from "./workload-pods";

/** A cluster as a file describes it, with what its classes can launch. */
export interface Scenario {
  readonly objects: ScenarioObjects;
  readonly catalog: Catalog;
}

/** What a pool gets whose class is not in the file. */
const classNamed = (name: string): EC2NodeClass => ({
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name },
  spec: {
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "*" } }],
    securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": "*" } }],
    blockDeviceMappings: [
      { deviceName: "/dev/xvda", rootVolume: true, ebs: { volumeSize: "20Gi", volumeType: "gp3", encrypted: true } },
    ],
  },
});

/**
 * Joins the objects with the instance types of their classes.
 * @throws BadInput for objects that do not fit each other
 */
export function scenarioOf(
  objects: ScenarioObjects,
  file: string,
  market: { readonly ec2: Ec2Catalog; readonly place: Place },
): Scenario {
  refuse([...danglingPods(objects), ...classesElsewhere(objects, market.place)], file);
  const there = new Map(objects.EC2NodeClass.map((nodeClass) => [nodeClass.metadata.name, nodeClass]));
  const wanted = [
    ...objects.NodePool.map(({ spec }) => spec.template.spec.nodeClassRef.name),
    ...objects.NodeClaim.map(({ spec }) => spec.nodeClassRef.name),
  ];
  const names = [...new Set([...there.keys(), ...wanted])];
  const catalog: Catalog = new Map(
    names.map((name) => [name, typesOf(there.get(name) ?? classNamed(name), market.ec2, market.place)]),
  );
  const nodes = objects.Node.map(asJoined);
  const claims = objects.NodeClaim.map((claim) => asLaunched(claim, catalog, nodes));
  refuse(
    claims.flatMap(({ problem }) => problem ?? []),
    file,
  );
  return {
    catalog,
    objects: { ...objects, Node: nodes, NodeClaim: claims.flatMap(({ claim }) => claim ?? []) },
  };
}

/** Pods that say they run on a node that is not there. Finished ones may. */
function danglingPods({ Pod: pods, Node: nodes }: ScenarioObjects): readonly ObjectProblem[] {
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  return pods
    .filter((pod) => !isTerminal(pod) && isSet(pod.spec.nodeName) && !names.has(pod.spec.nodeName ?? ""))
    .map((pod) => ({
      subject: `Pod ${keyOf(pod)}`,
      path: "spec.nodeName",
      reason: `there is no Node ${pod.spec.nodeName ?? ""} in the file; add it, or leave nodeName out for a pod that waits`,
    }));
}

const isSet = (text: string | undefined): boolean => text !== undefined && text !== "";

/** Classes whose subnets are all in other zones than those that are planned for. */
const classesElsewhere = ({ EC2NodeClass: classes }: ScenarioObjects, { zones }: Place): readonly ObjectProblem[] =>
  classes.flatMap(({ metadata, status }) => {
    const own = status?.subnets?.map(({ zone }) => zone) ?? zones;
    if (own.some((zone) => zones.includes(zone))) return [];
    const reason = `are in ${own.join(", ")}, but --zones has ${zones.join(", ")}`;
    return [{ subject: `EC2NodeClass ${metadata.name}`, path: "status.subnets", reason }];
  });

/** The cluster as the controller's caches would show it. */
export function observe(objects: ScenarioObjects): Observation {
  const expansion = expand(objects);
  const pods = [...objects.Pod, ...expansion.pods].map(asWaiting);
  const claims = new Map(
    [...expansion.volumeClaims, ...objects.PersistentVolumeClaim].map((claim) => [keyOf(claim), claim]),
  );
  return {
    at: Date.now(),
    pods,
    nodes: objects.Node,
    claims: objects.NodeClaim,
    pools: objects.NodePool.map(asReady),
    nodeClasses: objects.EC2NodeClass,
    daemonSets: objects.DaemonSet,
    namespaces: namespacesOf(objects.Namespace, pods),
    budgets: objects.PodDisruptionBudget,
    volumeClaims: [...claims.values()],
    volumes: objects.PersistentVolume,
    storageClasses: objects.StorageClass,
    csiNodes: objects.CSINode,
    overlays: objects.NodeOverlay,
    // For default spread constraints, which a scenario has none of.
    ...{ services: [], replicationControllers: [], replicaSets: [], statefulSets: [] },
  };
}

/** A pod without a node, as the kube-scheduler leaves it that found none, or that may not look yet. */
function asWaiting(pod: Pod): Pod {
  const { nodeName, schedulingGates = [] } = pod.spec as Pod["spec"] & Gated;
  if (isSet(nodeName)) return pod;
  const others = pod.status?.conditions?.filter(({ type }) => type !== "PodScheduled") ?? [];
  const reason = schedulingGates.length > 0 ? "SchedulingGated" : "Unschedulable";
  const conditions = [...others, { type: "PodScheduled", status: "False", reason }];
  return { ...pod, status: { ...pod.status, conditions } };
}

interface Gated {
  readonly schedulingGates?: readonly { readonly name?: string }[];
}

/**
 * A node as Kubernetes has it: with its hostname, an id to find its claim by, a taint when it is cordoned, and ready
 * unless it says otherwise.
 */
function asJoined(node: Node): Node {
  const { name } = node.metadata;
  const { taints = [], ...spec } = (node as Partial<Node>).spec ?? {};
  const isMarked = taints.some(({ key }) => key === cordoned.key);
  const { conditions = [], ...status } = node.status ?? {};
  const saysWhether = conditions.some(({ type }) => type === ready.type);
  return {
    ...node,
    metadata: { ...node.metadata, labels: { [labels.hostname]: name, ...node.metadata.labels } },
    spec: {
      providerID: `scenario:///${name}`,
      ...spec,
      taints: spec.unschedulable === true && !isMarked ? [...taints, cordoned] : taints,
    },
    status: { ...status, conditions: saysWhether ? conditions : [...conditions, ready] },
  };
}

const ready = { type: "Ready", status: "True" } as const;
const cordoned = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" } as const;

/** A pool of a scenario is there to be planned with, whatever its status was. */
function asReady(pool: NodePool): NodePool {
  const { generation } = pool.metadata;
  const now: Condition = { ...ready, ...(generation !== undefined && { observedGeneration: generation }) };
  const others = pool.status?.conditions?.filter(({ type }) => type !== ready.type) ?? [];
  return { ...pool, status: { ...pool.status, conditions: [...others, now] } };
}

/** Those of the file, and those that its pods are in, all with the label that Kubernetes gives each. */
function namespacesOf(given: readonly Namespace[], pods: readonly Pod[]): readonly Namespace[] {
  const known = new Map<string, KubeObject>(given.map((namespace) => [namespace.metadata.name, namespace]));
  const names = new Set([...known.keys(), ...pods.map(({ metadata }) => metadata.namespace ?? "default")]);
  return [...names].map((name) => {
    const { metadata = { name }, ...rest } = known.get(name) ?? {};
    const own = { "kubernetes.io/metadata.name": name, ...metadata.labels };
    return { apiVersion: "v1", kind: "Namespace", ...rest, metadata: { ...metadata, labels: own } };
  });
}
