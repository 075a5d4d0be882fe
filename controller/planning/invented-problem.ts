import type { ResourceList } from "../api/kube-object";
import { labels } from "../api/labels";
import type { NodeClaimTemplateSpec, NodePool } from "../api/node-pool";
import type { DaemonSet } from "../api/workloads";
import type { InstanceType } from "../scheduling/instance-type";
import type { NodeState, Problem } from "../scheduling/problem";
import { batch, container, inventedPod, NAMESPACE } from "./invented-pods";
import { CATEGORY, GENERATION, zones } from "./invented-types";

/** Numbers of pods that wait. */
const sizes = [20, 60, 180] as const;
const PODS_PER_NODE = 5;
/** Beyond the numbers of those that wait. */
const FIRST_RUNNING = 1_000;

/**
 * One after the other: what a new cluster asks and what one with nodes asks, in every size, by
 * turns with one pool or two.
 */
export function* inventedProblems(instanceTypes: readonly InstanceType[]): Generator<Problem> {
  let number = 0;
  for (const size of sizes) {
    for (const hasNodes of [false, true]) {
      const pools = number++ % 3 === 0 ? onePool : twoPools;
      yield {
        pods: Array.from({ length: size }, (_, index) => inventedPod(index)),
        pools: pools.map((pool) => ({ pool, instanceTypes, usage: {} })),
        nodes: hasNodes ? nodesFor(size, instanceTypes) : [],
        daemonSets,
        namespaces: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }],
        volumes: { claims: [], volumes: [], classes: [] },
        settings: { preferences: "Respect", minValues: "Strict" },
      };
    }
  }
}

const poolOf = (name: string, spec: Pick<NodeClaimTemplateSpec, "requirements" | "taints">): NodePool => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name, uid: `uid-${name}`, generation: 1, creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: {
    template: {
      spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" }, ...spec },
    },
    limits: { cpu: "100000" },
  },
});

const soldAs = (...capacityTypes: readonly string[]): NodeClaimTemplateSpec["requirements"] => [
  { key: CATEGORY, operator: "In", values: ["c", "m", "r"] },
  { key: GENERATION, operator: "Gt", values: ["4"] },
  { key: labels.capacityType, operator: "In", values: capacityTypes },
];

const onePool = [poolOf("general", { requirements: soldAs("on-demand", "spot") })];
const twoPools = [
  poolOf("general", { requirements: soldAs("on-demand") }),
  poolOf("batch", { requirements: soldAs("spot"), taints: [batch] }),
];

const daemonSetOf = (name: string, requests: ResourceList): DaemonSet => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name, namespace: NAMESPACE, uid: `uid-${name}` },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { tolerations: [{ operator: "Exists" }], containers: [container("main", requests)] },
    },
  },
});

const daemonSets = [daemonSetOf("network", { cpu: "50m" }), daemonSetOf("logs", { cpu: "50m", memory: "128Mi" })];

/** Small ones, which have not room for all. */
function nodesFor(pods: number, instanceTypes: readonly InstanceType[]): readonly NodeState[] {
  const small = instanceTypes.filter(({ name }) => name.endsWith(".large") || name.endsWith(".xlarge"));
  return small.slice(0, pods / PODS_PER_NODE).map(node);
}

function node(type: InstanceType, index: number): NodeState {
  const name = `node-${index}`;
  const values = type.requirements.flatMap(({ key, values: [value, another] = [] }) =>
    value !== undefined && another === undefined ? [[key, value] as const] : [],
  );
  return {
    name,
    initialized: index % 8 !== 0,
    labels: {
      ...Object.fromEntries(values),
      [labels.hostname]: name,
      [labels.zone]: zones[index % zones.length] ?? zones[0],
      [labels.capacityType]: "on-demand",
      [labels.nodePool]: "general",
    },
    taints: [],
    allocatable: type.allocatable,
    pods: Array.from({ length: PODS_PER_NODE }, (_, place) => inventedPod(FIRST_RUNNING + index + 200 * place, name)),
  };
}
