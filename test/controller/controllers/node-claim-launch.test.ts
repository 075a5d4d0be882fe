import assert from "node:assert/strict";
import { conditionOf, isTrue } from "#controller/api/conditions";
import { annotations, finalizers, labels } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import { nodeClaimLifecycle } from "#controller/controllers/node-claim-lifecycle";
import { CreateError, InsufficientCapacityError, NodeClassNotReadyError } from "#controller/ports/errors";
import { nodeClaim, nodeClass, nodeOverlay, nodePool } from "#support/builders";
import type { ControllerWorld } from "#support/controller-world";
import { aWorldForEachTest } from "#support/worlds";

describe("the launch of a claim", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  aWorldForEachTest(async (opened) => {
    world = opened;
    await world.create("EC2NodeClass", nodeClass());
  });

  const newClaim = (spec: Partial<NodeClaim["spec"]> = {}): Promise<NodeClaim> =>
    world.create("NodeClaim", nodeClaim({ metadata: { labels: { [labels.zone]: "test-zone-a" } }, spec }));
  const shown = ({ metadata }: NodeClaim): Promise<NodeClaim> => world.shown("NodeClaim", metadata);

  it("NC-019 NC-020 NC-026 holds the claim, launches its machine and says what it got", async () => {
    const claim = await newClaim();
    await world.settle(nodeClaimLifecycle(world.context), claim.metadata);
    const { metadata, status } = await shown(claim);

    assert.deepEqual(metadata.finalizers, [finalizers.termination]);
    assert.equal(status?.providerID, `aws:///test-zone-a/i-${claim.metadata.name}`);
    assert.equal(status.imageID, "ami-1");
    assert.deepEqual(status.capacity, { cpu: "4", memory: "16Gi", pods: "110" });
    assert.equal(metadata.labels?.[labels.instanceType], "m5.large");
    assert.equal(metadata.labels[labels.capacityType], "spot");
    assert.equal(metadata.annotations?.["karpenter.k8s.aws/ec2nodeclass-hash"], "1");
    assert.ok(isTrue(await shown(claim), "Launched"));
    assert.equal(conditionOf(await shown(claim), "Registered")?.reason, "NodeNotFound");
    assert.equal(conditionOf(await shown(claim), "Ready")?.status, "Unknown");
    assert.equal(world.cloud.launches, 1);
  });

  it("OVL-017 has the machine of a claim that was planned under overlays carry what they promise", async () => {
    const made = await world.shown("EC2NodeClass", { name: "default" });
    const common = { reason: "Ready", message: "", observedGeneration: made.metadata.generation ?? 1 };
    const conditions = [{ type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z", ...common }];
    await world.kube.patchStatus("EC2NodeClass", made.metadata, { status: { conditions } });
    await world.shown("EC2NodeClass", made.metadata);
    const pool = await world.create("NodePool", nodePool());
    await world.create("NodeOverlay", nodeOverlay({ spec: { capacity: { "example.com/fpga": "2" } } }));
    const own = { [labels.nodePool]: pool.metadata.name };
    const planned = { [annotations.capacityOverlayApplied]: "true" };
    const claims = [
      await world.create("NodeClaim", nodeClaim({ metadata: { labels: own, annotations: planned } })),
      await world.create("NodeClaim", nodeClaim({ metadata: { labels: own } })),
    ];
    const context = world.withGates("NodeOverlay=true");
    for (const { metadata } of claims) await world.settle(nodeClaimLifecycle(context), metadata);
    const has = await Promise.all(
      claims.map(async (claim) => {
        const { status } = await shown(claim);
        return [status?.capacity?.["example.com/fpga"], status?.allocatable?.["example.com/fpga"]];
      }),
    );

    assert.deepEqual(has, [
      ["2", "2"],
      [undefined, undefined],
    ]);
  });

  it("finds the same machine after a crash between the launch and its note", async () => {
    const claim = await newClaim();
    await world.cloud.create(claim);
    await world.settle(nodeClaimLifecycle(world.context), claim.metadata);

    assert.equal(world.cloud.launches, 1);
    assert.equal((await shown(claim)).status?.providerID, `aws:///test-zone-a/i-${claim.metadata.name}`);
  });

  it("remembers the machine of a claim that somebody wrote, or deleted, during the launch", async () => {
    const claim = await newClaim();
    const lifecycle = nodeClaimLifecycle(world.context);
    await world.kube.patch("NodeClaim", claim.metadata, { metadata: { finalizers: [finalizers.termination] } });
    const before = await shown(claim);
    await world.kube.delete("NodeClaim", claim.metadata);
    await lifecycle.reconcile(before, new AbortController().signal);

    assert.ok((await shown(claim)).status?.providerID);
    await world.settle(lifecycle, claim.metadata);
    assert.equal(world.cloud.machines.size, 0);
    assert.equal(await world.found("NodeClaim", claim.metadata), undefined);
  });

  const gaveUp = [
    [
      "NC-020 deletes a claim that nobody sells",
      new InsufficientCapacityError("none left"),
      "InsufficientCapacityError",
    ],
    [
      "NC-020 deletes a claim of a class that is not ready",
      new NodeClassNotReadyError("no image"),
      "NodeClassNotReady",
    ],
  ] as const;
  for (const [title, failure, reason] of gaveUp) {
    it(title, async () => {
      const claim = await newClaim();
      world.cloud.launchFailures.push(failure);
      await world.settle(nodeClaimLifecycle(world.context), claim.metadata);

      assert.equal(await world.found("NodeClaim", claim.metadata), undefined);
      assert.deepEqual(world.reasonsAbout(claim.metadata.name), [reason]);
    });
  }

  it("deletes a claim whose class does not exist", async () => {
    const claim = await newClaim({
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "absent" },
    });
    await world.settle(nodeClaimLifecycle(world.context), claim.metadata);

    assert.equal(await world.found("NodeClaim", claim.metadata), undefined);
    assert.match(world.events[0]?.message ?? "", /EC2NodeClass absent does not exist/);
  });

  it("NC-020 says why a launch failed, in 300 characters, and tries again", async () => {
    const claim = await newClaim();
    const lifecycle = nodeClaimLifecycle(world.context);
    world.cloud.launchFailures.push(new CreateError("Unauthorized", "x".repeat(500)));
    await assert.rejects(world.reconcile(lifecycle, claim.metadata), CreateError);

    const launched = conditionOf(await shown(claim), "Launched");
    assert.deepEqual([launched?.status, launched?.reason], ["Unknown", "Unauthorized"]);
    assert.equal(launched?.message?.length, 300);
    await world.settle(lifecycle, claim.metadata);
    assert.ok(isTrue(await shown(claim), "Launched"));
  });

  it("does not write anew what differs only by the number of a request", async () => {
    const claim = await newClaim();
    const lifecycle = nodeClaimLifecycle(world.context);
    const denied = (number: string): Error =>
      new CreateError("Unauthorized", `not authorized. Encoded authorization failure message: ${number}`);
    world.cloud.launchFailures.push(denied("abc"), denied("def"));
    await assert.rejects(world.reconcile(lifecycle, claim.metadata));
    const first = await shown(claim);
    await assert.rejects(world.reconcile(lifecycle, claim.metadata));

    assert.equal((await shown(claim)).metadata.resourceVersion, first.metadata.resourceVersion);
  });

  it("NC-022 gives up a launch that fails for five minutes, counted from the first failure", async () => {
    const claim = await newClaim();
    const lifecycle = nodeClaimLifecycle(world.context);
    const failure = new CreateError("LaunchFailed", "again");
    world.cloud.launchFailures.push(...Array.from({ length: 9 }, () => failure));
    await world.clock.advance(60_000);
    await assert.rejects(world.reconcile(lifecycle, claim.metadata));
    await world.clock.advance(5 * 60_000 - 1_000);
    await assert.rejects(world.reconcile(lifecycle, claim.metadata));
    assert.equal((await shown(claim)).metadata.deletionTimestamp, undefined);
    await world.clock.advance(1_000);
    await world.settle(lifecycle, claim.metadata);

    assert.equal(await world.found("NodeClaim", claim.metadata), undefined);
    assert.ok(world.counted.some(({ labels: of }) => of?.["reason"] === "launch_timeout"));
  });
});
