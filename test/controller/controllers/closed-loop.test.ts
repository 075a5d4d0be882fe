import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { isReady } from "#controller/api/conditions";
import type { Kind } from "#controller/api/kinds";
import { labels, taints } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import { controllers } from "#controller/controllers/index";
import type { Kube } from "#controller/ports/kube";
import type { Reconciler } from "#controller/runtime/reconciler";
import { runReconciler } from "#controller/runtime/reconciler-loop";
import { runSingleton } from "#controller/runtime/singleton-loop";
import { systemClock } from "#controller/runtime/system-clock";
import { systemRandom } from "#controller/runtime/system-random";
import { node, nodeClass, nodePool } from "#support/builders";
import { STARTING_MS } from "#support/control-plane";
import { ControllerWorld, kubeExcept } from "#support/controller-world";
import { eventually } from "#support/eventually";

const mine = { key: "test.example/closed-loop", effect: "NoSchedule" } as const;

describe("all controllers together", function () {
  this.timeout(120_000);
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
    const context = { ...world.context, kube: counting(world.kube), clock: systemClock };
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

  /** The real client, which notes what is written. */
  const counting = (kube: Kube): Kube =>
    kubeExcept(kube, {
      create(kind, object) {
        writes.push(`create ${kind}`);
        return kube.create(kind, object);
      },
      patch(kind, name, patch) {
        writes.push(`patch ${kind}`);
        return kube.patch(kind, name, patch);
      },
      patchStatus(kind, name, patch) {
        writes.push(`patch status of ${kind}`);
        return kube.patchStatus(kind, name, patch);
      },
      delete(kind, name, options) {
        writes.push(`delete ${kind}`);
        return kube.delete(kind, name, options);
      },
    });
  /** What was written while nothing should be. */
  async function writtenInQuiet(): Promise<readonly string[]> {
    await sleep(1_000);
    writes.length = 0;
    await sleep(2_000);
    return [...writes];
  }
  const ownClaim = (pool: string): NodeClaim | undefined =>
    world.kube
      .cached("NodeClaim")
      .list()
      .find(({ metadata }) => metadata.labels?.[labels.nodePool] === pool);

  it("lead a pod to a node and an empty node to nothing, and write nothing in between", async () => {
    await world.create("EC2NodeClass", nodeClass());
    const disruption = { consolidateAfter: "1s", budgets: [{ nodes: "100%" }] };
    const pool = await world.create(
      "NodePool",
      nodePool({ spec: { disruption, template: { spec: { taints: [mine] } } } }),
    );
    const pool_ = { name: pool.metadata.name };
    await eventually("the pool is ready", () => {
      const seen = world.kube.cached("NodePool").get(pool_.name);
      return seen && isReady(seen);
    });
    const waiting = await world.create("Pod", {
      metadata: { name: "closed-loop", namespace: "default" },
      spec: { tolerations: [mine], containers: [{ name: "main", ...{ image: "none" } }] },
    });
    const claim = await eventually("a claim is launched", () => {
      const seen = ownClaim(pool_.name);
      return seen?.status?.providerID === undefined ? undefined : seen;
    });
    world.adopt("NodeClaim", claim.metadata);
    assert.deepEqual(await writtenInQuiet(), [], "while the node comes");

    await world.create(
      "Node",
      node({
        metadata: { name: "closed-loop" },
        spec: { providerID: claim.status?.providerID ?? "", taints: [taints.unregistered] },
        status: { conditions: [{ type: "Ready", status: "True", lastTransitionTime: new Date().toISOString() }] },
      }),
    );
    await eventually("its node is ready", () => isReady(ownClaim(pool_.name) ?? claim));
    await eventually("the pod is bound", () => world.kube.cached("Pod").get("default/closed-loop")?.spec.nodeName);
    assert.deepEqual(await writtenInQuiet(), [], "while the pod runs");

    await world.kube.delete("Pod", waiting.metadata, { gracePeriodSeconds: 0 });
    await eventually("the claim is gone", () => ownClaim(pool_.name) === undefined, 40_000);
    assert.equal(await world.found("Node", { name: "closed-loop" }), undefined);
    assert.deepEqual([...world.cloud.machines], []);
    const errors = world.logged.filter(({ level }) => level === "error");
    assert.deepEqual(errors, []);
    assert.deepEqual(await writtenInQuiet(), [], "when all is gone");
  });
});
