import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { kwokAnnotation } from "#sandbox/control-plane/control-plane";
import { onCluster } from "./engine";

/** A node of our own, which other tests' pods do not tolerate. */
const taint = { key: "test.example/waiting", effect: "NoSchedule" } as const;
const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "waiting", annotations: { [kwokAnnotation.key]: kwokAnnotation.value }, labels: { waiting: "" } },
  spec: { taints: [taint] },
  status: { allocatable: { cpu: "4", memory: "8Gi", pods: "10" }, capacity: { cpu: "4", memory: "8Gi", pods: "10" } },
};
const podSpec = {
  nodeSelector: { waiting: "" },
  tolerations: [taint],
  containers: [{ name: "main", image: "none" }],
};

const deployment = (replicas: number): k8s.apps.v1.Deployment => {
  const labels = { app: "waiting" };
  const spec = { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } };
  return new k8s.apps.v1.Deployment(
    "waiting",
    { metadata: { name: "waiting" }, spec },
    { customTimeouts: { create: "3s" } },
  );
};

const job = (): k8s.batch.v1.Job => {
  const spec = { backoffLimit: 0, template: { spec: { ...podSpec, restartPolicy: "Never" } } };
  return new k8s.batch.v1.Job("once", { metadata: { name: "once" }, spec });
};

describe("the kubernetes plugin, waiting", function () {
  // The first run on a machine builds the engines.
  this.timeout(25 * 60_000);

  it("calls a Deployment made when its pods are available and a Job when it is done, and says what pods wait for", async () => {
    const { engine, live } = await onCluster();
    const stack = await engine.stack();
    const impatient = await stack.failure(() => {
      deployment(2);
      return Promise.resolve();
    });
    assert.match(
      impatient,
      /Deployment default\/waiting: not within 3 s: 0 of 2 pods are available; Unschedulable: .*nodes? /,
    );
    await live.create(node);
    await stack.up(() =>
      Promise.resolve({ available: deployment(3).status.availableReplicas, succeeded: job().status.succeeded }),
    );

    assert.deepEqual(stack.outputs, { available: 3, succeeded: 1 });
    await stack.destroy();
    await live.delete(node);
  });
});
