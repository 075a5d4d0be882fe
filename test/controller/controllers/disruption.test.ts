import assert from "node:assert/strict";
import { conditionOf } from "#controller/api/conditions";
import { annotations, labels, taints } from "#controller/api/labels";
import type { Node } from "#controller/api/node";
import type { NodeClaim } from "#controller/api/node-claim";
import type { NodePool } from "#controller/api/node-pool";
import { disruption } from "#controller/controllers/disruption";
import { ConflictError } from "#controller/ports/errors";
import type { Kube } from "#controller/ports/kube";
import type { Outcome } from "#controller/runtime/reconciler";
import { nodePool } from "#support/builders";
import { type ControllerWorld, kubeExcept } from "#support/controller-world";
import type { DeepPartial } from "#support/merge";
import { type Running, running } from "#support/snapshots";
import { aWorldForEachTest } from "#support/worlds";

describe("disruption of empty nodes", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  aWorldForEachTest((opened) => {
    world = opened;
  });

  const poolAllowing = (nodes: string): Promise<NodePool> =>
    world.create("NodePool", nodePool({ spec: { disruption: { budgets: [{ nodes }] } } }));

  async function up({ metadata }: NodePool, more: { readonly node?: DeepPartial<Node> } = {}): Promise<Running> {
    const made = running(metadata.name, { ...more, claim: { metadata: { finalizers: ["test.example/hold"] } } });
    const conditions = (made.claim.status?.conditions ?? []).map((each) => ({ ...each, reason: "", message: "" }));
    const claim = await world.create("NodeClaim", { ...made.claim, status: { ...made.claim.status, conditions } });
    const time = new Date().toISOString();
    const ready = { conditions: [{ type: "Ready", status: "True" as const, lastTransitionTime: time }] };
    return { claim, node: await world.create("Node", { ...made.node, status: { ...made.node.status, ...ready } }) };
  }
  /** One round. Whoever wrote a node first, kwok among them, makes it start over, as the runtime does. */
  const run = async (kube: Kube = world.kube): Promise<Outcome> => {
    try {
      return await disruption({ ...world.context, kube }).run(new AbortController().signal);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      return run(kube);
    }
  };
  const claimOf = ({ claim }: Running): Promise<NodeClaim> => world.shown("NodeClaim", claim.metadata);
  const isGoing = async (machine: Running): Promise<boolean> =>
    (await claimOf(machine)).metadata.deletionTimestamp !== undefined;
  const isCordoned = async (machine: Running): Promise<boolean> =>
    ((await world.shown("Node", machine.node.metadata)).spec.taints ?? []).some(
      ({ key }) => key === taints.disrupted.key,
    );
  const going = async (machines: readonly Running[]): Promise<number> =>
    (await Promise.all(machines.map(isGoing))).filter(Boolean).length;
  const bindTo = (machine: Running) =>
    world.create("Pod", {
      metadata: { name: `late-${machine.node.metadata.name}`, namespace: "default" },
      spec: { nodeName: machine.node.metadata.name, containers: [{ name: "main", ...{ image: "none" } }] },
    });

  it("DISR-050 DISR-062 cordons one, says why it goes, and deletes its claim, whatever pods run elsewhere", async () => {
    const pool = await poolAllowing("100%");
    const [empty, busy] = [await up(pool), await up(pool)];
    await bindTo(busy);
    assert.deepEqual(await run(), { after: 5_000 });

    assert.equal(await isGoing(empty), true);
    assert.equal(await isCordoned(empty), true);
    assert.equal(conditionOf(await claimOf(empty), "DisruptionReason")?.reason, "Empty");
    assert.deepEqual(world.reasonsAbout(empty.claim.metadata.name), ["DisruptionTerminating"]);
    assert.deepEqual([await isGoing(busy), await isCordoned(busy)], [false, false]);
    assert.ok(
      world.counted.some(({ labels: of }) => of?.["reason"] === "empty" && of["nodepool"] === pool.metadata.name),
    );
  });

  it("DISR-049 takes no more than the budget allows, also round after round", async () => {
    const pool = await poolAllowing("2");
    const machines = [await up(pool), await up(pool), await up(pool)];
    await run();
    assert.equal(await going(machines), 2);
    await run();
    assert.equal(await going(machines), 2);
  });

  it("DISR-062 frees a node again that a pod came to between cordon and deletion", async () => {
    const machine = await up(await poolAllowing("1"));
    const racing = kubeExcept(world.kube, {
      list: async (kind, options) => {
        await bindTo(machine);
        return world.kube.list(kind, options);
      },
    });
    await run(racing);
    assert.deepEqual([await isGoing(machine), await isCordoned(machine)], [false, true]);

    await run();
    assert.deepEqual([await isGoing(machine), await isCordoned(machine)], [false, false]);
  });

  it("DISR-062 goes on with a node whose deletion failed, or frees it", async () => {
    const machine = await up(await poolAllowing("1"));
    const broken = kubeExcept(world.kube, { delete: () => Promise.reject(new Error("no connection")) });
    await assert.rejects(run(broken), /no connection/);
    assert.equal(world.intentions.isLeaving(machine.claim.metadata.name), false);
    assert.deepEqual([await isGoing(machine), await isCordoned(machine)], [false, true]);
    await claimOf(machine);
    await bindTo(machine);

    await run();
    assert.deepEqual([await isGoing(machine), await isCordoned(machine)], [false, false]);
    assert.equal(conditionOf(await claimOf(machine), "DisruptionReason"), undefined);
  });

  it("says what keeps a node, once per look", async () => {
    const node = { metadata: { annotations: { [annotations.doNotDisrupt]: "true" } } };
    const machine = await up(await poolAllowing("1"), { node });
    await run();

    assert.equal(await isGoing(machine), false);
    assert.deepEqual(world.reasonsAbout(machine.claim.metadata.name), ["DisruptionBlocked"]);
    assert.deepEqual(world.reasonsAbout(machine.node.metadata.name), ["DisruptionBlocked"]);
  });

  it("leaves a node alone that pods are expected on", async () => {
    const machine = await up(await poolAllowing("1"));
    world.intentions.nominate(machine.node.metadata.name, world.clock.now() + 10_000);
    await run();
    assert.equal(await isGoing(machine), false);
    await world.clock.advance(10_000);
    await run();
    assert.equal(await isGoing(machine), true);
    assert.equal(machine.node.metadata.labels?.[labels.initialized], "true");
  });
});
