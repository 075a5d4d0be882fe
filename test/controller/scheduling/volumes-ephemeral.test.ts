import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import type { PersistentVolumeClaim } from "#controller/api/storage";
import { schedule } from "#controller/scheduling/schedule";
import { podAsking, testZones } from "#support/builders";
import { type DeepPartial } from "#support/merge";
import { bound, volumeIn, storageClass, allowing, problemWith, planWith, zoneOf } from "#support/volume-plans";

const [, b, c] = testZones;

describe("volumes that come with their pod", () => {
  const withScratch = (storageClassName?: string, spec: Partial<Pod["spec"]> = {}): Pod =>
    podAsking(
      { cpu: "1" },
      {
        volumes: [
          {
            name: "scratch",
            ephemeral: { volumeClaimTemplate: { spec: storageClassName === undefined ? {} : { storageClassName } } },
          },
        ],
        ...spec,
      },
    );
  const claimOf = ({ metadata: { name, uid = "" } }: Pod, controls = true): DeepPartial<PersistentVolumeClaim> => ({
    metadata: {
      name: `${name}-scratch`,
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name, uid, controller: controls }],
    },
  });
  const isDefault = { "storageclass.kubernetes.io/is-default-class": "true" };
  const classes = [
    storageClass({ ...allowing(labels.zone, b) }),
    storageClass({ metadata: { name: "other", annotations: isDefault }, ...allowing(labels.zone, c) }),
  ];

  it("SCHED-023 PROV-009 go where their template's class allows, or the default class", () => {
    assert.equal(zoneOf(planWith({ classes }, [withScratch("gp3")])), b);
    assert.equal(zoneOf(planWith({ classes }, [withScratch()])), c);
  });

  for (const name of ["", "missing"]) {
    it(`SCHED-024 of class ${JSON.stringify(name)} leave their pod out until they are bound`, () => {
      const one = withScratch(name);
      const claims = [bound(claimOf(one), { spec: { storageClassName: name } })];

      assert.match(planWith({ classes }, [one]).unschedulable[0]?.reason ?? "", /has no storage class/);
      assert.equal(zoneOf(planWith({ classes, claims, volumes: [volumeIn(c)] }, [one])), c);
    });
  }

  it("PROV-009 do not hold the successor of a pod that runs in the zone where they are", () => {
    const one = withScratch("gp3", { nodeName: "leaving" });
    const claims = [bound(claimOf(one))];

    assert.equal(zoneOf(schedule(problemWith({ classes, claims, volumes: [volumeIn(c)] }, [one]))), b);
  });

  it("leave their pod out when their claim's name is taken by somebody else", () => {
    const one = withScratch("gp3");
    const plan = planWith({ classes, claims: [bound(claimOf(one, false))], volumes: [volumeIn(c)] }, [one]);

    assert.match(plan.unschedulable[0]?.reason ?? "", /is not of the pod's making/);
  });
});
