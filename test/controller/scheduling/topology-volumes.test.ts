import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { PersistentVolume, PersistentVolumeClaim } from "#controller/api/storage";
import {
  isIn,
  leftOver,
  planOf,
  podsOf,
  sharesBy,
  spreadOver,
  web,
  zoneA,
  zoneB,
  zoneC,
} from "#support/topology-plans";

const { zone } = labels;

const volumeIn = (where: string): PersistentVolume => ({
  metadata: { name: `volume-in-${where}` },
  spec: {
    csi: { driver: "ebs.csi.aws.com" },
    nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [isIn(zone, where)] }] } },
  },
});

const claimOn = (where: string): PersistentVolumeClaim => ({
  metadata: {
    ...{ name: `claim-in-${where}`, namespace: "default" },
    annotations: { "pv.kubernetes.io/bind-completed": "yes" },
  },
  spec: { volumeName: `volume-in-${where}` },
});

describe("spread of pods with volumes", () => {
  it("TOPO-016 goes by minDomains, each pod to the zone of its volume", () => {
    const zones = [zoneA, zoneB, zoneC];
    const pods = zones.flatMap((each) =>
      podsOf(1, web, {
        topologySpreadConstraints: [spreadOver(zone, { minDomains: 3 })],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: `claim-in-${each}` } }],
      }),
    );
    const volumes = { claims: zones.map(claimOn), volumes: zones.map(volumeIn), classes: [] };
    const plan = planOf({ pods, volumes });
    assert.equal(leftOver(plan), 0);
    assert.deepEqual(sharesBy(plan, zone, pods), [1, 1, 1]);
  });
});
