import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import { claimGarbage, machineGarbage } from "#controller/controllers/node-claim-garbage";
import type { Singleton } from "#controller/runtime/reconciler";
import { node, nodeClaim } from "#support/builders";
import type { ControllerWorld } from "#support/controller-world";
import { machineOf } from "#support/scripted-cloud";
import { aWorldForEachTest } from "#support/worlds";

describe("garbage collection", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  aWorldForEachTest((opened) => {
    world = opened;
  });

  const run = (singleton: Singleton) => singleton.run(new AbortController().signal);
  const claimWith = (name: string, conditions: readonly string[]): Promise<NodeClaim> =>
    world.create(
      "NodeClaim",
      nodeClaim({
        metadata: { name },
        status: {
          providerID: machineOf(name, 0).providerId,
          conditions: conditions.map((type) => ({
            ...{ type, status: "True" as const, reason: type, message: "" },
            lastTransitionTime: "2026-01-01T00:00:00Z",
          })),
        },
      }),
    );
  const isThere = async (name: string): Promise<boolean> => (await world.found("NodeClaim", { name })) !== undefined;
  const nodeOf = (name: string, ready: "True" | "False") =>
    world.create(
      "Node",
      node({
        metadata: { name: `${name}-node` },
        spec: { providerID: machineOf(name, 0).providerId },
        status: { conditions: [{ type: "Ready", status: ready }] },
      }),
    );

  it("NC-015 takes claims whose machine is gone, unless their node is Ready", async () => {
    const both = ["Launched", "Registered"];
    const [lost, alive, young, sound] = ["gc-lost", "gc-alive", "gc-young", "gc-sound"] as const;
    for (const name of [lost, alive, sound]) await claimWith(name, both);
    await claimWith(young, ["Launched"]);
    await nodeOf(lost, "False");
    await nodeOf(alive, "True");
    const machine = machineOf(sound, 0);
    world.cloud.machines.set(machine.providerId, machine);
    await run(claimGarbage(world.context));

    assert.deepEqual(await Promise.all([lost, alive, young, sound].map(isThere)), [false, true, true, true]);
    assert.deepEqual(
      world.counted.map(({ labels: of }) => of?.["reason"]),
      ["garbage_collected"],
    );
  });

  it("terminates machines that no claim knows, once they are half a minute old, and removes their nodes", async () => {
    const now = world.clock.now();
    const [orphan, fresh, known] = [
      machineOf("orphan", now - 31_000),
      machineOf("fresh", now - 29_000),
      machineOf("known", 0),
    ];
    const ending = { ...machineOf("ending", 0), state: "shutting-down" as const };
    for (const machine of [orphan, fresh, known, ending]) world.cloud.machines.set(machine.providerId, machine);
    await claimWith("known", ["Launched"]);
    const left = await world.create(
      "Node",
      node({ metadata: { labels: { [labels.registered]: "true" } }, spec: { providerID: orphan.providerId } }),
    );
    await run(machineGarbage(world.context));

    assert.deepEqual(
      [...world.cloud.machines.keys()],
      [fresh, known, ending].map(({ providerId }) => providerId),
    );
    assert.equal(await world.found("Node", left.metadata), undefined);
  });

  it("looks often after a start, and rarely later", async () => {
    const garbage = machineGarbage(world.context);
    const waits = [];
    for (let round = 0; round < 21; round++) waits.push((await run(garbage)).after);

    assert.deepEqual([waits[0], waits[18], waits[19], waits[20]], [10_000, 10_000, 120_000, 120_000]);
  });
});
