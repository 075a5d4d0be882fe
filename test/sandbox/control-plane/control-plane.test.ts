import assert from "node:assert/strict";
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  loadYaml,
  PolicyV1Api,
  type V1Deployment,
  type V1Node,
  type V1Pod,
  type V1PodDisruptionBudget,
} from "@kubernetes/client-node";
import { kwokAnnotation } from "#sandbox/control-plane/control-plane";
import { startSandbox } from "#sandbox/sandbox";

describe("control plane", function () {
  // The first run on a machine builds the engines.
  this.timeout(25 * 60_000);

  it("schedules a Deployment's pods to a kwok node and runs as many as fit; the rest stay pending", async () => {
    await withCluster(async (config) => {
      const core = config.makeApiClient(CoreV1Api);
      await core.createNode({ body: node });
      await config.makeApiClient(AppsV1Api).createNamespacedDeployment({ namespace: "default", body: deployment });
      const pods = await until(
        async () => (await core.listNamespacedPod({ namespace: "default" })).items,
        (items) => items.length === 3 && items.filter(isRunning).length === 2,
      );

      assert.deepEqual([...new Set(pods.filter(isRunning).map(({ spec }) => spec?.nodeName))], ["fake-1"]);
      assert.equal(pods.find((pod) => !isRunning(pod))?.status?.phase, "Pending");
    });
  });

  it("refuses an eviction that a disruption budget forbids, and allows it when the budget does", async () => {
    await withCluster(async (config) => {
      const core = config.makeApiClient(CoreV1Api);
      const policy = config.makeApiClient(PolicyV1Api);
      await core.createNode({ body: node });
      await config.makeApiClient(AppsV1Api).createNamespacedDeployment({ namespace: "default", body: deployment });
      await policy.createNamespacedPodDisruptionBudget({ namespace: "default", body: budget });
      const [pod] = await until(
        async () => (await core.listNamespacedPod({ namespace: "default" })).items.filter(isRunning),
        (running) => running.length === 2,
      );
      const status = async () => (await policy.readNamespacedPodDisruptionBudget(ours)).status;
      await until(status, (seen) => seen?.currentHealthy === 2);
      const name = pod?.metadata?.name ?? "";
      const evict = (): Promise<unknown> =>
        core.createNamespacedPodEviction({ namespace: "default", name, body: loadYaml(`metadata: { name: ${name} }`) });

      await assert.rejects(evict(), (error) => error instanceof ApiException && error.code === 429);
      const looser = [{ op: "replace", path: "/spec/minAvailable", value: 1 }];
      await policy.patchNamespacedPodDisruptionBudget({ ...ours, body: looser });
      await until(status, (seen) => seen?.disruptionsAllowed === 1);
      await evict();
    });
  });
});

/** Does something with a control plane of its own. */
async function withCluster(work: (config: KubeConfig) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ kubernetesOnly: true });
  try {
    const config = new KubeConfig();
    config.loadFromFile(sandbox.kubeconfig);
    await work(config);
  } finally {
    await sandbox.discard();
  }
}

const ours = { namespace: "default", name: "pause" } as const;

const budget = loadYaml<V1PodDisruptionBudget>(`
metadata: { name: pause }
spec: { minAvailable: 2, selector: { matchLabels: { app: pause } } }
`);

const node = loadYaml<V1Node>(`
metadata:
  name: fake-1
  annotations: { ${kwokAnnotation.key}: ${kwokAnnotation.value} }
status:
  allocatable: { cpu: 2500m, memory: 4Gi, pods: "10" }
  capacity: { cpu: "3", memory: 4Gi, pods: "10" }
`);

const deployment = loadYaml<V1Deployment>(`
metadata: { name: pause }
spec:
  replicas: 3
  selector: { matchLabels: { app: pause } }
  template:
    metadata: { labels: { app: pause } }
    spec:
      containers:
        - { name: pause, image: pause, resources: { requests: { cpu: "1" } } }
`);

const isRunning = ({ status }: V1Pod): boolean => status?.phase === "Running";

/** Looks until what it sees will do; the test's own time limit ends the wait. */
async function until<T>(look: () => Promise<T>, isEnough: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (isEnough(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
