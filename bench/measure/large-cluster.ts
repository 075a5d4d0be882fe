import type { Condition, ResourceList } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { Node } from "#controller/api/node";
import type { NodeClaim } from "#controller/api/node-claim";
import type { Pod } from "#controller/api/pod";
import type { DaemonSet, Namespace } from "#controller/api/workloads";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { Catalog } from "#controller/simulation/pool-types";
import type { Observation } from "#controller/state/snapshot";
import { daemonSet, instanceType, node, nodeClass, nodePool, pod, testZones } from "#support/builders";
import { claimThat } from "#support/snapshots";

export interface Size {
  readonly nodes: number;
  readonly running: number;
  readonly pending: number;
  readonly types: number;
}

export interface LargeCluster {
  readonly observation: Observation;
  readonly catalog: Catalog;
}

const READY: { readonly conditions: readonly Condition[] } = {
  conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }],
};
const POOLS = ["general", "compute", "memory"];
const TEMPLATES = 40;

/**
 * A busy cluster with objects as bulky as an API server's: what a pass of the provisioner looks at. The same for equal
 * sizes.
 */
export function largeCluster(size: Size): LargeCluster {
  const pools = POOLS.map((name) => nodePool({ metadata: { name }, status: READY }));
  const machines = Array.from({ length: size.nodes }, (_, index) => machine(index));
  return {
    observation: {
      pods: [
        ...Array.from({ length: size.running }, (_, index) => runningPod(index, size.nodes)),
        ...Array.from({ length: size.pending }, (_, index) => bulky(index, "waiting")),
      ],
      nodes: machines.map((each) => each.node),
      claims: machines.map((each) => each.claim),
      pools,
      nodeClasses: [nodeClass({ status: READY })],
      daemonSets: Array.from({ length: 8 }, (_, index): DaemonSet => daemonSet({ cpu: `${50 + 10 * index}m` })),
      namespaces: Array.from({ length: 50 }, (_, index): Namespace => ({ metadata: { name: `team-${index}` } })),
      at: Date.parse("2026-01-05T12:00:00Z"),
      ...{ budgets: [], volumeClaims: [], volumes: [], storageClasses: [], csiNodes: [] },
      ...{ services: [], replicationControllers: [], replicaSets: [], statefulSets: [] },
    },
    catalog: new Map([["default", types(size.types)]]),
  };
}

/** Requests of a template: small services mostly, some hungry jobs. */
const requestsOf = (template: number): ResourceList => ({
  cpu: `${100 * (1 + (template % 9))}m`,
  memory: `${128 * (1 + ((template * template) % 23))}Mi`,
});

const selectors = [
  {},
  {},
  { [labels.arch]: "arm64" },
  { [labels.zone]: testZones[1] },
  { [labels.capacityType]: "on-demand" },
];

/** Some five kilobytes, as pods are. */
function bulky(index: number, name: string, spec: Partial<Pod["spec"]> = {}): Pod {
  const template = index % TEMPLATES;
  const app = `app-${template}`;
  const container = {
    name: "main",
    image: `registry.example.com/team/${app}:v1.2.${template}@sha256:${"0123456789abcdef".repeat(4)}`,
    env: Array.from({ length: 20 }, (_, each) => ({ name: `VARIABLE_${each}`, value: `value ${each} of ${app}` })),
    volumeMounts: [
      { name: "config", mountPath: "/etc/config", readOnly: true },
      { name: "token", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true },
    ],
    livenessProbe: {
      httpGet: { path: "/healthz", port: 8080, scheme: "HTTP" },
      periodSeconds: 10,
      failureThreshold: 3,
    },
    readinessProbe: {
      httpGet: { path: "/readyz", port: 8080, scheme: "HTTP" },
      periodSeconds: 10,
      failureThreshold: 3,
    },
    resources: { requests: requestsOf(template) },
    terminationMessagePath: "/dev/termination-log",
    imagePullPolicy: "IfNotPresent",
  };
  const each = pod({
    metadata: {
      name: `${app}-${name}-${index}`,
      namespace: `team-${template % 50}`,
      labels: { app, "pod-template-hash": "5d4f8c7b9", team: `team-${template % 50}`, version: "v1" },
      annotations: { "prometheus.io/scrape": "true", "checksum/config": "0123456789abcdef".repeat(4) },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: `${app}-5d4f8c7b9`, uid: `uid-of-${app}`, controller: true },
      ],
    },
    spec: { nodeSelector: selectors[template % selectors.length] ?? {}, ...spec },
  });
  // What nobody here reads is there all the same, as in the caches.
  return JSON.parse(
    JSON.stringify({ ...each, spec: { ...each.spec, containers: [container], dnsPolicy: "ClusterFirst" } }),
  ) as Pod;
}

