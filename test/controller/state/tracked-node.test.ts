import assert from "node:assert/strict";
import type { Taint } from "#controller/api/kube-object";
import { annotations, labels, taints } from "#controller/api/labels";
import { trackedNode } from "#controller/state/tracked-node";
import { node, nodeClaim, podOn } from "#support/builders";
import { claimThat, running } from "#support/snapshots";

const at = Date.parse("2026-01-05T12:00:00Z");
const track = (halves: Parameters<typeof trackedNode>[0]) => trackedNode(halves, [], { at, isMarked: () => false });
const notReady: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
const startup: Taint = { key: "cni.example/not-up", effect: "NoSchedule" };
const own: Taint = { key: "team", value: "a", effect: "NoSchedule" };
const keys = (list: readonly Taint[]): readonly string[] => list.map(({ key }) => key);

describe("a tracked node", () => {
  it("is what its claim says until the node is registered, then what the node says", () => {
    const claim = claimThat(["Launched"], {
      metadata: { labels: { team: "claim" }, annotations: { [annotations.doNotDisrupt]: "true" } },
      spec: { taints: [own] },
    });
    const joined = node({ metadata: { labels: { team: "node" } }, spec: { taints: [taints.unregistered] } });
    const before = track({ claim, node: joined });
    const after = track({
      claim,
      node: { ...joined, metadata: { ...joined.metadata, labels: { team: "node", [labels.registered]: "true" } } },
    });

    assert.deepEqual([before.labels["team"], keys(before.taints)], ["claim", ["team"]]);
    assert.equal(before.annotations[annotations.doNotDisrupt], "true");
    assert.deepEqual([after.labels["team"], after.annotations], ["node", {}]);
    assert.equal(before.name, joined.metadata.name);
    assert.equal(track({ claim }).name, claim.metadata.name);
  });

  it("STATE-012 SCHED-018 hides startup and passing taints of its own nodes while they come up", () => {
    const spec = { taints: [own, startup, notReady] };
    const claim = claimThat(["Launched", "Registered"], { spec: { startupTaints: [startup] } });
    const metadata = { labels: { [labels.registered]: "true" } };
    const initialized = { labels: { ...metadata.labels, [labels.initialized]: "true" } };

    assert.deepEqual(keys(track({ claim, node: node({ metadata, spec }) }).taints), ["team"]);
    assert.equal(track({ claim, node: node({ metadata: initialized, spec }) }).taints.length, 3);
    assert.equal(track({ node: node({ spec }) }).taints.length, 3);
  });

  it("SCHED-018 hides taints of a node that stopped being ready for as long as a reboot takes, but no startup taints", () => {
    const { claim, node: up } = running("web", { claim: { spec: { startupTaints: [startup] } } });
    const stoppedAt = (lastTransitionTime: string) => ({
      ...up,
      spec: { ...up.spec, taints: [own, startup, notReady] },
      status: { ...up.status, conditions: [{ type: "Ready", status: "Unknown" as const, lastTransitionTime }] },
    });
    const just = stoppedAt(new Date(at - 60_000).toISOString());
    const long = stoppedAt(new Date(at - 180_000).toISOString());

    assert.deepEqual(keys(track({ claim, node: just }).taints), ["team", startup.key]);
    assert.deepEqual(keys(track({ claim, node: long }).taints), ["team", startup.key, notReady.key]);
  });

  it("SCHED-022 has what was promised in place of what the node does not report yet", () => {
    const claim = claimThat(["Launched"], { status: { allocatable: { cpu: "4", "example.com/gpu": "1" } } });
    const reported = { allocatable: { cpu: "3900m", "example.com/gpu": "0", pods: "110" } };
    const young = node({ status: reported });
    const up = node({ metadata: { labels: { [labels.initialized]: "true" } }, status: reported });

    const { cpu, "example.com/gpu": gpu, pods } = track({ claim, node: young }).allocatable;
    assert.deepEqual([cpu, gpu, pods], ["3900m", "1", "110"]);
    assert.equal(track({ claim, node: up }).allocatable["example.com/gpu"], "0");
  });

  it("counts as initialized when it is somebody else's", () => {
    const foreign = track({ node: node() });

    assert.deepEqual([foreign.initialized, foreign.launched, foreign.pool], [true, true, undefined]);
  });

  it("STATE-013 leaves when its claim is going, terminating or meant to go, or its node is and nobody claims it", () => {
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    const { claim, node: up } = running("web");
    const going = { ...claim, metadata: { ...claim.metadata, deletionTimestamp } };

    assert.equal(track({ claim, node: up }).leaving, false);
    assert.equal(track({ claim: going, node: up }).leaving, true);
    assert.equal(track({ claim: claimThat(["Launched", "InstanceTerminating"]) }).leaving, true);
    assert.equal(trackedNode({ claim }, [], { at, isMarked: (name) => name === claim.metadata.name }).leaving, true);
    assert.equal(track({ node: node({ metadata: { deletionTimestamp } }) }).leaving, true);
    assert.equal(track({ claim: nodeClaim() }).launched, false);
  });

  it("is the same object as long as nothing about it changes, and another one then", () => {
    const { claim, node: up } = running("web");
    const pods = [podOn(up.metadata.name)];
    const before = trackedNode({ claim, node: up }, pods, { at, isMarked: () => false });
    const again = trackedNode({ claim, node: up }, [...pods], { at: at + 1, isMarked: () => false });
    const others = [
      trackedNode({ claim, node: { ...up } }, pods, { at, isMarked: () => false }),
      trackedNode({ claim: { ...claim }, node: up }, pods, { at, isMarked: () => false }),
      trackedNode({ claim, node: up }, [...pods, podOn(up.metadata.name)], { at, isMarked: () => false }),
      trackedNode(
        { claim, node: up },
        pods.map((pod) => ({ ...pod })),
        { at, isMarked: () => false },
      ),
      trackedNode({ claim, node: up }, pods, { at, isMarked: () => true }),
    ];

    assert.equal(again, before);
    assert.equal(new Set([before, ...others]).size, 6);
    assert.equal(others.at(-1)?.leaving, true);
  });

  it("changes with time while it stopped being ready", () => {
    const notReady = { type: "Ready", status: "False", lastTransitionTime: new Date(at).toISOString() } as const;
    const taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" } as const;
    const gone = node({ spec: { taints: [taint] }, status: { conditions: [notReady] } });
    const seenAt = (when: number) => trackedNode({ node: gone }, [], { at: when, isMarked: () => false }).taints;

    assert.deepEqual([at, at + 119_999, at + 120_000, at].map(seenAt), [[], [], [taint], []]);
  });
});
