import type { CapacityBuffer } from "#controller/api/capacity-buffer";
import type { EC2NodeClass } from "#controller/api/ec2-node-class";
import { labels } from "#controller/api/labels";
import type { Labels, ResourceList } from "#controller/api/kube-object";
import type { Node } from "#controller/api/node";
import type { NodeClaim } from "#controller/api/node-claim";
import type { NodeOverlay } from "#controller/api/node-overlay";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod, PodSpec } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import type { DaemonSet, Deployment, PodDisruptionBudget } from "#controller/api/workloads";
import type { InstanceType, Offering } from "#controller/scheduling/instance-type";
import type { NodeState, PoolChoice, Problem } from "#controller/scheduling/problem";
import { type DeepPartial, merge } from "./merge";
import { nextName } from "./names";

const epoch = "2026-01-01T00:00:00Z";

/** A pending pod that the kube-scheduler found no room for; say only what the test is about. */
export function pod(...overrides: readonly DeepPartial<Pod>[]): Pod {
  const name = nextName("pod");
  return merge<Pod>(
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", uid: `uid-of-${name}`, creationTimestamp: epoch },
      spec: { schedulerName: "default-scheduler", containers: [{ name: "main" }] },
      status: {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
      },
    },
    ...overrides,
  );
}

/** A pending pod that asks for this, such as `{ cpu: "500m", memory: "1Gi" }`. */
export const podAsking = (requests: ResourceList, spec: Partial<PodSpec> = {}): Pod =>
  pod({ spec: { containers: [{ name: "main", resources: { requests } }], ...spec } });

/** `count` pods of one template. */
export const podsAsking = (count: number, requests: ResourceList, spec: Partial<PodSpec> = {}): Pod[] =>
  Array.from({ length: count }, () => podAsking(requests, spec));

/** A pod that runs on a node. */
export const podOn = (nodeName: string, requests: ResourceList = {}, ...overrides: readonly DeepPartial<Pod>[]): Pod =>
  merge(
    podAsking(requests, { nodeName }),
    { status: { phase: "Running", conditions: [{ type: "PodScheduled", status: "True" }] } },
    ...overrides,
  );

/** A dynamic pool without constraints, of the class `default`. */
export function nodePool(...overrides: readonly DeepPartial<NodePool>[]): NodePool {
  const name = nextName("pool");
  return merge<NodePool>(
    {
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: { name, uid: `uid-of-${name}`, generation: 1, creationTimestamp: epoch },
      spec: {
        template: {
          spec: {
            nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
            requirements: [],
            expireAfter: "720h",
          },
        },
        disruption: {
          consolidateAfter: "0s",
          consolidationPolicy: "WhenEmptyOrUnderutilized",
          budgets: [{ nodes: "10%" }],
        },
      },
    },
    ...overrides,
  );
}

/** A claim as the provisioner makes it, not launched yet. */
export function nodeClaim(...overrides: readonly DeepPartial<NodeClaim>[]): NodeClaim {
  const name = nextName("claim");
  return merge<NodeClaim>(
    {
      apiVersion: "karpenter.sh/v1",
      kind: "NodeClaim",
      metadata: { name, uid: `uid-of-${name}`, generation: 1, creationTimestamp: epoch, labels: {}, annotations: {} },
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements: [],
        expireAfter: "720h",
      },
    },
    ...overrides,
  );
}

/** A class that names its subnets, groups, images and role. */
export function nodeClass(...overrides: readonly DeepPartial<EC2NodeClass>[]): EC2NodeClass {
  return merge<EC2NodeClass>(
    {
      apiVersion: "karpenter.k8s.aws/v1",
      kind: "EC2NodeClass",
      metadata: { name: "default", uid: "uid-of-default", generation: 1, creationTimestamp: epoch },
      spec: {
        subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "test" } }],
        securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": "test" } }],
        amiSelectorTerms: [{ alias: "al2023@latest" }],
        role: "KarpenterNodeRole-test",
      },
    },
    ...overrides,
  );
}

/** A ready node with room: 4 cpu, 16Gi, 110 pods. */
export function node(...overrides: readonly DeepPartial<Node>[]): Node {
  const name = nextName("node");
  const room = { cpu: "4", memory: "16Gi", pods: "110" };
  return merge<Node>(
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, uid: `uid-of-${name}`, creationTimestamp: epoch, labels: { [labels.hostname]: name } },
      spec: { providerID: `aws:///test-zone-a/i-${name}` },
      status: { capacity: room, allocatable: room, conditions: [{ type: "Ready", status: "True" }] },
    },
    ...overrides,
  );
}

export function daemonSet(requests: ResourceList = {}, spec: Partial<PodSpec> = {}): DaemonSet {
  const name = nextName("daemon");
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "kube-system", uid: `uid-of-${name}` },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "main", resources: { requests } }], ...spec },
      },
    },
  };
}