const nodeName = (index: number): string => `ip-10-0-${Math.floor(index / 256)}-${index % 256}.ec2.internal`;

function runningPod(index: number, nodes: number): Pod {
  const each = bulky(index, "running", { nodeName: nodeName(index % nodes) });
  const containerStatuses = [
    {
      ...{ name: "main", ready: true, restartCount: 0, started: true, image: "registry.example.com/team/app:v1" },
      ...{
        imageID: `sha256:${"0123456789abcdef".repeat(4)}`,
        containerID: `containerd://${"0123456789abcdef".repeat(4)}`,
      },
      state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
    },
  ];
  const conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
    type,
    status: "True",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  }));
  return {
    ...each,
    status: {
      phase: "Running",
      conditions,
      containerStatuses,
      podIP: "10.0.0.1",
      qosClass: "Burstable",
    } as Pod["status"] & object,
  };
}

function machine(index: number): { readonly node: Node; readonly claim: NodeClaim } {
  const name = nodeName(index);
  const room = { cpu: "8", memory: "32Gi", pods: "58", "ephemeral-storage": "100Gi" };
  const own = {
    [labels.nodePool]: POOLS[index % POOLS.length] ?? "",
    [labels.instanceType]: "m5.2xlarge",
    [labels.zone]: testZones[index % testZones.length] ?? "",
    [labels.arch]: "amd64",
    [labels.os]: "linux",
    [labels.capacityType]: "on-demand",
    ...Object.fromEntries(
      Array.from({ length: 15 }, (_, each) => [`karpenter.k8s.aws/instance-fact-${each}`, `${each}`]),
    ),
  };
  const status = { providerID: `aws:///${own[labels.zone]}/i-${index}`, capacity: room, allocatable: room };
  const claim = claimThat(["Launched", "Registered", "Initialized"], {
    metadata: { name: `claim-${index}`, labels: own },
    status,
  });
  return {
    claim,
    node: node({
      metadata: {
        name,
        labels: { ...own, [labels.hostname]: name, [labels.registered]: "true", [labels.initialized]: "true" },
      },
      spec: { providerID: status.providerID },
      status: { capacity: room, allocatable: room },
    }),
  };
}

const sizes = [2, 4, 8, 16, 32, 48, 64, 96, 128, 192] as const;
const families = [
  { family: "c", perCpuGi: 2 },
  { family: "m", perCpuGi: 4 },
  { family: "r", perCpuGi: 8 },
] as const;

/** Thirty of each model; a model costs a little more than the one before. */
function types(count: number): readonly InstanceType[] {
  const models = Array.from({ length: Math.ceil(count / (sizes.length * families.length)) }, (_, model) => model);
  const all = models.flatMap((model) =>
    sizes.flatMap((cpu) => families.map(({ family, perCpuGi }) => machineType({ model, cpu, family, perCpuGi }))),
  );
  return all.slice(0, count);
}

interface Shape {
  readonly model: number;
  readonly cpu: number;
  readonly family: string;
  readonly perCpuGi: number;
}

const machineType = ({ model, cpu, family, perCpuGi }: Shape): InstanceType =>
  instanceType(`${family}${model}.${cpu}`, {
    ...{ cpu, memoryGi: cpu * perCpuGi, arch: model % 5 === 0 ? "arm64" : "amd64" },
    price: cpu * (0.034 + 0.004 * perCpuGi) * (1 + model / 50),
    capacityTypes: ["on-demand", "spot"],
    requirements: Array.from({ length: 20 }, (_, each) => ({
      key: `karpenter.k8s.aws/instance-fact-${each}`,
      operator: "In",
      values: [String((model + cpu) % (each + 2))],
    })),
  });
