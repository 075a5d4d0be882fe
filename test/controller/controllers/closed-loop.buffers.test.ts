import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { conditionOf, isReady } from "#controller/api/conditions";
import type { Kind } from "#controller/api/kinds";
import { labels, taints } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import { controllers } from "#controller/controllers/index";
import type { Reconciler } from "#controller/runtime/reconciler";
import { runReconciler } from "#controller/runtime/reconciler-loop";
import { runSingleton } from "#controller/runtime/singleton-loop";
import { systemClock } from "#controller/runtime/system-clock";
import { systemRandom } from "#controller/runtime/system-random";
import { capacityBuffer, node, nodeClass, nodeOverlay, nodePool } from "#support/builders";
import { STARTING_MS } from "#support/control-plane";
import { ControllerWorld, kubeExcept } from "#support/controller-world";
import { eventually } from "#support/eventually";

const mine = { key: "test.example/kept-room", effect: "NoSchedule" } as const;

describe("all controllers together, with every feature", function () {
  this.timeout(90_000);
  let world: ControllerWorld;
  let writes: string[];
  let stop: AbortController;
  let running: Promise<unknown>;
  before(async function () {
    this.timeout(STARTING_MS);
    await ControllerWorld.open();
  });
  beforeEach(async () => {
    world = await ControllerWorld.open();
    writes = [];
    stop = new AbortController();
    const kube = kubeExcept(world.kube, {
      patchStatus(kind, name, patch) {
        writes.push(`${kind} ${name.name}`);
        return world.kube.patchStatus(kind, name, patch);
      },
    });
    const context = { ...world.withGates("NodeOverlay=true,CapacityBuffer=true"), kube, clock: systemClock };
    const settings = { ...context.settings, batchIdleMs: 100, batchMaxMs: 1_000 };
    const { reconcilers, singletons } = controllers({ ...context, settings });
    const ports = { ...context, random: systemRandom };
    running = Promise.all([
      // A reconciler is handed its own kind's objects only, which a list of them cannot say.
      ...reconcilers.map((reconciler) => runReconciler(reconciler as Reconciler<Kind>, ports, stop.signal)),
      ...singletons.map((singleton) => runSingleton(singleton, ports, stop.signal)),
    ]);
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await world.close();
  });

  const ownClaim = (pool: string): NodeClaim | undefined =>
    world.kube
      .cached("NodeClaim")
      .list()
      .find(({ metadata }) => metadata.labels?.[labels.nodePool] === pool);

  it("DISR-042 DISR-053 keep an empty node for a buffer, write nothing meanwhile, and let it go with the buffer", async () => {
    await world.create("EC2NodeClass", nodeClass());
    const disruption = { consolidateAfter: "1s", budgets: [{ nodes: "100%" }] };
    const pool = await world.create(
      "NodePool",
      nodePool({ spec: { disruption, template: { spec: { taints: [mine] } } } }),
    );
    await world.create("NodeOverlay", nodeOverlay({ spec: { capacity: { "example.com/fpga": "1" } } }));
    const requests = { cpu: "1", "example.com/fpga": "1" };
    const container = { name: "main", resources: { requests, limits: { "example.com/fpga": "1" } } };
    const template = { spec: { tolerations: [mine], containers: [{ ...container, image: "none" }] } };
    await world.create("PodTemplate", { metadata: { name: "kept-room", namespace: "default" }, template });
    const spec = { podTemplateRef: { name: "kept-room" }, replicas: 1 };
    const buffer = await world.create("CapacityBuffer", capacityBuffer({ spec }));
    const claim = await eventually("the claim is launched", () => {
      const seen = ownClaim(pool.metadata.name);
      return seen?.status?.providerID === undefined ? undefined : seen;
    });
    world.adopt("NodeClaim", claim.metadata);
    assert.equal(claim.status?.capacity?.["example.com/fpga"], "1");

    const room = { ...claim.status.capacity };
    const conditions = [{ type: "Ready", status: "True", lastTransitionTime: new Date().toISOString() }] as const;
    await world.create(
      "Node",
      node({
        metadata: { name: "kept-room" },
        spec: { providerID: claim.status.providerID ?? "", taints: [taints.unregistered] },
        status: { capacity: room, allocatable: room, conditions },
      }),
    );
    await eventually("its node is ready", () => isReady(ownClaim(pool.metadata.name) ?? claim));
    // Looked at now instead of within half a minute.
    await world.kube.patch("CapacityBuffer", buffer.metadata, { metadata: { annotations: { look: "now" } } });
    await eventually("the buffer fits", () => {
      const seen = world.kube.cached("CapacityBuffer").get(`default/${buffer.metadata.name}`);
      return seen && conditionOf(seen, "Provisioning")?.status === "True";
    });
    writes.length = 0;
    // Longer than `consolidateAfter` and two rounds of disruption.
    await sleep(12_000);
    assert.deepEqual(
      writes.filter((written) => !written.startsWith("NodeClaim")),
      [],
    );
    assert.equal(ownClaim(pool.metadata.name)?.metadata.deletionTimestamp, undefined);

    await world.kube.delete("CapacityBuffer", buffer.metadata);
    await eventually("the claim is gone", () => ownClaim(pool.metadata.name) === undefined, 30_000);
    assert.deepEqual([...world.cloud.machines], []);
    assert.deepEqual(
      world.logged.filter(({ level }) => level === "error"),
      [],
    );
  });
});
