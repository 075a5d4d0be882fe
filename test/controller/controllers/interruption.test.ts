import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import { interruption } from "#controller/controllers/interruption";
import type { InterruptionKind, InterruptionMessage, InterruptionQueue } from "#controller/ports/cloud";
import { nodeClaim } from "#support/builders";
import { type ControllerWorld, kubeExcept } from "#support/controller-world";
import { aWorldForEachTest } from "#support/worlds";

describe("interruption", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  aWorldForEachTest((opened) => {
    world = opened;
  });

  /** A queue that holds these messages until they are removed. */
  function queueOf(
    ...messages: readonly InterruptionMessage[]
  ): InterruptionQueue & { readonly left: InterruptionMessage[] } {
    const left = [...messages];
    return {
      left,
      receive: () => Promise.resolve([...left]),
      remove: (message) => {
        left.splice(left.indexOf(message), 1);
        return Promise.resolve();
      },
    };
  }
  const warning = (kind: InterruptionKind, ...instanceIds: readonly string[]): InterruptionMessage => ({
    ...{ kind, instanceIds, receipt: kind },
    sentAt: world.clock.now() - 1_000,
  });
  const claimOn = (instance: string): Promise<NodeClaim> =>
    world.create(
      "NodeClaim",
      nodeClaim({
        metadata: {
          finalizers: ["test.example/hold"],
          labels: { [labels.instanceType]: "m5.large", [labels.zone]: "test-zone-a", [labels.capacityType]: "spot" },
        },
        status: { providerID: `aws:///test-zone-a/${instance}` },
      }),
    );
  const run = (queue: InterruptionQueue) => interruption(world.context, queue).run(new AbortController().signal);

  const kinds: readonly (readonly [InterruptionKind, boolean, string])[] = [
    ["spot_interrupted", true, "SpotInterrupted"],
    ["instance_stopped", true, "InstanceStopping"],
    ["instance_terminated", true, "InstanceTerminating"],
    ["scheduled_change", true, "InstanceUnhealthy"],
    ["capacity_reservation_interrupted", true, "CapacityReservationInstanceInterrupted"],
    ["rebalance_recommendation", false, "SpotRebalanceRecommendation"],
  ];
  for (const [kind, goes, event] of kinds) {
    it(`${goes ? "lets the machine go on" : "only tells of"} ${kind}`, async () => {
      const claim = await claimOn(`i-${kind}`);
      const queue = queueOf(warning(kind, `i-${kind}`));
      await run(queue);
      const { deletionTimestamp } = (await world.shown("NodeClaim", claim.metadata)).metadata;

      assert.equal(deletionTimestamp !== undefined, goes);
      assert.deepEqual(world.reasonsAbout(claim.metadata.name), goes ? [event, "TerminatingOnInterruption"] : [event]);
      assert.deepEqual(queue.left, []);
      const offering = { instanceType: "m5.large", zone: "test-zone-a", capacityType: "spot" };
      assert.deepEqual(world.cloud.unavailable, kind === "spot_interrupted" ? [offering] : []);
    });
  }

  it("AWS-021 counts on nothing more of a reservation that EC2 takes back", async () => {
    const claim = await claimOn("i-reserved");
    const own = { [labels.capacityType]: "reserved", [labels.reservationId]: "cr-1" };
    await world.kube.patch("NodeClaim", claim.metadata, { metadata: { labels: own } });
    await world.shown("NodeClaim", claim.metadata);
    await run(queueOf(warning("capacity_reservation_interrupted", "i-reserved")));

    const offering = { instanceType: "m5.large", zone: "test-zone-a", capacityType: "reserved", reservationId: "cr-1" };
    assert.deepEqual(world.cloud.unavailable, [offering]);
  });

  it("takes messages off that concern nobody, or mean nothing", async () => {
    const queue = queueOf(warning("no_op"), warning("spot_interrupted", "i-of-somebody-else"));
    await run(queue);

    assert.deepEqual([queue.left, world.events], [[], []]);
  });

  it("leaves a message it could not act on, while it acts on the others", async () => {
    const [bad, good] = [await claimOn("i-bad"), await claimOn("i-good")];
    const queue = queueOf(warning("instance_stopped", "i-bad"), warning("instance_terminated", "i-good"));
    const { kube } = world;
    const failing = kubeExcept(kube, {
      delete: (kind, name, options) =>
        name.name === bad.metadata.name ? Promise.reject(new Error("no connection")) : kube.delete(kind, name, options),
    });
    await assert.rejects(interruption({ ...world.context, kube: failing }, queue).run(new AbortController().signal));

    assert.deepEqual(
      queue.left.map(({ kind }) => kind),
      ["instance_stopped"],
    );
    assert.ok((await world.shown("NodeClaim", good.metadata)).metadata.deletionTimestamp);
  });
});
