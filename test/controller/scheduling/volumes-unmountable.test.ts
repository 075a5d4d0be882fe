import assert from "node:assert/strict";

import type { Volumes } from "#controller/scheduling/problem";
import { podAsking, testZones } from "#support/builders";
import { pod, claim, bound, volume, volumeIn, storageClass, allowing, planWith } from "#support/volume-plans";

const [a] = testZones;

describe("volumes that cannot be mounted", () => {
  const deletionTimestamp = "2026-01-01T00:00:00Z";
  const unbound = { claims: [claim()] };
  const onAuto = volume([], { csi: { driver: "ebs.csi.eks.amazonaws.com" } });
  const refused: readonly (readonly [string, Partial<Volumes>, RegExp])[] = [
    ["without a claim", {}, /volume claim default\/data does not exist/],
    ["whose claim is going", { claims: [claim({ metadata: { deletionTimestamp } })] }, /data is being deleted/],
    ["that are lost", { claims: [bound({ status: { phase: "Lost" } })] }, /has lost its volume/],
    ["that are gone", { claims: [bound()] }, /volume pv of claim default\/data does not exist/],
    [
      "that are going",
      { claims: [bound()], volumes: [{ ...volumeIn(a), metadata: { name: "pv", deletionTimestamp } }] },
      /volume pv is being deleted/,
    ],
    ["of a class that is not there", unbound, /has no storage class gp3/],
    [
      "without a class, and none by default",
      { claims: [claim({ spec: { storageClassName: undefined } })] },
      /by default/,
    ],
    ["of no class at all", { claims: [claim({ spec: { storageClassName: "" } })], classes: [storageClass()] }, /class/],
    [
      "that bind at once and are not bound",
      { ...unbound, classes: [storageClass({ volumeBindingMode: "Immediate" })] },
      /is not bound yet, and its class binds immediately/,
    ],
    [
      "of another machine's driver, not made yet",
      { ...unbound, classes: [storageClass({ provisioner: "ebs.csi.eks.amazonaws.com" })] },
      /needs driver ebs.csi.eks.amazonaws.com/,
    ],
    ["of another machine's driver", { claims: [bound()], volumes: [onAuto] }, /needs driver ebs.csi.eks.amazonaws.com/],
    [
      "of a topology that no pool has",
      { ...unbound, classes: [storageClass(allowing("eks.amazonaws.com/compute-type", "auto"))] },
      /is for nodes with eks.amazonaws.com\/compute-type/,
    ],
  ];
  for (const [which, parts, reason] of refused) {
    it(`SCHED-023 PROV-009 leave their pod out, with a reason, and nobody else: ${which}`, () => {
      const other = podAsking({ cpu: "1" });
      const plan = planWith(parts, [pod, other]);

      assert.match(plan.unschedulable[0]?.reason ?? "", reason);
      assert.deepEqual(
        plan.newNodes.flatMap(({ pods }) => pods),
        [other],
      );
    });
  }

  it("SCHED-024 are those that a claim names and is not bound to yet", () => {
    const half = bound({ metadata: { annotations: { "pv.kubernetes.io/bind-completed": undefined } } });
    const plan = planWith({ claims: [half], volumes: [volumeIn(a)] });

    assert.match(plan.unschedulable[0]?.reason ?? "", /is not bound to volume pv yet/);
  });
});
