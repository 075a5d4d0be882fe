import assert from "node:assert/strict";
import { conditionOf } from "#controller/api/conditions";
import { labels } from "#controller/api/labels";
import type { NodeOverlay, NodeOverlaySpec } from "#controller/api/node-overlay";
import type { NodePool } from "#controller/api/node-pool";
import { nodeOverlayStatus } from "#controller/controllers/node-overlay";
import { after } from "#controller/runtime/reconciler";
import { instanceType, nodeClass, nodeOverlay, nodePool } from "#support/builders";
import { STARTING_MS } from "#support/control-plane";
import { ControllerWorld } from "#support/controller-world";

const ready = { type: "Ready", status: "True", reason: "Ready", message: "", observedGeneration: 1 } as const;
const isReady = { conditions: [{ ...ready, lastTransitionTime: "2026-01-01T00:00:00Z" }] };

describe("the status of an overlay", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  let pool: NodePool;
  before(async function () {
    this.timeout(STARTING_MS);
    await ControllerWorld.open();
  });
  beforeEach(async () => {
    world = await ControllerWorld.open();
    world.cloud.types = [
      instanceType("small", { cpu: 2, memoryGi: 8 }),
      instanceType("large", { cpu: 8, memoryGi: 32 }),
    ];
    await world.create("EC2NodeClass", nodeClass({ status: isReady }));
    pool = await world.create("NodePool", nodePool());
  });
  afterEach(() => world.close());

  const reconciler = () => nodeOverlayStatus(world.withGates("NodeOverlay=true"));
  const newOverlay = (spec: Partial<NodeOverlaySpec>): Promise<NodeOverlay> =>
    world.create("NodeOverlay", nodeOverlay({ spec }));
  /** Status and reason of both conditions, once nothing is written any more. */
  const saysOf = async ({ metadata }: NodeOverlay): Promise<readonly (string | undefined)[]> => {
    const settled = await world.settle(reconciler(), metadata);
    assert.ok(settled);
    return ["ValidationSucceeded", "Ready"].flatMap((type) => {
      const { status, reason } = conditionOf(settled, type) ?? {};
      return [status, reason];
    });
  };
  const heeded = ["True", "ValidationSucceeded", "True", "Ready"];
  const onSmall = { requirements: [{ key: labels.instanceType, operator: "In", values: ["small"] }] } as const;

  it("OVL-008 is Ready when nothing is wrong with it, and is looked at again after six hours", async () => {
    const overlay = await newOverlay({ ...onSmall, price: "0.5" });

    assert.deepEqual(await saysOf(overlay), heeded);
    assert.deepEqual(await world.reconcile(reconciler(), overlay.metadata), after(6 * 60 * 60_000));
  });

  it("OVL-009 says what is wrong that the API server let pass", async () => {
    const key = `test.com/test-${"a".repeat(60)}`;
    const overlay = await newOverlay({ requirements: [{ key, operator: "Exists" }] });

    assert.deepEqual(await saysOf(overlay), ["False", "RuntimeValidation", "False", "UnhealthyDependents"]);
    const { status } = await world.shown("NodeOverlay", overlay.metadata);
    assert.match(status?.conditions?.[0]?.message ?? "", /spec\.requirements\[0\]: key .* longer than 63/);
  });

  it("OVL-010 OVL-019 says with whom it clashes, and is heeded once the other is gone", async () => {
    const one = await newOverlay({ ...onSmall, price: "0.5" });
    const other = await newOverlay({ requirements: [], price: "0.5" });

    assert.deepEqual(await saysOf(other), heeded);
    assert.deepEqual(await saysOf(one), ["False", "Conflict", "False", "UnhealthyDependents"]);
    const { status } = await world.shown("NodeOverlay", one.metadata);
    assert.match(
      status?.conditions?.[0]?.message ?? "",
      new RegExp(`^NodeOverlay ${other.metadata.name} of the same weight`),
    );
    assert.equal(world.logged.filter(({ message }) => message === "nodeoverlay is not heeded").length, 1);

    await world.kube.delete("NodeOverlay", other.metadata);
    await world.found("NodeOverlay", other.metadata);
    assert.deepEqual(await saysOf(one), heeded);
  });

  it("OVL-019 does not suffer from a class whose types cannot be had", async () => {
    await world.create("EC2NodeClass", nodeClass({ metadata: { name: "broken" }, status: isReady }));
    await world.create("NodePool", nodePool({ spec: { template: { spec: { nodeClassRef: { name: "broken" } } } } }));
    world.cloud.broken.add("broken");
    const clash = { requirements: [{ key: labels.nodePool, operator: "In", values: [pool.metadata.name] }] } as const;
    const one = await newOverlay({ ...clash, price: "1" });
    const other = await newOverlay({ ...clash, price: "2" });

    assert.deepEqual(await saysOf(other), heeded);
    assert.equal((await saysOf(one))[1], "Conflict");
  });

  it("is looked at when another overlay, a pool or a class changes", async () => {
    const [one, other] = [await newOverlay(onSmall), await newOverlay(onSmall)];
    const watched = (reconciler().watches ?? []).map((watch) => [
      watch.kind,
      // Whatever changed, the answer is the same.
      (watch.keys as () => readonly string[])().toSorted(),
    ]);

    const names = [one.metadata.name, other.metadata.name].toSorted();
    assert.deepEqual(watched, [
      ["NodeOverlay", names],
      ["NodePool", names],
      ["EC2NodeClass", names],
    ]);
  });
});
