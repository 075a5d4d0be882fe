import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  CancelCapacityReservationCommand,
  CreateCapacityReservationCommand,
  DescribeInstancesCommand,
  type CreateCapacityReservationCommandInput,
  type Instance,
} from "@aws-sdk/client-ec2";
import type { CapacityReservationSelectorTerm, EC2NodeClass } from "#controller/api/ec2-node-class";
import { labels } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import type { RequirementSpec } from "#controller/api/requirement";
import type { Machine } from "#controller/ports/cloud";
import { InsufficientCapacityError } from "#controller/ports/errors";
import type { Offering } from "#controller/scheduling/instance-type";
import { systemClock } from "#controller/runtime/system-clock";
import { nodeClaim } from "#support/builders";
import { comesTrue } from "#support/eventually";
import { awsNodeClass, awsWorld, type AwsWorld } from "./aws-world";

const MINUTE_MS = 60_000;
const only = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });
const onDemand = only(labels.capacityType, "on-demand");

const asking = (...requirements: readonly RequirementSpec[]): NodeClaim =>
  nodeClaim({ metadata: { uid: randomUUID(), labels: { [labels.nodePool]: "default" } }, spec: { requirements } });
/** As the planner asks for an instance of a reservation. */
const askingFor = (id: string): NodeClaim => asking(only(labels.reservationId, id));

