import assert from "node:assert/strict";
import { kwokAnnotation } from "#sandbox/control-plane/control-plane";
import { node } from "#support/builders";
import { eventually } from "#support/eventually";
import { type Provisioning, provisioningEach } from "#support/provisioning";

describe("provisioning beside another autoscaler", function () {
  this.timeout(60_000);
  let provisioning: Provisioning;
  provisioningEach("test.example/rival", (opened) => (provisioning = opened));

  it("launches nothing beside a running Cluster Autoscaler, and says so on every pool", async () => {
    const { world } = provisioning;
    const only = { key: "test.example/autoscaler", effect: "NoSchedule" } as const;
    await world.create(
      "Node",
      node({
        metadata: { annotations: { [kwokAnnotation.key]: kwokAnnotation.value } },
        spec: { providerID: undefined, taints: [only] },
      }),
    );
    const app = { app: "cluster-autoscaler" };
    const image = "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.0";
    const container = { name: "main", image };
    const template = { metadata: { labels: app }, spec: { tolerations: [only], containers: [container] } };
    const rival = await world.create("Deployment", {
      metadata: { name: "cluster-autoscaler", namespace: "kube-system" },
      spec: { ...{ replicas: 1, selector: { matchLabels: app } }, template },
    });
    await eventually(
      "the rival is ready",
      () => {
        const seen = world.kube.cached("Deployment").get("kube-system/cluster-autoscaler");
        return seen?.status?.readyReplicas === 1;
      },
      20_000,
    );
    await provisioning.pending({ cpu: "1" });
    await provisioning.round();
    assert.equal((await provisioning.claims()).length, 0);
    assert.deepEqual(world.reasonsAbout(provisioning.pool.metadata.name), ["ClusterAutoscalerRunning"]);

    await world.kube.patch("Deployment", rival.metadata, { spec: { replicas: 0 } });
    await eventually("the rival is not ready", () => {
      const seen = world.kube.cached("Deployment").get("kube-system/cluster-autoscaler");
      return (seen?.status?.readyReplicas ?? 0) === 0;
    });
    await provisioning.round();
    assert.equal((await provisioning.claims()).length, 1);
  });
});
