import assert from "node:assert/strict";
import type { CapacityBuffer } from "#controller/api/capacity-buffer";
import { conditionOf } from "#controller/api/conditions";
import type { NodeClaim } from "#controller/api/node-claim";
import { capacityBufferStatus } from "#controller/controllers/capacity-buffer";
import { capacityBuffer, instanceType } from "#support/builders";
import { STARTING_MS } from "#support/control-plane";
import { ControllerWorld } from "#support/controller-world";
import { nextName } from "#support/names";
import { Provisioning } from "#support/provisioning";

const taint = { key: "test.example/buffers", effect: "NoSchedule" } as const;

describe("provisioning for buffers", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  let provisioning: Provisioning;
  before(async function () {
    this.timeout(STARTING_MS);
    await ControllerWorld.open();
  });
  beforeEach(async () => {
    world = await ControllerWorld.open();
    world.cloud.types = [instanceType("m5.large", { cpu: 4, memoryGi: 16 })];
    provisioning = await Provisioning.open(world, { context: world.withGates("CapacityBuffer=true"), taint });
  });
  afterEach(() => provisioning.close());

  /** A buffer of so many units of one core, resolved. */
  async function keeping(replicas: number): Promise<CapacityBuffer> {
    const name = nextName("template");
    const containers = [{ name: "main", image: "none", resources: { requests: { cpu: "1" } } }];
    const template = { spec: { tolerations: provisioning.tolerations, containers } };
    await world.create("PodTemplate", { metadata: { name, namespace: "default" }, template });
    const spec = { podTemplateRef: { name }, replicas };
    const { metadata } = await world.create("CapacityBuffer", capacityBuffer({ spec }));
    await look(metadata);
    return world.shown("CapacityBuffer", metadata);
  }
  /** What the reconciler does every half a minute. */
  const look = (metadata: CapacityBuffer["metadata"]): Promise<unknown> =>
    world.reconcile(capacityBufferStatus(provisioning.context, provisioning.window), metadata);
  const saysOf = async ({ metadata }: CapacityBuffer): Promise<readonly (string | undefined)[]> => {
    const { status, reason, message } =
      conditionOf(await world.shown("CapacityBuffer", metadata), "Provisioning") ?? {};
    return [status, reason, message];
  };
  const unitsOn = async ({ metadata }: NodeClaim): Promise<number | undefined> => {
    const { status } = await world.shown("NodeClaim", metadata);
    return world.intentions.bufferUnitsOn(status?.providerID ?? "");
  };

  it("BUF-014 BUF-015 BUF-016 makes a node for its units, says so, and then that they fit", async () => {
    const buffer = await keeping(3);
    await provisioning.round();
    const [claim, ...more] = await provisioning.claims();
    assert.ok(claim);
    assert.equal(more.length, 0);
    assert.deepEqual(await saysOf(buffer), ["False", "RequiresNewCapacity", "3 of 3 units need new nodes"]);

    // Nothing new while the node is launching: neither a second one nor another word.
    await look(buffer.metadata);
    await provisioning.round();
    assert.equal((await provisioning.claims()).length, 1);
    assert.equal((await saysOf(buffer))[1], "RequiresNewCapacity");

    await provisioning.launched(claim);
    await look(buffer.metadata);
    await provisioning.round();
    assert.deepEqual(await saysOf(buffer), ["True", "FitsExistingCapacity", "all 3 units fit on nodes that are there"]);
    assert.equal(await unitsOn(claim), 3);
    assert.equal((await provisioning.claims()).length, 1);
  });

  it("BUF-018 BUF-019 tells pods that nobody has nothing, and expects nothing of their nodes", async () => {
    const buffer = await keeping(2);
    await provisioning.round();
    const [claim] = await provisioning.claims();
    assert.ok(claim);
    await provisioning.launched(claim);
    await look(buffer.metadata);
    await provisioning.round();

    assert.deepEqual(world.events, []);
    assert.equal(world.intentions.isNominated(claim.metadata.name, world.clock.now()), false);
    assert.equal(
      world.logged.some(({ message }) => message === "found provisionable pod(s)"),
      false,
    );
  });

  it("makes room anew when pods have taken that of a buffer", async () => {
    const buffer = await keeping(2);
    await provisioning.round();
    const [claim] = await provisioning.claims();
    assert.ok(claim);
    await provisioning.launched(claim);
    const pod = await provisioning.pending({ cpu: "3" });
    await provisioning.round();

    assert.deepEqual(world.reasonsAbout(pod.metadata.name), ["Nominated"]);
    assert.equal((await provisioning.claims()).length, 2);
    assert.equal((await saysOf(buffer))[1], "RequiresNewCapacity");
  });

  it("BUF-015 says that units fit nowhere, and tells no pod", async () => {
    await provisioning.limit({ cpu: "1" });
    const buffer = await keeping(2);
    await provisioning.round();

    assert.deepEqual(await saysOf(buffer), [
      "False",
      "RequiresNewCapacity",
      "0 of 2 units need new nodes, 2 fit nowhere",
    ]);
    assert.deepEqual(
      world.events.filter(({ about }) => about.kind === "Pod"),
      [],
    );
  });
});