describe("reserved capacity on EC2", function () {
  this.timeout(120_000);
  let world: AwsWorld;
  /** How far the providers' clock is ahead of everybody else's. */
  let ahead = 0;
  before(async () => {
    world = await awsWorld({ clock: { ...systemClock, now: () => systemClock.now() + ahead } });
  });
  after(() => world.stop());

  /** From now on what EC2 said before is too old. */
  const later = (): void => void (ahead += MINUTE_MS);

  type Reserve = Partial<Omit<CreateCapacityReservationCommandInput, "InstanceType">> & {
    readonly type: NonNullable<Instance["InstanceType"]>;
    readonly tags?: Readonly<Record<string, string>>;
  };
  async function reserve({ type, tags = {}, ...rest }: Reserve): Promise<string> {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const { CapacityReservation } = await world.aws.clients.ec2.send(
      new CreateCapacityReservationCommand({
        ...{ InstanceType: type, InstancePlatform: "Linux/UNIX", AvailabilityZone: "us-east-1a", InstanceCount: 1 },
        InstanceMatchCriteria: "targeted",
        ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: "capacity-reservation", Tags }] }),
        ...rest,
      }),
    );
    return CapacityReservation?.CapacityReservationId ?? "";
  }
  const cancel = (CapacityReservationId: string) =>
    world.aws.clients.ec2.send(new CancelCapacityReservationCommand({ CapacityReservationId }));
  const selecting = (...capacityReservationSelectorTerms: readonly CapacityReservationSelectorTerm[]): EC2NodeClass =>
    awsNodeClass({ capacityReservationSelectorTerms });
  const found = async (...terms: readonly CapacityReservationSelectorTerm[]): Promise<readonly string[]> =>
    (await world.providers.nodeClasses.capacityReservations(selecting(...terms))).map(({ id }) => id);
  /** The class with its status as it is a minute later. */
  function resolved(...terms: readonly CapacityReservationSelectorTerm[]): Promise<EC2NodeClass> {
    later();
    return world.resolved(selecting(...terms));
  }
  async function offerings(
    nodeClass: EC2NodeClass,
    name: string,
    open?: readonly NodeClaim[],
  ): Promise<readonly Offering[]> {
    const types = await world.providers.cloud.instanceTypes(nodeClass, open);
    return types.find((type) => type.name === name)?.offerings ?? [];
  }
  /** What is for sale of the reservation. */
  async function left(nodeClass: EC2NodeClass, name: string, open?: readonly NodeClaim[]): Promise<number> {
    const reserved = (await offerings(nodeClass, name, open)).find(({ capacityType }) => capacityType === "reserved");
    return reserved?.available === true ? (reserved.reservation?.remaining ?? 0) : 0;
  }
  async function described({ instanceId }: Machine): Promise<Instance | undefined> {
    const answer = await world.aws.clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    return answer.Reservations?.[0]?.Instances?.[0];
  }
  const running = (machine: Machine) =>
    comesTrue(async () => {
      assert.equal((await described(machine))?.State?.Name, "running");
    });

  describe("that a class selects", () => {
    it("AWS-025 is found by id, by tags, by owner and by how EC2 matches it, each once", async () => {
      const one = await reserve({ type: "c5.large", tags: { team: "a", stage: "test" } });
      const open = await reserve({ type: "c5.large", tags: { team: "a" }, InstanceMatchCriteria: "open" });
      const foreign = { id: "cr-0f0f", instanceType: "c5.large", zone: "us-east-1b", count: 1, owner: "999999999999" };
      await world.aws.reserve(foreign);
      later();

      assert.deepEqual(await found({ tags: { team: "a" } }), [one, open].sort());
      assert.deepEqual(await found({ tags: { team: "a", stage: "*" } }), [one]);
      assert.deepEqual(await found({ tags: { team: "a" }, instanceMatchCriteria: "open" }), [open]);
      assert.deepEqual(await found({ instanceMatchCriteria: "targeted", ownerID: foreign.owner }), [foreign.id]);
      assert.deepEqual(await found({ id: one }, { tags: { team: "a" } }, { id: open }), [one, open].sort());
      assert.deepEqual(await found({ id: "cr-0000" }, { id: open }), [open]);
      assert.deepEqual(await found({ id: "cr-0000" }), []);
      assert.deepEqual(await found(), []);
    });

    it("AWS-025 is told of as the status of a class has it, until it ends", async () => {
      const EndDate = new Date(systemClock.now() + ahead + 90 * MINUTE_MS);
      const id = await reserve({ type: "c5.xlarge", tags: { told: "yes" }, EndDate, EndDateType: "limited" });
      const nodeClass = selecting({ id });
      later();

      assert.deepEqual(await world.providers.nodeClasses.capacityReservations(nodeClass), [
        {
          ...{ id, instanceType: "c5.xlarge", availabilityZone: "us-east-1a", ownerID: "123456789012" },
          ...{ instanceMatchCriteria: "targeted", reservationType: "default", interruptible: false, state: "active" },
          endTime: EndDate.toISOString().replace(/\.\d+Z$/, "Z"),
        },
      ]);
      ahead += 90 * MINUTE_MS;
      assert.deepEqual(await found({ id }), []);
    });

    it("AWS-025 is expiring forty minutes before its end where it is a capacity block", async () => {
      const ends = new Date(systemClock.now() + ahead + 60 * MINUTE_MS).toISOString();
      await world.aws.reserve({
        ...{ id: "cr-b10c", instanceType: "p4d.24xlarge", zone: "us-east-1a", count: 1, ends, isBlock: true },
      });
      const state = async (): Promise<string | undefined> => {
        const nodeClass = selecting({ id: "cr-b10c" });
        const [block] = await world.providers.nodeClasses.capacityReservations(nodeClass);
        assert.equal(block?.reservationType, "capacity-block");
        return block.state;
      };

      ahead += 19 * MINUTE_MS;
      assert.equal(await state(), "active");
      ahead += 2 * MINUTE_MS;
      assert.equal(await state(), "expiring");
    });
  });

  describe("that a claim asks for", () => {
    it("AWS-018 AWS-033 is launched into, labelled, and one less is left at once", async () => {
      const id = await reserve({ type: "m5.large", InstanceCount: 2 });
      const nodeClass = await resolved({ id });
      assert.equal(await left(nodeClass, "m5.large"), 2);
      const machine = await world.providers.cloud.create(askingFor(id), nodeClass);

      assert.equal(machine.capacityType, "reserved");
      const said = Object.entries(machine.labels).filter(([key]) => key.includes("capacity-"));
      assert.deepEqual(Object.fromEntries(said), {
        [labels.capacityType]: "reserved",
        [labels.reservationId]: id,
        [labels.reservationType]: "default",
        [labels.reservationInterruptible]: "false",
      });
      assert.deepEqual([machine.instanceType, machine.zone], ["m5.large", "us-east-1a"]);
      const instance = await described(machine);
      assert.equal(instance?.CapacityReservationId, id);
      assert.equal(await left(nodeClass, "m5.large"), 1);
      later();
      await world.resolved(selecting({ id }));
      assert.equal(await left(nodeClass, "m5.large"), 1, "EC2 counts it itself by now");

      const listed = (await world.providers.cloud.list()).find(({ instanceId }) => instanceId === machine.instanceId);
      assert.deepEqual(listed?.labels, machine.labels);
      await running(machine);
      await world.providers.cloud.delete(machine.providerId);
      await comesTrue(async () => {
        assert.equal((await described(machine))?.State?.Name, "terminated");
      });
      await world.resolved(selecting({ id }));
      assert.equal(await left(nodeClass, "m5.large"), 2, "asked anew, since one of ours went");
    });

    it("is preferred to spot and on-demand where the claim leaves that open", async () => {
      const id = await reserve({ type: "m5.2xlarge" });
      const nodeClass = await resolved({ id });
      const open = (): NodeClaim => asking(only(labels.instanceType, "m5.2xlarge", "m5.large"));

      assert.equal((await world.providers.cloud.create(open(), nodeClass)).labels[labels.reservationId], id);
      const next = await world.providers.cloud.create(open(), nodeClass);
      assert.deepEqual([next.capacityType, next.labels[labels.reservationId]], ["spot", undefined]);
    });

    it("AWS-018 is not offered again while the claim waits for its launch, which finds it", async () => {
      const id = await reserve({ type: "m5.12xlarge", InstanceCount: 3 });
      const nodeClass = await resolved({ id });
      const [first, second] = [askingFor(id), askingFor(id)];
      const indifferent = asking(only(labels.reservationId, id, "cr-0000"));
      assert.equal(await left(nodeClass, "m5.12xlarge", [first, second, indifferent]), 1);
      assert.equal(await left(nodeClass, "m5.12xlarge", [first, second, askingFor(id)]), 0);

      assert.equal((await world.providers.cloud.create(first, nodeClass)).labels[labels.reservationId], id);
      assert.equal(await left(nodeClass, "m5.12xlarge", [first, second]), 1, "nobody has read yet that it is launched");
      assert.equal(await left(nodeClass, "m5.12xlarge", [second]), 1);
    });

    it("is in the very same list of types as long as nothing changes", async () => {
      const id = await reserve({ type: "c5.4xlarge", InstanceCount: 2 });
      const nodeClass = await resolved({ id });
      const claim = askingFor(id);
      const { cloud } = world.providers;
      const before = await cloud.instanceTypes(nodeClass, [claim]);
      later();
      await world.resolved(selecting({ id }));

      assert.equal(await cloud.instanceTypes(nodeClass, [claim]), before);
      assert.notEqual(await cloud.instanceTypes(nodeClass), before);
    });

    it("changes, as it goes, nothing of the types that are not reserved", async () => {
      const id = await reserve({ type: "m5.xlarge" });
      const nodeClass = await resolved({ id });
      const before = await world.providers.cloud.instanceTypes(nodeClass);
      await world.providers.cloud.create(askingFor(id), nodeClass);
      const now = await world.providers.cloud.instanceTypes(nodeClass);

      assert.deepEqual(
        now.filter((type, position) => type !== before[position]).map(({ name }) => name),
        ["m5.xlarge"],
      );
    });

    it("AWS-035 is known to be used up when EC2 says so, and the claim hears that there is no capacity", async () => {
      const id = await reserve({ type: "m5.4xlarge" });
      const nodeClass = await resolved({ id });
      await cancel(id);

      await assert.rejects(world.providers.cloud.create(askingFor(id), nodeClass), InsufficientCapacityError);
      assert.equal(await left(nodeClass, "m5.4xlarge"), 0);
      const others = (await offerings(nodeClass, "m5.4xlarge")).filter(({ zone }) => zone === "us-east-1a");
      assert.deepEqual(
        others.filter(({ available }) => available).map(({ capacityType }) => capacityType),
        ["on-demand", "spot"],
      );
    });

    for (const [kind, market, expected] of [
      ["a capacity block", "isBlock", ["capacity-block", "false", "capacity-block"]],
      ["interruptible", "isInterruptible", ["default", "true", "interruptible-capacity-reservation"]],
    ] as const) {
      it(`AWS-041 is launched into on its own market where it is ${kind}`, async () => {
        const id = market === "isBlock" ? "cr-ab1" : "cr-ab2";
        await world.aws.reserve({ id, instanceType: "g5.xlarge", zone: "us-east-1a", count: 1, [market]: true });
        const nodeClass = await resolved({ id });
        const machine = await world.providers.cloud.create(askingFor(id), nodeClass);

        const { [labels.reservationType]: type, [labels.reservationInterruptible]: interruptible } = machine.labels;
        assert.deepEqual([type, interruptible, (await described(machine))?.InstanceLifecycle], expected);
        assert.deepEqual((await world.providers.cloud.get(machine.providerId)).labels, machine.labels);
      });
    }

    it("is known to be there after a restart, before its class is looked at again", async () => {
      const id = await reserve({ type: "m5.8xlarge" });
      const nodeClass = await resolved({ id });
      const restarted = await world.again();

      assert.equal((await restarted.cloud.create(askingFor(id), nodeClass)).labels[labels.reservationId], id);
    });
  });

  describe("that nobody asks for", () => {
    it("AWS-035 stays free, and is used by chance where reservations are not used", async () => {
      const id = await reserve({ type: "r5.large", InstanceMatchCriteria: "open" });
      const nodeClass = await resolved({ id });
      const claim = (): NodeClaim =>
        asking(onDemand, only(labels.zone, "us-east-1a"), only(labels.instanceType, "r5.large"));
      const machine = await world.providers.cloud.create(claim(), nodeClass);
      assert.deepEqual([machine.capacityType, machine.labels[labels.reservationId]], ["on-demand", undefined]);
      assert.equal((await described(machine))?.CapacityReservationId, undefined);

      const without = await world.again({ reservedCapacity: false });
      assert.deepEqual(await without.nodeClasses.capacityReservations(selecting({ id })), []);
      const types = await without.cloud.instanceTypes(nodeClass);
      assert.deepEqual(
        types.filter(({ offerings: sold }) => sold.some(({ capacityType }) => capacityType === "reserved")),
        [],
      );
      const lucky = await without.cloud.create(claim(), nodeClass);
      assert.equal((await described(lucky))?.CapacityReservationId, id);
      assert.equal((await without.cloud.get(lucky.providerId)).capacityType, "on-demand");
    });
  });

  it("AWS-017 has drifted from its class once that selects it no more; one that ended has not", async () => {
    const id = await reserve({ type: "c5.2xlarge" });
    const nodeClass = await resolved({ id });
    const { cloud } = world.providers;
    const claim = askingFor(id);
    const machine = await cloud.create(claim, nodeClass);
    const launched: NodeClaim = {
      ...claim,
      metadata: { ...claim.metadata, labels: machine.labels },
      status: { providerID: machine.providerId, imageID: machine.imageId },
    };
    const stale = { ...nodeClass, status: { ...nodeClass.status, capacityReservations: [] } };

    assert.equal(await cloud.drift(launched, nodeClass), undefined);
    assert.equal(await cloud.drift(launched, stale), undefined, "EC2 is asked before the verdict");
    const other = { ...stale, spec: { ...stale.spec, capacityReservationSelectorTerms: [{ tags: { other: "*" } }] } };
    assert.equal(await cloud.drift(launched, other), "CapacityReservationDrift");

    await cancel(id);
    assert.equal(await cloud.drift(launched, await resolved({ id })), undefined);
    assert.equal((await cloud.get(machine.providerId)).capacityType, "on-demand");
  });
});
