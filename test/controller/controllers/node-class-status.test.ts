import assert from "node:assert/strict";
import { conditionOf } from "#controller/api/conditions";
import type { CapacityReservation, EC2NodeClass } from "#controller/api/ec2-node-class";
import { finalizers } from "#controller/api/labels";
import { nodeClassStatus } from "#controller/controllers/node-class-status";
import { TerminalError } from "#controller/ports/errors";
import type { Reconciler } from "#controller/runtime/reconciler";
import { nodeClaim, nodeClass } from "#support/builders";
import type { ControllerWorld } from "#support/controller-world";
import { aWorldForEachTest } from "#support/worlds";

describe("the status of a node class", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  let reconciler: Reconciler<"EC2NodeClass">;
  let made: EC2NodeClass;
  aWorldForEachTest(async (opened) => {
    world = opened;
    reconciler = nodeClassStatus(world.context);
    made = await world.create("EC2NodeClass", nodeClass());
  });

  const shown = (): Promise<EC2NodeClass> => world.shown("EC2NodeClass", made.metadata);
  const settled = async (): Promise<EC2NodeClass> => {
    await world.settle(reconciler, made.metadata);
    return shown();
  };
  const says = async (type: string) => {
    const { status, reason, message } = conditionOf(await settled(), type) ?? {};
    return { status, reason, message };
  };

  it("holds the class, resolves every part and is ready", async () => {
    const { metadata, status } = await settled();

    assert.deepEqual(metadata.finalizers, [finalizers.nodeClass]);
    assert.deepEqual(status?.subnets, [{ id: "subnet-1", zone: "test-zone-a", zoneID: "tza-1" }]);
    assert.deepEqual(status.securityGroups, [{ id: "sg-1", name: "nodes" }]);
    assert.deepEqual(status.amis, [{ id: "ami-1", name: "al2023", requirements: [] }]);
    assert.equal(status.instanceProfile, "profile-1");
    assert.equal((await says("Ready")).status, "True");
    assert.deepEqual(await world.reconcile(reconciler, made.metadata), { after: 60_000 });
  });

  const missing = [
    ["subnets", [], "SubnetsReady", "SubnetsNotFound", /subnetSelectorTerms match no subnet/],
    ["securityGroups", [], "SecurityGroupsReady", "SecurityGroupsNotFound", /match no security group/],
    ["amis", [], "AMIsReady", "AMINotFound", /match no image/],
    ["instanceProfile", "", "InstanceProfileReady", "InstanceProfileNotReady", /no instance profile/],
  ] as const;
  for (const [part, nothing, type, reason, words] of missing) {
    it(`says that ${part} cannot be found, and looks again in a minute`, async () => {
      Object.assign(world.nodeClasses.found, { [part]: nothing });
      const { message, ...rest } = await says(type);

      assert.deepEqual(rest, { status: "False", reason });
      assert.match(message ?? "", words);
      assert.deepEqual(await says("Ready").then(({ status }) => status), "False");
      assert.deepEqual((await says("ValidationSucceeded")).reason, "DependenciesNotReady");
      assert.equal(world.nodeClasses.validations, 0);
      assert.deepEqual(await world.reconcile(reconciler, made.metadata), { after: 60_000 });
    });
  }

  it("keeps what it knew, and says Unknown in AWS's words, while AWS does not answer", async () => {
    const { status: before } = await settled();
    world.nodeClasses.found.subnets = new Error("not authorized. Encoded authorization failure message: abc");

    assert.deepEqual(await says("SubnetsReady"), {
      status: "Unknown",
      reason: "SubnetsNotFound",
      message: "not authorized.",
    });
    assert.equal((await says("Ready")).status, "Unknown");
    assert.deepEqual((await shown()).status?.subnets, before?.subnets);
  });

  it("says that an alias can never work", async () => {
    world.nodeClasses.found.amis = new TerminalError("al2@latest is not published for Kubernetes 1.34");

    assert.deepEqual(await says("AMIsReady"), {
      ...{ status: "False", reason: "UnsupportedAlias" },
      message: "al2@latest is not published for Kubernetes 1.34",
    });
  });

  it("says what a rehearsed launch met with", async () => {
    world.nodeClasses.found.problem = { reason: "CreateFleetAuthCheckFailed", message: "may not call ec2:CreateFleet" };
    const { status, reason } = await says("ValidationSucceeded");

    assert.deepEqual([status, reason], ["False", "CreateFleetAuthCheckFailed"]);
    assert.equal((await says("Ready")).status, "False");
  });

  describe("with capacity reservations", () => {
    const reservation: CapacityReservation = {
      ...{ id: "cr-1", instanceType: "m5.large", availabilityZone: "test-zone-a", ownerID: "123456789012" },
      instanceMatchCriteria: "open",
      ...{ reservationType: "default", interruptible: false, state: "active" },
    };

    it("AWS-025 tells of those it has, needs none, and looks again in a minute, or when one ends", async () => {
      assert.deepEqual((await settled()).status?.capacityReservations, []);
      assert.equal((await says("CapacityReservationsReady")).status, "True");
      const endTime = new Date(world.clock.now() + 20_000).toISOString();
      world.nodeClasses.found.capacityReservations = [{ ...reservation, endTime }];

      assert.deepEqual((await settled()).status?.capacityReservations, [{ ...reservation, endTime }]);
      assert.deepEqual(await world.reconcile(reconciler, made.metadata), { after: 20_000 });
    });

    it("AWS-025 is not ready while EC2 does not answer", async () => {
      world.nodeClasses.found.capacityReservations = new Error("may not call ec2:DescribeCapacityReservations");

      assert.deepEqual(await says("CapacityReservationsReady"), {
        ...{ status: "Unknown", reason: "CapacityReservationResolutionFailed" },
        message: "may not call ec2:DescribeCapacityReservations",
      });
      assert.equal((await says("Ready")).status, "Unknown");
    });

    it("says nothing of them where they are not used, and takes back what it said", async () => {
      await settled();
      world.nodeClasses.found.capacityReservations = new Error("nobody asks");
      reconciler = nodeClassStatus(world.withGates("ReservedCapacity=false"));

      assert.equal(conditionOf(await settled(), "CapacityReservationsReady"), undefined);
      assert.equal((await says("Ready")).status, "True");
    });
  });

  it("is up to date again after the class changed", async () => {
    await settled();
    await world.kube.patch("EC2NodeClass", made.metadata, { spec: { tags: { team: "a" } } });
    const { metadata, status } = await settled();

    assert.deepEqual(
      new Set(status?.conditions?.map(({ observedGeneration }) => observedGeneration)),
      new Set([metadata.generation]),
    );
    assert.equal((await says("Ready")).status, "True");
  });

  it("stays until no claim needs it, then is released", async () => {
    await settled();
    const claim = await world.create("NodeClaim", nodeClaim());
    await world.kube.delete("EC2NodeClass", made.metadata);
    await world.reconcile(reconciler, made.metadata);
    assert.deepEqual(world.nodeClasses.released, []);
    assert.deepEqual(world.reasonsAbout("default"), ["WaitingOnNodeClaimTermination"]);

    await world.kube.delete("NodeClaim", claim.metadata);
    await world.found("NodeClaim", claim.metadata);
    await world.reconcile(reconciler, made.metadata);
    assert.deepEqual(world.nodeClasses.released, ["default"]);
    assert.equal(await world.found("EC2NodeClass", made.metadata), undefined);
  });

  it("says on the class, and in an event, why it cannot be released, and tries again", async () => {
    await settled();
    world.nodeClasses.releaseFailure = new Error("not authorized to perform iam:DeleteInstanceProfile");
    await world.kube.delete("EC2NodeClass", made.metadata);
    const attempt = (): Promise<unknown> => world.reconcile(reconciler, made.metadata);
    await assert.rejects(attempt(), /DeleteInstanceProfile/);
    const { status, reason, message } = conditionOf(await shown(), "Released") ?? {};
    assert.deepEqual([status, reason], ["False", "ReleaseFailed"]);
    assert.equal(message, "not authorized to perform iam:DeleteInstanceProfile");
    assert.deepEqual(world.reasonsAbout("default"), ["ReleaseFailed"]);
    const { resourceVersion } = (await shown()).metadata;
    await assert.rejects(attempt(), /DeleteInstanceProfile/);
    assert.equal((await shown()).metadata.resourceVersion, resourceVersion, "the same is not written again");

    world.nodeClasses.releaseFailure = undefined;
    await attempt();
    assert.equal(await world.found("EC2NodeClass", made.metadata), undefined);
  });

  it("is looked at again when a claim of the class goes", () => {
    const claim = nodeClaim({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } });
    const keys = (reconciler.watches ?? []).flatMap((watch) => (watch.kind === "NodeClaim" ? watch.keys(claim) : []));

    assert.deepEqual(keys, ["default"]);
  });
});
