import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { kwokAnnotation } from "#sandbox/control-plane/control-plane";
import { freePort } from "#sandbox/processes/free-ports";
import { Engine } from "./engine";

describe("the kubernetes plugin, waiting", function () {
  // The first run on a machine builds the engines.
  this.timeout(25 * 60_000);
  let engine: Engine;
  before(async () => {
    engine = await Engine.start();
  });
  after(() => engine.stop());

  it("calls a Deployment made when its pods are available, and says what its pods wait for when they are not", async () => {
    const stack = await engine.stack();
    assert.match(
      await stack.failure(deploymentOf(2)),
      /Deployment default\/web: not within 3 s: 0 of 2 pods are available; Unschedulable: no nodes available/,
    );
    const capacity = { cpu: "4", memory: "8Gi", pods: "10" };
    await engine.create({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "fake", annotations: { [kwokAnnotation.key]: kwokAnnotation.value } },
      status: { allocatable: capacity, capacity },
    });
    assert.deepEqual(await stack.up(deploymentOf(3)), { available: 3 });
    await stack.destroy();
  });

  it("ends a Job's creation with the Job", async () => {
    const stack = await engine.stack();
    const program = () => {
      const spec = { backoffLimit: 0, template: { spec: { restartPolicy: "Never", containers: [container] } } };
      const job = new k8s.batch.v1.Job("once", { metadata: { name: "once" }, spec });
      return Promise.resolve({ succeeded: job.status.succeeded });
    };
    assert.deepEqual(await stack.up(program), { succeeded: 1 });
    await stack.destroy();
  });

  it("says what to do when the cluster is out of reach, and drops resources only when told to", async () => {
    const port = await freePort();
    const kubeconfig = JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "gone",
      contexts: [{ name: "gone", context: { cluster: "gone", user: "nobody" } }],
      clusters: [{ name: "gone", cluster: { server: `https://127.0.0.1:${port}` } }],
      users: [{ name: "nobody", user: {} }],
    });
    const program = (config: string | undefined) => () => {
      const options = config === undefined ? {} : { kubeconfig: config };
      const provider = new k8s.Provider("cluster", { ...options, clusterIdentifier: "one" });
      new k8s.core.v1.ConfigMap("lost", { metadata: { name: "lost" } }, { provider });
      return Promise.resolve();
    };
    const unreachable = `cluster at https://127.0.0.1:${port} is unreachable (connect ECONNREFUSED 127.0.0.1:${port})`;
    const stack = await engine.stack({ KUBECONFIG: engine.sandbox.kubeconfig });
    await stack.up(program(engine.sandbox.kubeconfig));
    // The provider alone changes; its resources are the same and are not asked about.
    await stack.up(program(kubeconfig));

    const failure = await stack.destroyFailure();
    assert.ok(failure.includes(unreachable) && failure.includes("PULUMI_K8S_DELETE_UNREACHABLE"), failure);
    stack.environment({ PULUMI_K8S_DELETE_UNREACHABLE: "true" });
    assert.match(await stack.destroy(), /v1 ConfigMap default\/lost was dropped from the state unseen/);
  });
});

const container = { name: "main", image: "none" };

const deploymentOf = (replicas: number) => () => {
  const labels = { app: "web" };
  const web = new k8s.apps.v1.Deployment(
    "web",
    {
      metadata: { name: "web" },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
    { customTimeouts: { create: "3s" } },
  );
  return Promise.resolve({ available: web.status.availableReplicas });
};
