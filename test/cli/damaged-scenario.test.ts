import assert from "node:assert/strict";
import fc from "fast-check";
import { catalogOf, commandLine, scenarioFile } from "#support/command-line";

const template = {
  metadata: { labels: { app: "web" } },
  spec: {
    containers: [
      {
        name: "main",
        ports: [{ containerPort: 80, hostPort: 80 }],
        resources: { requests: { cpu: "100m" }, limits: { memory: "1Gi" } },
      },
    ],
    initContainers: [{ name: "before", restartPolicy: "Always", resources: { requests: { cpu: 1 } } }],
    nodeSelector: { "kubernetes.io/arch": "amd64" },
    tolerations: [{ key: "a", operator: "Equal", value: "b", effect: "NoSchedule" }],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] },
      },
    ],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/os", operator: "In", values: ["linux"] }] }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: "a", operator: "Exists" }] } },
        ],
      },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } } },
          },
        ],
      },
    },
    volumes: [
      { name: "data", persistentVolumeClaim: { claimName: "data" } },
      { name: "scratch", ephemeral: { volumeClaimTemplate: { spec: { storageClassName: "gp3" } } } },
    ],
  },
};
const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };
const requirements = [{ key: "karpenter.k8s.aws/instance-cpu", operator: "Gt", values: ["1"], minValues: 1 }];
const room = { cpu: "4", memory: "16Gi", pods: 110 };
const selector = { matchLabels: { app: "web" } };
const named = (kind: string, apiVersion: string, rest: object): object => ({
  ...{ apiVersion, kind, metadata: { name: "data", labels: { a: "b" } } },
  ...rest,
});

/** Every kind, with nearly every field that is read. */
const whole: readonly object[] = [
  named("NodePool", "karpenter.sh/v1", {
    spec: {
      ...{ limits: { cpu: 100 }, weight: 1 },
      disruption: { consolidateAfter: "1m", budgets: [{ nodes: "10%" }] },
      template: {
        metadata: { labels: { team: "a" } },
        spec: { nodeClassRef, requirements, taints: [{ key: "a", value: "b", effect: "NoSchedule" }] },
      },
    },
  }),
  named("EC2NodeClass", "karpenter.k8s.aws/v1", {
    spec: {
      role: "node",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { a: "b" } }],
      securityGroupSelectorTerms: [{ tags: { a: "b" } }],
      blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: "30Gi" } }],
      kubelet: { maxPods: 50, systemReserved: { cpu: "100m" }, evictionHard: { "memory.available": "5%" } },
    },
    status: {
      subnets: [{ id: "subnet-1", zone: "us-east-1a", zoneID: "use1-az1" }],
      amis: [{ id: "ami-1", requirements: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }] }],
    },
  }),
  named("NodeClaim", "karpenter.sh/v1", {
    spec: { nodeClassRef, requirements },
    status: { nodeName: "data", providerID: "aws:///a/i-1", allocatable: room, conditions: [] },
  }),
  named("NodeOverlay", "karpenter.sh/v1alpha1", {
    spec: { requirements: [{ key: "a", operator: "Exists" }], price: "0.05", capacity: { "a.b/c": 1 } },
  }),
  named("Node", "v1", {
    spec: { providerID: "aws:///a/i-1", taints: [{ key: "a", effect: "NoSchedule" }] },
    status: { capacity: room, allocatable: room, conditions: [{ type: "Ready", status: "True" }] },
  }),
  named("Pod", "v1", { spec: { ...template.spec, nodeName: "data" }, status: { phase: "Running" } }),
  named("DaemonSet", "apps/v1", { spec: { selector, template } }),
  named("Deployment", "apps/v1", { spec: { replicas: 2, selector, template } }),
  named("ReplicaSet", "apps/v1", { spec: { replicas: 2, selector, template } }),
  named("StatefulSet", "apps/v1", {
    spec: {
      ...{ replicas: 2, selector, template },
      volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { storageClassName: "gp3" } }],
    },
  }),
  named("Job", "batch/v1", { spec: { parallelism: 2, completions: 3, template }, status: { succeeded: 1 } }),
  named("PersistentVolumeClaim", "v1", { spec: { storageClassName: "gp3", volumeName: "data" } }),
  named("PersistentVolume", "v1", {
    spec: {
      csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-1" },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: ["us-east-1a"] }] },
          ],
        },
      },
    },
  }),
  named("StorageClass", "storage.k8s.io/v1", {
    provisioner: "ebs.csi.aws.com",
    volumeBindingMode: "WaitForFirstConsumer",
    allowedTopologies: [{ matchLabelExpressions: [{ key: "topology.kubernetes.io/zone", values: ["us-east-1a"] }] }],
  }),
  named("CSINode", "storage.k8s.io/v1", {
    spec: { drivers: [{ name: "ebs.csi.aws.com", nodeID: "i-1", allocatable: { count: 20 } }] },
  }),
  named("Namespace", "v1", {}),
  named("PodDisruptionBudget", "policy/v1", {
    spec: { selector, maxUnavailable: "10%" },
    status: { disruptionsAllowed: 1 },
  }),
];

type Path = readonly string[];

/** Every place in a value, its own and those inside. */
function placesIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, item]) => placesIn(item, [...path, name]))];
}

function replaced(value: unknown, [name, ...rest]: Path, by: unknown): unknown {
  if (name === undefined || typeof value !== "object" || value === null) return by;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (String(index) === name ? replaced(item, rest, by) : item));
  return { ...value, [name]: replaced((value as Readonly<Record<string, unknown>>)[name], rest, by) };
}

const places = placesIn(whole).filter((path) => path.length > 0);
const debris = [
  null,
  undefined,
  true,
  0,
  -1,
  0.5,
  1e21,
  "",
  "x",
  "-5Gi",
  "Infinity",
  [],
  {},
  [null],
  [1],
  { a: null },
  { a: { b: 1 } },
];
const catalog = catalogOf();

describe("a damaged scenario", () => {
  it("is planned when whole", async () => {
    const { code, err } = await commandLine("simulate", "--scenario", scenarioFile(whole), "--catalog", catalog);

    assert.deepEqual([code, err], [0, ""]);
  });

  it("is planned or refused in one line, whatever stands anywhere, and nothing breaks", async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.constantFrom(...debris), async (path, by) => {
        const content = JSON.stringify({ apiVersion: "v1", kind: "List", items: replaced(whole, path, by) });
        const { code, err } = await commandLine("simulate", "--scenario", scenarioFile(content), "--catalog", catalog);

        assert.ok(code === 0 || code === 2);
        if (code === 2) assert.match(err, /^error: \S+scenario-\d+\.yaml: [^\n]+\n$/);
      }),
      { numRuns: 300 },
    );
  });
});
