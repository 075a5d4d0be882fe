import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Labels } from "#controller/api/kube-object";
import type { NodeClaim } from "#controller/api/node-claim";
import { capacityBlockExpiration } from "#controller/controllers/capacity-block-expiration";
import { controllers } from "#controller/controllers/index";
import { reservationLoss } from "#controller/controllers/reservation-loss";
import type { Machine } from "#controller/ports/cloud";
import type { Singleton } from "#controller/runtime/reconciler";
import { node, nodeClaim, nodeClass } from "#support/builders";
import type { ControllerWorld } from "#support/controller-world";
import { machineOf } from "#support/scripted-cloud";
import { aWorldForEachTest } from "#support/worlds";

const inReservation = (id: string): Labels => ({
  [labels.capacityType]: "reserved",
  [labels.reservationId]: id,
  [labels.reservationType]: "default",
  [labels.reservationInterruptible]: "false",
});

describe("claims in capacity reservations", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  aWorldForEachTest((opened) => {
    world = opened;
  });

  const run = (singleton: Singleton) => singleton.run(new AbortController().signal);
  const claimIn = (id: string, name: string): Promise<NodeClaim> =>
    world.create(
      "NodeClaim",
      nodeClaim({
        metadata: { name, labels: inReservation(id) },
        status: { providerID: machineOf(name, 0).providerId },
      }),
    );
  const machineNow = (name: string, state: Partial<Machine>): void => {
    const machine = { ...machineOf(name, 0), ...state };
    world.cloud.machines.set(machine.providerId, machine);
  };
  const about = (own: Labels = {}): readonly string[] => Object.keys(inReservation("")).map((key) => own[key] ?? "");

  it("AWS-020 turn on-demand, and their nodes, once EC2 has them in no reservation any more", async () => {
    const [lost, kept, young] = ["cr-lost", "cr-kept", "cr-young"] as const;
    for (const name of [lost, kept, young]) {
      await claimIn("cr-1", name);
      const { providerId } = machineOf(name, 0);
      const own = inReservation("cr-1");
      await world.create("Node", node({ metadata: { name, labels: own }, spec: { providerID: providerId } }));
    }
    machineNow(lost, { capacityType: "on-demand" });
    machineNow(kept, { capacityType: "reserved" });
    machineNow(young, { capacityType: "on-demand", state: "pending" });
    assert.deepEqual(await run(reservationLoss(world.context)), { after: 60_000 });

    for (const name of [lost, kept, young]) {
      const expected = name === lost ? ["on-demand", "", "", ""] : ["reserved", "cr-1", "default", "false"];
      for (const kind of ["NodeClaim", "Node"] as const) {
        const { metadata } = await world.shown(kind, { name });
        assert.deepEqual(about(metadata.labels), expected, `${kind} ${name}`);
      }
    }
  });

  it("AWS-020 turn on-demand as wholes: a node that was left behind follows its claim", async () => {
    const name = "cr-behind";
    await world.create(
      "NodeClaim",
      nodeClaim({
        metadata: { name, labels: { [labels.capacityType]: "on-demand" } },
        status: { providerID: machineOf(name, 0).providerId },
      }),
    );
    const { providerId } = machineOf(name, 0);
    const own = inReservation("cr-1");
    await world.create("Node", node({ metadata: { name, labels: own }, spec: { providerID: providerId } }));
    machineNow(name, { capacityType: "on-demand" });
    await run(reservationLoss(world.context));

    const { metadata } = await world.shown("Node", { name });
    assert.deepEqual(about(metadata.labels), ["on-demand", "", "", ""]);
  });

  it("AWS-020 go when their capacity block is about to end, and only then", async () => {
    const block = { instanceType: "p4d.24xlarge", availabilityZone: "test-zone-a", ownerID: "123456789012" } as const;
    const capacityReservations = (["active", "expiring"] as const).map((state) => ({
      ...{ ...block, id: `cr-${state}`, state, instanceMatchCriteria: "targeted" as const },
      reservationType: "capacity-block" as const,
    }));
    await world.create("EC2NodeClass", nodeClass({ status: { capacityReservations } }));
    const [going, staying] = [await claimIn("cr-expiring", "block-going"), await claimIn("cr-active", "block-staying")];
    assert.deepEqual(await run(capacityBlockExpiration(world.context)), { after: 60_000 });

    assert.equal(await world.found("NodeClaim", going.metadata), undefined);
    assert.ok(await world.found("NodeClaim", staying.metadata));
    assert.deepEqual(world.reasonsAbout("block-going"), ["CapacityReservationExpiring"]);
    assert.deepEqual(
      world.counted.map(({ labels: of }) => of?.["reason"]),
      ["capacity_reservation_expiring"],
    );
  });

  it("are looked after only where reserved capacity is used", () => {
    const names = (gates: string): readonly string[] =>
      controllers(world.withGates(gates))
        .singletons.map(({ name }) => name)
        .filter((name) => name.startsWith("capacityreservation."));

    assert.deepEqual(names(""), ["capacityreservation.capacitytype", "capacityreservation.expiration"]);
    assert.deepEqual(names("ReservedCapacity=false"), []);
  });
});
