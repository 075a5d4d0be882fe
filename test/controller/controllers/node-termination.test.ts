import assert from "node:assert/strict";
import { conditionOf } from "#controller/api/conditions";
import { annotations, finalizers, labels, taints } from "#controller/api/labels";
import type { Node } from "#controller/api/node";
import type { NodeClaim } from "#controller/api/node-claim";
import type { Pod } from "#controller/api/pod";
import { nodeTermination } from "#controller/controllers/node-termination";
import { PermissionError } from "#controller/ports/errors";
import type { Outcome, Reconciler } from "#controller/runtime/reconciler";
import { disruptionBudget, node, nodeClaim } from "#support/builders";
import type { ControllerWorld } from "#support/controller-world";
import { eventually } from "#support/eventually";
import type { DeepPartial } from "#support/merge";
import { merge } from "#support/merge";
import { machineOf } from "#support/scripted-cloud";
import { aWorldForEachTest } from "#support/worlds";

describe("the end of a node", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  let termination: Reconciler<"Node">;
  let ending: Node;
  let claim: NodeClaim;
  let count = 0;
  aWorldForEachTest(async (opened) => {
    world = opened;
    termination = nodeTermination(world.context);
    const machine = machineOf(`ending-${++count}`, 0);
    world.cloud.machines.set(machine.providerId, machine);
    claim = await world.create(
      "NodeClaim",
      nodeClaim({ metadata: { finalizers: ["test.example/hold"] }, status: { providerID: machine.providerId } }),
    );
    ending = await world.create(
      "Node",
      node({
        metadata: { name: machine.instanceId, finalizers: [finalizers.termination, "test.example/hold"] },
        spec: { providerID: machine.providerId },
        status: { conditions: [{ type: "Ready", status: "True", lastTransitionTime: new Date().toISOString() }] },
      }),
    );
    await world.kube.delete("Node", ending.metadata);
  });

  const look = (): Promise<Outcome> => world.reconcile(termination, ending.metadata);
  const shown = (): Promise<Node> => world.shown("Node", ending.metadata);
  const isReleased = async (): Promise<boolean> =>
    !(await shown()).metadata.finalizers?.includes(finalizers.termination);
  const condition = async (type: string) => conditionOf(await world.shown("NodeClaim", claim.metadata), type);
  /** Bound to the node, without anybody who runs it. */
  const podThere = (...overrides: readonly DeepPartial<Pod>[]): Promise<Pod> =>
    world.create(
      "Pod",
      merge<Pod>(
        {
          metadata: {
            name: `pod-${ending.metadata.name}`,
            namespace: "default",
            labels: { app: ending.metadata.name },
          },
          // An image is what the API server insists on.
          spec: { nodeName: ending.metadata.name, containers: [{ name: "main", ...{ image: "none" } }] },
        },
        ...overrides,
      ),
    );
  const goesAway = async ({ metadata }: Pod): Promise<void> => {
    await world.kube.delete("Pod", metadata, { gracePeriodSeconds: 0 });
    await world.found("Pod", metadata);
  };

  it("does nothing with nodes that stay, or are not ours to end", async () => {
    const other = await world.create("Node", node({ metadata: { finalizers: ["test.example/hold"] } }));
    await world.reconcile(termination, other.metadata);
    await world.kube.delete("Node", other.metadata);
    await world.reconcile(termination, other.metadata);

    assert.deepEqual((await world.shown("Node", other.metadata)).metadata.finalizers, ["test.example/hold"]);
    assert.deepEqual(
      (await world.shown("Node", other.metadata)).metadata.labels?.[labels.excludeFromLoadBalancers],
      undefined,
    );
  });

  it("NODE-005 takes the claim along, cordons, leaves load balancers, drains five seconds at least, terminates", async () => {
    world.cloud.terminationPolls = 2;
    assert.deepEqual(await look(), { after: 1_000 });
    assert.ok((await world.shown("NodeClaim", claim.metadata)).metadata.deletionTimestamp);
    const { metadata, spec } = await shown();
    assert.ok(spec.taints?.some(({ key, effect }) => key === taints.disrupted.key && effect === "NoSchedule"));
    assert.equal(metadata.labels?.[labels.excludeFromLoadBalancers], "karpenter");
    assert.equal((await condition("Drained"))?.reason, "Draining");

    await world.clock.advance(4_000);
    assert.deepEqual(await look(), { after: 1_000 });
    await world.clock.advance(2_000);
    assert.deepEqual(await look(), { after: 5_000 });
    assert.deepEqual(
      [(await condition("Drained"))?.status, (await condition("VolumesDetached"))?.status],
      ["True", "True"],
    );
    assert.equal(await isReleased(), false);
    await look();
    assert.equal(world.cloud.machines.size, 0);
    await look();
    assert.equal(await isReleased(), true);
  });

  it("drains for five seconds from its first look, however long ago the deletion was", async () => {
    await world.clock.advance(3_600_000);

    assert.deepEqual(await look(), { after: 1_000 });
    assert.deepEqual(await look(), { after: 1_000 });
  });

  it("NODE-005 lets go at once of a node that is not Ready and whose machine is gone", async () => {
    world.cloud.machines.clear();
    await look();
    assert.equal(await isReleased(), false);

    const conditions = [{ type: "Ready", status: "Unknown", lastTransitionTime: new Date().toISOString() }];
    await world.kube.patchStatus("Node", ending.metadata, { status: { conditions } });
    await look();
    assert.equal(await isReleased(), true);
  });

  it("NODE-005 NODE-008 evicts pods, and waits while a disruption budget says no", async () => {
    // The eviction API lets pods that do not run yet go whatever their budget says.
    const conditions = [{ type: "Ready", status: "True" }];
    const there = await podThere({ status: { phase: "Running", conditions } });
    const budget = await world.create("PodDisruptionBudget", {
      ...disruptionBudget({ app: ending.metadata.name }, { minAvailable: 1 }),
    });
    await eventually(
      "the budget is counted",
      async () => (await world.shown("PodDisruptionBudget", budget.metadata)).status?.disruptionsAllowed,
    );
    await world.clock.advance(10_000);
    await look();
    await world.clock.advance(10_000);
    assert.deepEqual(await look(), { after: 1_000 });
    assert.equal((await world.shown("Pod", there.metadata)).metadata.deletionTimestamp, undefined);
    assert.ok(world.reasonsAbout(ending.metadata.name).includes("FailedDraining"));

    await world.kube.delete("PodDisruptionBudget", budget.metadata);
    await world.found("PodDisruptionBudget", budget.metadata);
    await eventually("the pod is evicted", async () => {
      await look();
      return (await world.found("Pod", there.metadata))?.metadata.deletionTimestamp;
    });
    assert.ok(world.reasonsAbout(there.metadata.name).includes("Evicted"));
    await goesAway(there);
    assert.deepEqual(await look(), { after: 5_000 });
  });

  it("waits for a pod that asks not to be disrupted, until the deadline forces it", async () => {
    const busy = await podThere({ metadata: { annotations: { [annotations.doNotDisrupt]: "true" } } });
    await world.clock.advance(60_000);
    await look();
    assert.equal((await world.shown("Pod", busy.metadata)).metadata.deletionTimestamp, undefined);

    const deadline = new Date(world.clock.now() + 10_000).toISOString();
    await world.kube.patch("NodeClaim", claim.metadata, {
      metadata: { annotations: { [annotations.terminationTimestamp]: deadline } },
    });
    await world.shown("NodeClaim", claim.metadata);
    await look();
    const forced = await world.shown("Pod", busy.metadata);
    assert.equal(forced.metadata.deletionGracePeriodSeconds, 10);
    assert.deepEqual(world.reasonsAbout(busy.metadata.name), ["Disrupted"]);
    for (const { name } of [ending.metadata, claim.metadata]) {
      assert.ok(world.reasonsAbout(name).includes("TerminationGracePeriodExpiring"), name);
    }
    const { message } = world.events.find(({ reason }) => reason === "TerminationGracePeriodExpiring") ?? {};
    assert.ok(message?.includes(deadline), message);
  });

  it("says on the claim why its machine cannot be ended, and goes on trying", async () => {
    world.cloud.terminationFailure = new PermissionError("may not call ec2:TerminateInstances");
    await look();
    await world.clock.advance(6_000);
    await assert.rejects(look(), /TerminateInstances/);
    const { status, reason, message } = (await condition("InstanceTerminating")) ?? {};
    assert.deepEqual(
      [status, reason, message],
      ["Unknown", "TerminationFailed", "may not call ec2:TerminateInstances"],
    );

    world.cloud.terminationFailure = undefined;
    assert.deepEqual(await look(), { after: 5_000 });
    await look();
    assert.equal(await isReleased(), true);
  });

  it("NODE-006 waits for volumes, not for those of pods that stay, and not past the deadline", async () => {
    const volume = (name: string) =>
      world.create("VolumeAttachment", {
        metadata: { name: `${name}-${ending.metadata.name}` },
        spec: {
          ...{ attacher: "ebs.csi.aws.com" },
          nodeName: ending.metadata.name,
          source: { persistentVolumeName: name },
        },
      });
    const attached = await volume("pv-1");
    await look();
    await world.clock.advance(6_000);
    assert.deepEqual(await look(), { after: 1_000 });
    assert.match((await condition("VolumesDetached"))?.message ?? "", /pv-1/);
    assert.ok(world.reasonsAbout(ending.metadata.name).includes("AwaitingVolumeDetachment"));

    const deadline = new Date(world.clock.now() - 1_000).toISOString();
    await world.kube.patch("NodeClaim", claim.metadata, {
      metadata: { annotations: { [annotations.terminationTimestamp]: deadline } },
    });
    await world.shown("NodeClaim", claim.metadata);
    assert.deepEqual(await look(), { after: 5_000 });
    assert.equal((await condition("VolumesDetached"))?.reason, "TerminationGracePeriodElapsed");
    assert.ok(await world.found("VolumeAttachment", attached.metadata));
  });
});
