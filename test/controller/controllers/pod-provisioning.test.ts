import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import { instanceType } from "#support/builders";
import { type Provisioning, provisioningEach } from "#support/provisioning";
import { running } from "#support/snapshots";

describe("provisioning", function () {
  this.timeout(60_000);
  let provisioning: Provisioning;
  provisioningEach("test.example/provisioning", (opened) => (provisioning = opened));

  it("PROV-001 plans a burst of pods together, and tells each where it goes", async () => {
    const { world } = provisioning;
    const pods = [
      await provisioning.pending({ cpu: "2500m" }),
      await provisioning.pending({ cpu: "2500m" }),
      await provisioning.pending({ cpu: "2500m" }),
    ];
    await provisioning.round();
    const [claim, ...more] = await provisioning.claims();

    assert.equal(more.length, 0);
    assert.equal(claim?.metadata.labels?.[labels.nodePool], provisioning.pool.metadata.name);
    assert.equal(claim.metadata.ownerReferences?.[0]?.uid, provisioning.pool.metadata.uid);
    assert.equal(claim.spec.resources?.requests?.["cpu"], "7500m");
    assert.deepEqual(claim.spec.requirements.find(({ key }) => key === labels.instanceType)?.values, ["m5.xlarge"]);
    for (const { metadata } of pods) {
      assert.deepEqual(world.reasonsAbout(metadata.name), ["Nominated"]);
    }
  });

  it("TOPO-014 spreads pods without constraints of their own as the settings say, together with their Service", async () => {
    const { world } = provisioning;
    const app = { app: "spread" };
    await world.create("Service", {
      metadata: { name: "spread", namespace: "default" },
      spec: { selector: app, ...{ ports: [{ port: 80 }] } },
    });
    const perHost = { maxSkew: 1, topologyKey: labels.hostname, whenUnsatisfiable: "DoNotSchedule" } as const;
    const settings = { ...world.context.settings, schedulerConfig: { defaultConstraints: [perHost] } };
    for (let i = 0; i < 3; i++) await provisioning.pending({ cpu: "100m" }, {}, app);
    await provisioning.with({ settings }).round();

    assert.equal((await provisioning.claims()).length, 3);
  });

  it("makes fewer nodes where the settings say that each costs something besides its machine", async () => {
    const { world } = provisioning;
    world.cloud.types = [
      instanceType("m5.large", { cpu: 4, memoryGi: 16, price: 0.1 }),
      instanceType("m5.xlarge", { cpu: 8, memoryGi: 32, price: 0.21 }),
    ];
    for (let i = 0; i < 2; i++) await provisioning.pending({ cpu: "3" });
    await provisioning.with({ settings: { ...world.context.settings, nodePrice: 0.02 } }).round();

    assert.equal((await provisioning.claims()).length, 1);
  });

  it("PROV-003 stays within a pool's limits, and tells the pods that are left why they wait", async () => {
    const { world } = provisioning;
    await provisioning.limit({ cpu: "4" });
    const pods = [await provisioning.pending({ cpu: "3" }), await provisioning.pending({ cpu: "3" })];
    await provisioning.round();

    assert.equal((await provisioning.claims()).length, 1);
    assert.deepEqual(pods.map((pod) => world.reasonsAbout(pod.metadata.name).join()).toSorted(), [
      "FailedScheduling",
      "Nominated",
    ]);
    const { message } = world.events.find(({ reason }) => reason === "FailedScheduling") ?? {};
    assert.match(message ?? "", /limit/);
  });

  it("says of a pool that its requirements leave no instance type, and goes on with the others", async () => {
    const { world } = provisioning;
    const requirements = [{ key: labels.instanceType, operator: "In" as const, values: ["m5.huge"] }];
    const hopeless = await provisioning.anotherPool({ spec: { template: { spec: { requirements } } } });
    const fine = await provisioning.pending({ cpu: "1" });
    await provisioning.round();

    const { about, message } = world.events.find(({ reason }) => reason === "NoCompatibleInstanceTypes") ?? {};
    assert.equal(about?.metadata.name, hopeless.metadata.name);
    assert.match(message ?? "", /none of 2 instance types .*: 2 by node.kubernetes.io.instance-type/);
    assert.deepEqual(world.reasonsAbout(fine.metadata.name), ["Nominated"]);
  });

  it("goes on with the others when a pod fits nowhere", async () => {
    const { world } = provisioning;
    const [odd, fine] = [
      await provisioning.pending({ cpu: "1" }, { nodeSelector: { "example.com/no": "such" } }),
      await provisioning.pending({ cpu: "1" }),
    ];
    await provisioning.round();

    assert.deepEqual(world.reasonsAbout(odd.metadata.name), ["FailedScheduling"]);
    assert.deepEqual(world.reasonsAbout(fine.metadata.name), ["Nominated"]);
    assert.equal((await provisioning.claims()).length, 1);
  });

  it("finds another place for the pods of a node that is leaving, before they are evicted", async () => {
    const { world } = provisioning;
    const machine = running(provisioning.pool.metadata.name, {
      claim: { metadata: { finalizers: ["test.example/hold"] } },
    });
    const conditions = (machine.claim.status?.conditions ?? []).map((each) => ({ ...each, reason: "", message: "" }));
    const { metadata } = await world.create("NodeClaim", {
      ...machine.claim,
      status: { ...machine.claim.status, conditions },
    });
    const leaving = await world.create("Node", machine.node);
    await world.create("Pod", {
      metadata: { name: "displaced", namespace: "default" },
      spec: {
        nodeName: leaving.metadata.name,
        tolerations: provisioning.tolerations,
        containers: [{ name: "main", resources: { requests: { cpu: "1" } }, ...{ image: "none" } }],
      },
    });
    await world.kube.delete("NodeClaim", metadata);
    await world.shown("NodeClaim", metadata);
    await provisioning.round();

    const made = (await provisioning.claims()).filter(({ metadata: { name } }) => name !== metadata.name);
    assert.equal(made.length, 1);
    assert.deepEqual(world.reasonsAbout("displaced"), ["Nominated"]);
  });
});
