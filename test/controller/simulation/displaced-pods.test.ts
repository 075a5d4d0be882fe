import assert from "node:assert/strict";
import { annotations } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import type { PodDisruptionBudget } from "#controller/api/workloads";
import { displacedPods } from "#controller/simulation/displaced-pods";
import { disruptionBudget, podOn } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { running, seen, snapshot } from "#support/snapshots";

const going = running("web", { claim: { metadata: { deletionTimestamp: "2026-01-05T11:00:00Z" } } });
const staying = running("web");
const app = { app: "web" };

/** Whether a pod of the node that is leaving is planned for. */
function isDisplaced(pod: DeepPartial<Pod>, budgets: readonly PodDisruptionBudget[] = []): boolean {
  const one = podOn(going.node.metadata.name, {}, { metadata: { labels: app } }, pod);
  return displacedPods(snapshot({ ...seen([going]), pods: [one], budgets })).includes(one);
}

const ownedBy = (kind: string): DeepPartial<Pod> => ({
  metadata: { ownerReferences: [{ apiVersion: "apps/v1", kind, name: "owner", uid: "1", controller: true }] },
});
const deletionTimestamp = "2026-01-05T11:59:00Z";

describe("pods of nodes that are leaving", () => {
  it("SCHED-026 are planned for, those of other nodes are not", () => {
    const [leaving, other] = [podOn(going.node.metadata.name), podOn(staying.node.metadata.name)];
    const look = snapshot({ ...seen([going, staying]), pods: [leaving, other] });

    assert.deepEqual(displacedPods(look), [leaving]);
  });

  const cases: readonly (readonly [string, boolean, DeepPartial<Pod>])[] = [
    ["of a ReplicaSet", true, ownedBy("ReplicaSet")],
    ["that finished", false, { status: { phase: "Succeeded" } }],
    ["that terminates already", false, { metadata: { deletionTimestamp } }],
    [
      "of a StatefulSet that terminates already",
      true,
      { metadata: { ...ownedBy("StatefulSet").metadata, deletionTimestamp } },
    ],
    ["of a DaemonSet", false, ownedBy("DaemonSet")],
    ["of the kubelet itself", false, ownedBy("Node")],
    ["that may not be disrupted", false, { metadata: { annotations: { [annotations.doNotDisrupt]: "true" } } }],
    [
      "that might not be disrupted for an hour that is over",
      true,
      {
        metadata: { annotations: { [annotations.doNotDisrupt]: "1h" } },
        status: { startTime: "2026-01-05T10:00:00Z" },
      },
    ],
  ];
  for (const [which, expected, pod] of cases) {
    it(`SCHED-026 ${expected ? "count" : "do not count"}: one ${which}`, () => {
      assert.equal(isDisplaced(pod), expected);
    });
  }

  const budgets: readonly (readonly [string, boolean, readonly PodDisruptionBudget[]])[] = [
    ["that lets one go", true, [disruptionBudget(app, { maxUnavailable: 1 })]],
    ["that lets no more than 0 go", false, [disruptionBudget(app, { maxUnavailable: 0 })]],
    ["that lets no more than 0% go", false, [disruptionBudget(app, { maxUnavailable: "0%" })]],
    ["that keeps 100%", false, [disruptionBudget(app, { minAvailable: "100%" })]],
    ["that keeps 50%", true, [disruptionBudget(app, { minAvailable: "50%" })]],
    ["for other pods", true, [disruptionBudget({ app: "other" }, { maxUnavailable: 0 })]],
    [
      "and a second one",
      false,
      [disruptionBudget(app, { maxUnavailable: 1 }), disruptionBudget(app, { maxUnavailable: 1 })],
    ],
  ];
  for (const [which, expected, over] of budgets) {
    it(`SCHED-027 ${expected ? "count" : "do not count"} under a budget ${which}`, () => {
      assert.equal(isDisplaced({}, over), expected);
    });
  }

  it("SCHED-027 count under a blocking budget of another namespace", () => {
    const budget = disruptionBudget(app, { maxUnavailable: 0 });

    assert.equal(isDisplaced({}, [{ ...budget, metadata: { ...budget.metadata, namespace: "other" } }]), true);
  });
});
