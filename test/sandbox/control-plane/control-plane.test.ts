import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  loadYaml,
  type V1Deployment,
  type V1Node,
  type V1Pod,
} from "@kubernetes/client-node";
import { kwokAnnotation } from "#sandbox/control-plane/control-plane";
import { startSandbox } from "#sandbox/sandbox";

describe("control plane", function () {
  // The first run on a machine builds the engines.
  this.timeout(25 * 60_000);

  it("schedules a Deployment's pods to a kwok node and runs as many as fit; the rest stay pending", async () => {
    const sandbox = await startSandbox({ kubernetesOnly: true });
    try {
      const config = new KubeConfig();
      config.loadFromFile(sandbox.kubeconfig);
      const core = config.makeApiClient(CoreV1Api);
      await core.createNode({ body: node });
      await config.makeApiClient(AppsV1Api).createNamespacedDeployment({ namespace: "default", body: deployment });
      const pods = await until(
        async () => (await core.listNamespacedPod({ namespace: "default" })).items,
        (items) => items.length === 3 && items.filter(isRunning).length === 2,
      );

      assert.deepEqual([...new Set(pods.filter(isRunning).map(({ spec }) => spec?.nodeName))], ["fake-1"]);
      assert.equal(pods.find((pod) => !isRunning(pod))?.status?.phase, "Pending");
    } finally {
      await sandbox.stop();
      rmSync(sandbox.directory, { recursive: true });
    }
  });
});

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
