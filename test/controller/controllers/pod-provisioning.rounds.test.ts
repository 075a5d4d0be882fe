import assert from "node:assert/strict";
import type { Pod } from "#controller/api/pod";
import type { Context } from "#controller/controllers/context";
import { reservationAskedBy } from "#controller/providers/reservation-target";
import { schedule } from "#controller/scheduling/schedule";
import { type Provisioning, provisioningEach } from "#support/provisioning";
import { reserved } from "#support/reserved-type";

describe("provisioning, round after round", function () {
  this.timeout(60_000);
  let provisioning: Provisioning;
  provisioningEach("test.example/rounds", (opened) => (provisioning = opened));

  it("does not plan twice for pods whose node is being launched, or has been", async () => {
    const { world } = provisioning;
    await provisioning.pending({ cpu: "3" });
    await provisioning.round();
    const [claim] = await provisioning.claims();
    assert.ok(claim);
    await provisioning.round();
    assert.equal((await provisioning.claims()).length, 1);

    await provisioning.launched(claim);
    await provisioning.round();
    assert.equal((await provisioning.claims()).length, 1);
    assert.equal(world.intentions.launches.size, 0);
  });

  it("plans again for pods whose launch was given up", async () => {
    const { world } = provisioning;
    await provisioning.pending({ cpu: "3" });
    await provisioning.round();
    const [claim] = await provisioning.claims();
    assert.ok(claim);
    await world.kube.delete("NodeClaim", claim.metadata);
    await world.found("NodeClaim", claim.metadata);
    await provisioning.round();

    const [another] = await provisioning.claims();
    assert.ok(another && another.metadata.name !== claim.metadata.name);
  });

  it("waits, after a restart, for claims of which it does not know what they are for", async () => {
    await provisioning.pending({ cpu: "3" });
    await provisioning.round();
    const [claim] = await provisioning.claims();
    assert.ok(claim);
    const restarted = await provisioning.restarted();
    assert.deepEqual(await restarted.round(), { after: 1_000 });
    assert.equal((await restarted.claims()).length, 1);

    await restarted.launched(claim);
    await restarted.round();
    assert.equal((await restarted.claims()).length, 1);
    assert.deepEqual([...new Set(restarted.world.events.map(({ reason }) => reason))], ["Nominated"]);
  });

  it("PROV-002 tells pods that time did not suffice for nothing, and plans them next", async () => {
    const { world } = provisioning;
    const [first, second] = [await provisioning.pending({ cpu: "3" }), await provisioning.pending({ cpu: "3" })];
    const isFirst = ({ metadata }: Pod): boolean => metadata.name === first.metadata.name;
    const planner: Context["planner"] = {
      plan(problem) {
        const [inTime, late] = [problem.pods.filter(isFirst), problem.pods.filter((pod) => !isFirst(pod))];
        const plan = schedule(inTime.length > 0 ? { ...problem, pods: inTime } : problem);
        return Promise.resolve(inTime.length > 0 ? { ...plan, deferred: late } : plan);
      },
    };
    const short = provisioning.with({ planner });
    await short.trigger();
    for (const expected of [
      [["Nominated"], []],
      [["Nominated"], ["Nominated"]],
    ]) {
      await short.pass();
      assert.deepEqual(
        [first, second].map(({ metadata }) => world.reasonsAbout(metadata.name)),
        expected,
      );
    }
    assert.equal((await provisioning.claims()).length, 2);
  });

  it("does not plan twice on a reserved instance whose launch has not begun", async () => {
    const { world } = provisioning;
    world.cloud.types = world.cloud.types.map((type) => reserved(type, { id: `cr-${type.name}`, remaining: 1 }));
    const reservations = async () => (await provisioning.claims()).map(reservationAskedBy).sort();
    await provisioning.pending({ cpu: "7500m" });
    await provisioning.round();
    assert.deepEqual(await reservations(), ["cr-m5.xlarge"]);
    await provisioning.pending({ cpu: "7500m" });
    await provisioning.round();
    assert.deepEqual(await reservations(), ["cr-m5.xlarge", undefined]);

    const [given] = (await provisioning.claims()).filter((claim) => reservationAskedBy(claim) !== undefined);
    assert.ok(given);
    await world.kube.delete("NodeClaim", given.metadata);
    await world.found("NodeClaim", given.metadata);
    await provisioning.round();
    assert.deepEqual(await reservations(), ["cr-m5.xlarge", undefined], "free again once the claim is given up");
  });

  it("makes no node for pods that went while the plan was made, and tells them nothing", async () => {
    const { world } = provisioning;
    const [alone, together, stays] = [
      await provisioning.pending({ cpu: "7500m" }),
      await provisioning.pending({ cpu: "2500m" }),
      await provisioning.pending({ cpu: "1" }),
    ];
    const planner: Context["planner"] = {
      async plan(problem) {
        for (const { metadata } of [alone, together]) {
          await world.kube.delete("Pod", metadata, { gracePeriodSeconds: 0 });
          await world.found("Pod", metadata);
        }
        return schedule(problem);
      },
    };
    await provisioning.with({ planner }).round();
    const [claim, ...more] = await provisioning.claims();

    assert.deepEqual(more, []);
    assert.deepEqual(
      world.intentions.launches.get(claim?.metadata.name ?? "")?.pods.map(({ metadata }) => metadata.name),
      [stays.metadata.name],
    );
    assert.deepEqual(
      [alone, together, stays].map(({ metadata }) => world.reasonsAbout(metadata.name)),
      [[], [], ["Nominated"]],
    );
    assert.deepEqual(
      world.logged.filter(({ message }) => message.startsWith("planned nodes")).map(({ nodes }) => nodes),
      [1],
    );
  });
});
