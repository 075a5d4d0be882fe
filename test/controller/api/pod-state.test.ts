import assert from "node:assert/strict";

import { isDoNotDisrupt, isProvisionable, isReschedulable, tolerates, untolerated } from "#controller/api/pod-state";
import type { NodeSelectorTerm, Toleration } from "#controller/api/pod";
import { pod, podOn } from "#support/builders";

const owner = (kind: string) => ({ apiVersion: "v1", kind, name: "owner", uid: "1" });
const started = Date.parse("2026-01-01T00:00:00Z");

describe("what a pod's state means", () => {
  it("waits for a node only when the kube-scheduler found none for it", () => {
    assert.ok(isProvisionable(pod()));
    assert.equal(isProvisionable(pod({ status: { conditions: [] } })), false);
    assert.equal(isProvisionable(podOn("node-1")), false);
    assert.equal(isProvisionable(pod({ status: { nominatedNodeName: "node-1" } })), false);
    assert.equal(isProvisionable(pod({ metadata: { ownerReferences: [owner("DaemonSet")] } })), false);
    assert.equal(isProvisionable(pod({ metadata: { ownerReferences: [owner("Node")] } })), false);
  });

  it("waits for no node of a pool when it rules them all out", () => {
    const none: NodeSelectorTerm = { matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }] };
    const zone: NodeSelectorTerm = { matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }] };
    const requiring = (...nodeSelectorTerms: readonly NodeSelectorTerm[]) =>
      pod({
        spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } },
      });

    assert.equal(isProvisionable(requiring(none)), false);
    assert.equal(isProvisionable(requiring(none, zone)), true);
    assert.equal(isProvisionable(requiring()), true);
  });

  it("SCHED-026 moves active pods and terminating ones of StatefulSets when a node goes", () => {
    const deletionTimestamp = "2026-01-01T00:00:00Z";

    assert.ok(isReschedulable(podOn("node-1")));
    assert.equal(isReschedulable(podOn("node-1", {}, { metadata: { deletionTimestamp } })), false);
    assert.ok(
      isReschedulable(
        podOn("node-1", {}, { metadata: { deletionTimestamp, ownerReferences: [owner("StatefulSet")] } }),
      ),
    );
    assert.equal(isReschedulable(podOn("node-1", {}, { status: { phase: "Succeeded" } })), false);
    assert.equal(isReschedulable(podOn("node-1", {}, { metadata: { ownerReferences: [owner("DaemonSet")] } })), false);
  });

  const wishes: readonly (readonly [string, number, boolean])[] = [
    ["true", 0, true],
    ["false", 0, false],
    ["5m", 60_000, true],
    ["5m", 300_000, false],
    ["0s", 0, false],
    ["-5m", 0, false],
    ["soon", 0, false],
  ];
  for (const [wish, afterMs, expected] of wishes) {
    it(`UTIL-021 with do-not-disrupt ${wish} ${expected ? "is" : "is not"} left alone after ${afterMs} ms`, () => {
      const asking = pod({
        metadata: { annotations: { "karpenter.sh/do-not-disrupt": wish } },
        status: { startTime: "2026-01-01T00:00:00Z" },
      });

      assert.equal(isDoNotDisrupt(asking, started + afterMs), expected);
    });
  }

  const taint = { key: "team", value: "5", effect: "NoSchedule" } as const;
  const tolerations: readonly (readonly [Toleration, boolean])[] = [
    [{ operator: "Exists" }, true],
    [{ key: "team", operator: "Exists" }, true],
    [{ key: "team", value: "5" }, true],
    [{ key: "team", value: "6" }, false],
    [{ key: "other", operator: "Exists" }, false],
    [{ key: "team", value: "5", effect: "NoExecute" }, false],
    [{ key: "team", operator: "Gt", value: "4" }, true],
    [{ key: "team", operator: "Lt", value: "4" }, false],
    [{ key: "team", operator: "Gt", value: "x" }, false],
  ];
  for (const [toleration, expected] of tolerations) {
    it(`${expected ? "tolerates" : "does not tolerate"} team=5 with ${JSON.stringify(toleration)}`, () => {
      assert.equal(tolerates([toleration], taint), expected);
    });
  }

  it("names the first taint that keeps a pod away", () => {
    const other = { key: "gpu", effect: "NoExecute" } as const;

    assert.deepEqual(untolerated([taint, other], [{ key: "team", operator: "Exists" }]), other);
    assert.equal(untolerated([], undefined), undefined);
  });
});