export function deployment(...overrides: readonly DeepPartial<Deployment>[]): Deployment {
  const name = nextName("deployment");
  return merge<Deployment>(
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: "default", uid: `uid-of-${name}` } },
    ...overrides,
  );
}

/** A budget over the pods with these labels. */
export function disruptionBudget(
  matchLabels: Labels,
  spec: Omit<PodDisruptionBudget["spec"], "selector">,
): PodDisruptionBudget {
  const name = nextName("pdb");
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default", uid: `uid-of-${name}` },
    spec: { selector: { matchLabels }, ...spec },
  };
}

/** An overlay that is for everything and changes nothing. */
export function nodeOverlay(...overrides: readonly DeepPartial<NodeOverlay>[]): NodeOverlay {
  const name = nextName("overlay");
  return merge<NodeOverlay>(
    {
      apiVersion: "karpenter.sh/v1alpha1",
      kind: "NodeOverlay",
      metadata: { name, uid: `uid-of-${name}`, generation: 1 },
      spec: { requirements: [] },
    },
    ...overrides,
  );
}

/** A buffer of one pod, shaped after PodTemplate `small`. */
export function capacityBuffer(...overrides: readonly DeepPartial<CapacityBuffer>[]): CapacityBuffer {
  const name = nextName("buffer");
  return merge<CapacityBuffer>(
    {
      apiVersion: "autoscaling.x-k8s.io/v1beta1",
      kind: "CapacityBuffer",
      metadata: { name, namespace: "default", uid: `uid-of-${name}`, generation: 1 },
      spec: { podTemplateRef: { name: "small" }, replicas: 1 },
    },
    ...overrides,
  );
}

export interface MachineShape {
  readonly cpu: number;
  readonly memoryGi: number;
  /** Per hour, on demand. Default: 0.04 a cpu and 0.005 a GiB. */
  readonly price?: number;
  readonly arch?: string;
  readonly os?: string;
  readonly zones?: readonly string[];
  readonly capacityTypes?: readonly Offering["capacityType"][];
  readonly pods?: number;
  /** Further resources, such as `{ "nvidia.com/gpu": "1" }`. */
  readonly extra?: ResourceList;
  /** Further requirements, such as the provider's labels. */
  readonly requirements?: readonly RequirementSpec[];
}

/** Spot costs this much of the on-demand price in tests. */
const spotShare = 0.4;

/** A machine for sale in zones `test-zone-a` to `-c`, on demand unless told otherwise; nothing of it is reserved. */
export function instanceType(name: string, shape: MachineShape): InstanceType {
  const { cpu, memoryGi, arch = "amd64", os = "linux", zones = testZones, capacityTypes = ["on-demand"] } = shape;
  const { price = 0.04 * cpu + 0.005 * memoryGi, pods = 110, extra = {}, requirements = [] } = shape;
  const capacity: ResourceList = { cpu: String(cpu), memory: `${memoryGi}Gi`, pods: String(pods), ...extra };
  const only = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });
  return {
    name,
    requirements: [
      only(labels.instanceType, name),
      only(labels.arch, arch),
      only(labels.os, os),
      only(labels.zone, ...zones),
      only(labels.capacityType, ...capacityTypes),
      ...requirements,
    ],
    capacity,
    allocatable: capacity,
    offerings: zones.flatMap((zone) =>
      capacityTypes.map((capacityType) => ({
        zone,
        capacityType,
        price: capacityType === "spot" ? price * spotShare : price,
        available: true,
      })),
    ),
  };
}

export const testZones = ["test-zone-a", "test-zone-b", "test-zone-c"] as const;

/** A scheduling problem: pods and what may hold them; the rest is empty. */
export function problem(parts: Partial<Problem>): Problem {
  return {
    pods: [],
    pools: [],
    nodes: [],
    daemonSets: [],
    namespaces: [],
    volumes: { claims: [], volumes: [], classes: [] },
    settings: { preferences: "Respect", minValues: "Strict" },
    ...parts,
  };
}

/** A pool that may launch these types and has no nodes yet. */
export const choice = (
  pool: NodePool,
  instanceTypes: readonly InstanceType[],
  usage: ResourceList = {},
): PoolChoice => ({ pool, instanceTypes, usage });

/** A ready node as the scheduler sees it: 4 cpu, 16Gi, 110 pods. */
export function nodeState(overrides: Partial<NodeState> = {}): NodeState {
  const name = overrides.name ?? nextName("node");
  return {
    name,
    initialized: true,
    labels: { [labels.hostname]: name, [labels.zone]: testZones[0], [labels.arch]: "amd64", [labels.os]: "linux" },
    taints: [],
    allocatable: { cpu: "4", memory: "16Gi", pods: "110" },
    pods: [],
    ...overrides,
  };
}
