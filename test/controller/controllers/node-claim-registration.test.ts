import assert from "node:assert/strict";
import { conditionOf, isTrue } from "#controller/api/conditions";
import type { Taint } from "#controller/api/kube-object";
import { finalizers, labels, taints } from "#controller/api/labels";
import type { Node } from "#controller/api/node";
import type { NodeClaim } from "#controller/api/node-claim";
import { nodeClaimLifecycle } from "#controller/controllers/node-claim-lifecycle";
import type { Reconciler } from "#controller/runtime/reconciler";
import { node, nodeClaim, nodeClass } from "#support/builders";
import type { ControllerWorld } from "#support/controller-world";
import { eventually } from "#support/eventually";
import type { DeepPartial } from "#support/merge";
import { aWorldForEachTest } from "#support/worlds";

const startup: Taint = { key: "cni.example/not-up", effect: "NoSchedule" };
const own: Taint = { key: "team", value: "a", effect: "NoSchedule" };

describe("a claim's node", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  let lifecycle: Reconciler<"NodeClaim">;
  let claim: NodeClaim;
  aWorldForEachTest(async (opened) => {
    world = opened;
    lifecycle = nodeClaimLifecycle(world.context);
    await world.create("EC2NodeClass", nodeClass());
    claim = await world.create(
      "NodeClaim",
      nodeClaim({
        metadata: { labels: { team: "a", [labels.nodePool]: "web" }, annotations: { note: "b" } },
        spec: {
          taints: [own],
          startupTaints: [startup],
          resources: { requests: { cpu: "1", "example.com/gpu": "1" } },
        },
      }),
    );
    claim = (await world.settle(lifecycle, claim.metadata)) ?? claim;
  });

  /** A node joins, as its kubelet registers it. */
  const joins = (...overrides: readonly DeepPartial<Node>[]): Promise<Node> =>
    world.create(
      "Node",
      node(
        { spec: { providerID: claim.status?.providerID ?? "", taints: [taints.unregistered] } },
        { status: { conditions: [{ type: "Ready", status: "False" }] } },
        ...overrides,
      ),
    );
  const registered = async (...overrides: readonly DeepPartial<Node>[]): Promise<Node> => {
    const joined = await joins(...overrides);
    await world.settle(lifecycle, claim.metadata);
    return world.shown("Node", joined.metadata);
  };
  const condition = async (type: string) => conditionOf(await world.shown("NodeClaim", claim.metadata), type);
  const keysOf = ({ spec }: Node): readonly string[] => (spec.taints ?? []).map(({ key }) => key);

  it("NC-023 NC-024 gets labels, annotations, taints, owner and finalizer, and loses the taint of the unregistered", async () => {
    const { metadata, spec } = await registered();

    assert.equal(metadata.labels?.["team"], "a");
    assert.equal(metadata.labels[labels.nodePool], "web");
    assert.equal(metadata.labels[labels.registered], "true");
    assert.equal(metadata.annotations?.["note"], "b");
    assert.deepEqual(metadata.finalizers, [finalizers.termination]);
    assert.deepEqual(
      metadata.ownerReferences?.map(({ kind, uid, blockOwnerDeletion }) => [kind, uid, blockOwnerDeletion]),
      [["NodeClaim", claim.metadata.uid, true]],
    );
    const keys = keysOf({ metadata, spec });
    assert.ok(keys.includes(own.key) && keys.includes(startup.key) && !keys.includes(taints.unregistered.key));
    assert.equal((await world.shown("NodeClaim", claim.metadata)).status?.nodeName, metadata.name);
    assert.deepEqual(world.cloud.tags.get(claim.status?.providerID ?? ""), {
      Name: metadata.name,
      "karpenter.sh/nodeclaim": claim.metadata.name,
    });
    assert.deepEqual(world.events, []);
  });

  it("NC-024 is told apart when it joined without the taint of the unregistered, and registered all the same", async () => {
    await registered({ spec: { taints: [] } });

    assert.ok(isTrue(await world.shown("NodeClaim", claim.metadata), "Registered"));
    assert.deepEqual(world.reasonsAbout(claim.metadata.name), ["UnregisteredTaintMissing"]);
  });

  it("NC-024 keeps its own taints when it asks for that", async () => {
    const { spec } = await registered({ metadata: { labels: { [labels.doNotSyncTaints]: "true" } } });

    assert.deepEqual(
      keysOf({ metadata: { name: "" }, spec }).filter((key) => !key.startsWith("node.kubernetes.io/")),
      [],
    );
  });

  it("NC-024 does not get a startup taint back that was taken off, even after a crash in between", async () => {
    const joined = await registered();
    const kept = (joined.spec.taints ?? []).filter(({ key }) => key !== startup.key);
    await world.kube.patch("Node", joined.metadata, { spec: { taints: kept } });
    // The claim as it was before registration was noted.
    await world.kube.patchStatus("NodeClaim", claim.metadata, { status: { conditions: claim.status?.conditions } });
    await world.shown("Node", joined.metadata);
    await world.settle(lifecycle, claim.metadata);

    assert.ok(isTrue(await world.shown("NodeClaim", claim.metadata), "Registered"));
    assert.ok(!keysOf(await world.shown("Node", joined.metadata)).includes(startup.key));
    assert.deepEqual(world.events, []);
  });

  it("is not chosen among several with the machine's id, until one is left", async () => {
    const [one, other] = [await joins(), await joins()];
    await world.settle(lifecycle, claim.metadata);
    assert.equal((await condition("Registered"))?.reason, "MultipleNodesFound");

    await world.kube.delete("Node", other.metadata);
    await world.found("Node", other.metadata);
    await world.settle(lifecycle, claim.metadata);
    assert.equal((await world.shown("NodeClaim", claim.metadata)).status?.nodeName, one.metadata.name);
  });

  it("NC-017 NC-018 is initialized once Ready, free of startup and passing taints, and with all that was asked for", async () => {
    const joined = await registered();
    const reason = async (): Promise<string | undefined> => {
      await world.shown("Node", joined.metadata);
      await world.settle(lifecycle, claim.metadata);
      return (await condition("Initialized"))?.reason;
    };
    const taintsWithout = async (gone: string): Promise<void> => {
      const { spec } = await world.shown("Node", joined.metadata);
      await world.kube.patch("Node", joined.metadata, {
        spec: { taints: (spec.taints ?? []).filter(({ key }) => key !== gone) },
      });
    };
    assert.equal(await reason(), "NodeNotReady");

    await world.kube.patchStatus("Node", joined.metadata, {
      status: { conditions: [{ type: "Ready", status: "True", lastTransitionTime: new Date().toISOString() }] },
    });
    // The node controller takes its own taint off.
    await eventually("the taint is off", async () => {
      return !keysOf(await world.shown("Node", joined.metadata)).includes("node.kubernetes.io/not-ready");
    });
    assert.equal(await reason(), "StartupTaintsExist");

    await world.kube.patch("Node", joined.metadata, {
      spec: { taints: [startup, { key: "readiness.k8s.io/net", effect: "NoSchedule" }] },
    });
    await taintsWithout(startup.key);
    assert.equal(await reason(), "KnownEphemeralTaintsExist");

    await taintsWithout("readiness.k8s.io/net");
    assert.equal(await reason(), "ResourceNotRegistered");
    assert.match((await condition("Initialized"))?.message ?? "", /example.com\/gpu/);

    const more = { cpu: "4", memory: "16Gi", pods: "110", "example.com/gpu": "1" };
    await world.kube.patchStatus("Node", joined.metadata, { status: { capacity: more, allocatable: more } });
    assert.equal(await reason(), "Initialized");
    assert.equal((await world.shown("Node", joined.metadata)).metadata.labels?.[labels.initialized], "true");
    assert.equal((await condition("Ready"))?.status, "True");
  });

  it("NC-021 NC-022 that does not join within fifteen minutes of the launch costs the claim", async () => {
    const outcome = await world.reconcile(lifecycle, claim.metadata);
    assert.ok((outcome.after ?? 0) > 14 * 60_000 && (outcome.after ?? 0) <= 15 * 60_000);
    await world.clock.advance(15 * 60_000 + 1_000);
    await world.settle(lifecycle, claim.metadata);

    assert.equal(await world.found("NodeClaim", claim.metadata), undefined);
    assert.equal(world.cloud.machines.size, 0);
    assert.ok(world.counted.some(({ labels: of }) => of?.["reason"] === "registration_timeout"));
  });

  it("that joined while nobody looked is recognized, however late", async () => {
    await joins();
    await world.clock.advance(3_600_000);
    await world.settle(lifecycle, claim.metadata);

    assert.ok(isTrue(await world.shown("NodeClaim", claim.metadata), "Registered"));
  });
});
