import assert from "node:assert/strict";
import { conditionOf, isTrue } from "#controller/api/conditions";
import { annotations, finalizers, taints } from "#controller/api/labels";
import type { Node } from "#controller/api/node";
import type { NodeClaim } from "#controller/api/node-claim";
import { nodeClaimLifecycle } from "#controller/controllers/node-claim-lifecycle";
import type { Reconciler } from "#controller/runtime/reconciler";
import { node, nodeClaim, nodeClass } from "#support/builders";
import type { ControllerWorld } from "#support/controller-world";
import { aWorldForEachTest } from "#support/worlds";

describe("the end of a claim", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  let lifecycle: Reconciler<"NodeClaim">;
  aWorldForEachTest(async (opened) => {
    world = opened;
    lifecycle = nodeClaimLifecycle(world.context);
    await world.create("EC2NodeClass", nodeClass());
  });

  const launched = async (spec: Partial<NodeClaim["spec"]> = {}): Promise<NodeClaim> => {
    const claim = await world.create("NodeClaim", nodeClaim({ spec }));
    return (await world.settle(lifecycle, claim.metadata)) ?? claim;
  };
  const withNode = async (claim: NodeClaim): Promise<Node> => {
    const joined = await world.create(
      "Node",
      node({ spec: { providerID: claim.status?.providerID ?? "", taints: [taints.unregistered] } }),
    );
    await world.settle(lifecycle, claim.metadata);
    return world.shown("Node", joined.metadata);
  };
  const shown = ({ metadata }: NodeClaim): Promise<NodeClaim> => world.shown("NodeClaim", metadata);

  it("NC-029 NC-030 asks its node to go, waits for it, then for its machine, and only then lets go", async () => {
    world.cloud.terminationPolls = 2;
    const claim = await launched();
    const joined = await withNode(claim);
    await world.kube.delete("NodeClaim", claim.metadata);
    await world.reconcile(lifecycle, claim.metadata);
    assert.ok((await world.shown("Node", joined.metadata)).metadata.deletionTimestamp);
    assert.equal(world.cloud.machines.size, 1);

    await world.kube.patch("Node", joined.metadata, { metadata: { finalizers: null } });
    await world.found("Node", joined.metadata);
    assert.deepEqual(await world.reconcile(lifecycle, claim.metadata), { after: 5_000 });
    assert.deepEqual((await shown(claim)).metadata.finalizers, [finalizers.termination]);
    assert.ok(isTrue(await shown(claim), "InstanceTerminating"));
    await world.reconcile(lifecycle, claim.metadata);
    await world.reconcile(lifecycle, claim.metadata);

    assert.equal(await world.found("NodeClaim", claim.metadata), undefined);
    assert.equal(world.cloud.machines.size, 0);
  });

  it("wakes the claim when its node is gone", async () => {
    const claim = await launched();
    const joined = await withNode(claim);
    const keys = (lifecycle.watches ?? []).flatMap((watch) => (watch.kind === "Node" ? watch.keys(joined) : []));

    assert.deepEqual(keys, [claim.metadata.name]);
  });

  it("NC-026 NC-027 NC-030 leaves Ready as it was, for the generation that deletion made", async () => {
    world.cloud.terminationPolls = 9;
    const claim = await launched();
    await withNode(claim);
    await world.kube.patch("NodeClaim", claim.metadata, { metadata: { labels: { any: "thing" } } });
    await world.kube.delete("NodeClaim", claim.metadata);
    const before = await shown(claim);
    const [joined] = world.context.lookups.nodesByProviderId.get(claim.status?.providerID ?? "");
    assert.ok(joined);
    await world.kube.patch("Node", joined.metadata, { metadata: { finalizers: null } });
    await world.kube.delete("Node", joined.metadata);
    await world.found("Node", joined.metadata);
    await world.reconcile(lifecycle, claim.metadata);
    const after = await shown(claim);

    const ready = conditionOf(after, "Ready");
    assert.equal(ready?.status, conditionOf(before, "Ready")?.status);
    assert.deepEqual(
      after.status?.conditions?.map(({ observedGeneration }) => observedGeneration),
      after.status?.conditions?.map(() => after.metadata.generation),
    );
  });

  it("NC-030 leaves a node alone that was never recognized", async () => {
    const claim = await launched();
    const joined = await world.create("Node", node({ spec: { providerID: claim.status?.providerID ?? "" } }));
    await world.kube.delete("NodeClaim", claim.metadata);
    await world.settle(lifecycle, claim.metadata);

    assert.equal(await world.found("NodeClaim", claim.metadata), undefined);
    assert.equal((await world.shown("Node", joined.metadata)).metadata.deletionTimestamp, undefined);
  });

  it("NC-030 terminates nothing when nothing was launched", async () => {
    const claim = await world.create("NodeClaim", nodeClaim({ metadata: { finalizers: [finalizers.termination] } }));
    await world.kube.delete("NodeClaim", claim.metadata);
    await world.reconcile(lifecycle, claim.metadata);

    assert.equal(await world.found("NodeClaim", claim.metadata), undefined);
    assert.equal(world.cloud.launches, 0);
  });

  it("NC-030 stamps once when draining ends at the latest", async () => {
    world.cloud.terminationPolls = 9;
    const claim = await launched({ terminationGracePeriod: "1h" });
    await world.kube.delete("NodeClaim", claim.metadata);
    await world.reconcile(lifecycle, claim.metadata);
    const { metadata } = await shown(claim);
    const stamp = metadata.annotations?.[annotations.terminationTimestamp];
    await world.clock.advance(60_000);
    await world.reconcile(lifecycle, claim.metadata);

    assert.equal(Date.parse(stamp ?? ""), Date.parse(metadata.deletionTimestamp ?? "") + 3_600_000);
    assert.equal((await shown(claim)).metadata.annotations?.[annotations.terminationTimestamp], stamp);
  });

  it("NC-030 keeps its finalizer while the cloud does not answer", async () => {
    const claim = await launched();
    await world.kube.delete("NodeClaim", claim.metadata);
    world.cloud.delete = () => Promise.reject(new Error("throttled"));
    await assert.rejects(world.reconcile(lifecycle, claim.metadata), /throttled/);

    assert.deepEqual((await shown(claim)).metadata.finalizers, [finalizers.termination]);
  });
});
