import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "#controller/api/storage";
import type { Plan } from "#controller/scheduling/plan";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, podAsking, problem, testZones } from "#support/builders";

const pools = [choice(nodePool(), [instanceType("small", { cpu: 2, memoryGi: 8 })])];
const pod = podAsking({ cpu: "1" }, { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] });
const [, b, c] = testZones;

const claim = (
  spec: PersistentVolumeClaim["spec"],
  phase: "Bound" | "Pending" | "Lost" = "Pending",
): PersistentVolumeClaim => ({
  metadata: { name: "data", namespace: "default" },
  spec,
  status: { phase },
});
const volumeIn = (...zones: readonly string[]): PersistentVolume => ({
  metadata: { name: "pv" },
  spec: {
    csi: { driver: "ebs.csi.aws.com" },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: zones.map((zone) => ({
          matchExpressions: [{ key: "topology.ebs.csi.aws.com/zone", operator: "In", values: [zone] }],
        })),
      },
    },
  },
});
const storageClass = (parts: Partial<StorageClass> = {}): StorageClass => ({
  metadata: { name: "gp3" },
  provisioner: "ebs.csi.aws.com",
  volumeBindingMode: "WaitForFirstConsumer",
  ...parts,
});

interface Parts {
  readonly claims?: readonly PersistentVolumeClaim[];
  readonly volumes?: readonly PersistentVolume[];
  readonly classes?: readonly StorageClass[];
}

const planWith = ({ claims = [], volumes = [], classes = [] }: Parts): Plan =>
  schedule(problem({ pods: [pod], pools, volumes: { claims, volumes, classes } }));
const zoneOf = (plan: Plan): string | undefined => plan.newNodes[0]?.cheapest.offering.zone;

describe("volumes", () => {
  it("PROV-009 pull their pod to the zone they are in", () => {
    const claims = [claim({ volumeName: "pv" }, "Bound")];

    assert.equal(zoneOf(planWith({ claims, volumes: [volumeIn(c)] })), c);
    assert.equal(zoneOf(planWith({ claims, volumes: [volumeIn("nowhere", b)] })), b);
    assert.equal(zoneOf(planWith({ claims, volumes: [volumeIn("nowhere")] })), undefined);
  });

  it("PROV-009 not made yet go where their class allows", () => {
    const claims = [claim({ storageClassName: "gp3" })];
    const allowedTopologies = [{ matchLabelExpressions: [{ key: labels.zone, values: [b] }] }];

    assert.equal(zoneOf(planWith({ claims, classes: [storageClass({ allowedTopologies })] })), b);
    assert.equal(zoneOf(planWith({ claims, classes: [storageClass()] })), testZones[0]);
  });

  it("SCHED-023 take the newest default class when they name none", () => {
    const isDefault = { "storageclass.kubernetes.io/is-default-class": "true" };
    const named = (name: string, creationTimestamp: string, zone: string): StorageClass =>
      storageClass({
        metadata: { name, creationTimestamp, annotations: isDefault },
        allowedTopologies: [{ matchLabelExpressions: [{ key: labels.zone, values: [zone] }] }],
      });
    const classes = [named("new", "2026-02-01T00:00:00Z", c), named("old", "2026-01-01T00:00:00Z", b)];

    assert.equal(zoneOf(planWith({ claims: [claim({})], classes })), c);
  });

  const refused: readonly (readonly [string, Parts, RegExp])[] = [
    ["that do not exist", {}, /volume claim default\/data does not exist/],
    ["that are lost", { claims: [claim({ volumeName: "pv" }, "Lost")] }, /has lost its volume/],
    [
      "whose volume is gone",
      { claims: [claim({ volumeName: "pv" }, "Bound")] },
      /volume pv of claim default\/data does not exist/,
    ],
    ["without a class", { claims: [claim({ storageClassName: "gp3" })] }, /has no storage class gp3/],
    [
      "that bind at once and are not bound",
      { claims: [claim({ storageClassName: "gp3" })], classes: [storageClass({ volumeBindingMode: "Immediate" })] },
      /is not bound yet/,
    ],
  ];
  for (const [which, parts, reason] of refused) {
    it(`SCHED-023 ${which} leave their pod out, with a reason, and nobody else`, () => {
      const other = podAsking({ cpu: "1" });
      const { claims = [], volumes = [], classes = [] } = parts;
      const plan = schedule(problem({ pods: [pod, other], pools, volumes: { claims, volumes, classes } }));

      assert.match(plan.unschedulable[0]?.reason ?? "", reason);
      assert.deepEqual(
        plan.newNodes.flatMap(({ pods }) => pods),
        [other],
      );
    });
  }
});
