import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { PersistentVolume, StorageClass } from "#controller/api/storage";
import { podAsking, testZones } from "#support/builders";
import { merge } from "#support/merge";
import {
  mounts,
  claim,
  bound,
  type Terms,
  inZone,
  onHost,
  volume,
  volumeIn,
  storageClass,
  allowing,
  planWith,
  zoneOf,
  zonesOf,
} from "#support/volume-plans";

const [a, b, c] = testZones;

describe("volumes", () => {
  it("PROV-009 SCHED-023 pull their pod to the zones they are in", () => {
    const claims = [bound()];

    assert.equal(zoneOf(planWith({ claims, volumes: [volumeIn(c)] })), c);
    assert.equal(zoneOf(planWith({ claims, volumes: [volumeIn("nowhere", b)] })), b);
    assert.equal(zoneOf(planWith({ claims, volumes: [volumeIn("nowhere")] })), undefined);
    assert.deepEqual(zonesOf(planWith({ claims, volumes: [volumeIn(c, b)] })), [b, c]);
    assert.equal(zoneOf(planWith({ claims, volumes: [volume()] })), a);
  });

  it("PROV-009 SCHED-023 not made yet go where their class allows", () => {
    const claims = [claim()];
    const where = (parts: Partial<StorageClass>) => planWith({ claims, classes: [storageClass(parts)] });

    assert.equal(zoneOf(where({})), a);
    assert.equal(zoneOf(where({ allowedTopologies: [{}] })), a);
    assert.equal(zoneOf(where(allowing(labels.zone, b))), b);
    assert.equal(zoneOf(where(allowing("topology.ebs.csi.aws.com/zone", "nowhere", c))), c);
    assert.deepEqual(zonesOf(where(allowing(labels.zone, c, b))), [b, c]);
  });

  it("PROV-009 do not let a preference of the pod for a zone move them", () => {
    const affinity = {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: inZone(a, labels.zone) }],
      },
    };
    const eager = podAsking({ cpu: "1" }, { volumes: mounts("data"), affinity });

    assert.equal(zoneOf(planWith({ claims: [bound()], volumes: [volumeIn(c)] }, [eager])), c);
  });

  it("PROV-009 are where their pod may not be: then it waits, with a reason", () => {
    const picky = podAsking({ cpu: "1" }, { volumes: mounts("data"), nodeSelector: { [labels.zone]: a } });
    const plan = planWith({ claims: [bound()], volumes: [volumeIn(c)] }, [picky]);

    assert.match(plan.unschedulable[0]?.reason ?? "", /topology.kubernetes.io\/zone/);
  });

  it("PROV-009 of other kinds than claims stand nowhere in particular", () => {
    assert.equal(zoneOf(planWith({}, [podAsking({ cpu: "1" }, { volumes: [{ name: "scratch" }] })])), a);
  });

  it("SCHED-023 together allow what each allows", () => {
    const both = podAsking({ cpu: "1" }, { volumes: mounts("data", "logs") });
    const logs = claim({ metadata: { name: "logs" }, spec: { storageClassName: "zonal" } });
    const plan = (volumes: PersistentVolume, ...zones: readonly string[]) =>
      planWith(
        {
          claims: [bound(), logs],
          volumes: [volumes],
          classes: [storageClass({ metadata: { name: "zonal" }, ...allowing(labels.zone, ...zones) })],
        },
        [both],
      );

    assert.deepEqual(zonesOf(plan(volumeIn(a, b), b, c)), [b]);
    assert.match(
      plan(volumeIn(a), b, c).unschedulable[0]?.reason ?? "",
      /volume logs is where the volumes before it are not/,
    );
  });

  it("SCHED-023 take the newest default class when they name none", () => {
    const isDefault = { "storageclass.kubernetes.io/is-default-class": "true" };
    const named = (name: string, creationTimestamp: string, zone: string): StorageClass =>
      storageClass({
        metadata: { name, creationTimestamp, annotations: isDefault },
        ...allowing(labels.zone, zone),
      });
    const classes = [named("new", "2026-02-01T00:00:00Z", c), named("old", "2026-01-01T00:00:00Z", b)];

    assert.equal(zoneOf(planWith({ claims: [claim({ spec: { storageClassName: undefined } })], classes })), c);
    assert.equal(zoneOf(planWith({ claims: [claim({ spec: { storageClassName: "old" } })], classes })), b);
  });
});

describe("volumes of pods that are spread", () => {
  it("TOPO-016 put each pod into the zone of its volume, and all zones count", () => {
    const app = { app: "store" };
    const spread = { maxSkew: 1, topologyKey: labels.zone, whenUnsatisfiable: "DoNotSchedule", minDomains: 3 } as const;
    const names = testZones.map((_, i) => `data-${i}`);
    const pods = names.map((name) =>
      merge(
        podAsking(
          { cpu: "1" },
          { volumes: mounts(name), topologySpreadConstraints: [{ ...spread, labelSelector: { matchLabels: app } }] },
        ),
        { metadata: { labels: app } },
      ),
    );
    const claims = names.map((name) => bound({ metadata: { name }, spec: { volumeName: `pv-of-${name}` } }));
    const volumes = names.map((name, i) => ({
      ...volumeIn(testZones[i] ?? a),
      metadata: { name: `pv-of-${name}` },
    }));
    const plan = planWith({ claims, volumes }, pods);

    assert.deepEqual(plan.newNodes.map(({ cheapest }) => cheapest.offering.zone).toSorted(), [...testZones]);
  });
});

describe("volumes on a node's own disk", () => {
  const local = { local: { path: "/mnt" } };
  const hostPath = { hostPath: { path: "/mnt" } };
  for (const [kind, spec] of [
    ["local", local],
    ["hostPath", hostPath],
  ] as const) {
    it(`PROV-010 SCHED-024 do not pin their pod to that node: ${kind}`, () => {
      const where = (...terms: Terms) => planWith({ claims: [bound()], volumes: [volume(terms, spec)] });
      const [onOne, inB] = [onHost("gone"), inZone(b, labels.zone)];
      const together = { matchExpressions: [...(onOne.matchExpressions ?? []), ...(inB.matchExpressions ?? [])] };

      assert.equal(zoneOf(where(onOne)), a);
      assert.equal(zoneOf(where(together)), b);
      assert.equal(where(onOne, inB).newNodes.length, 1);
    });
  }

  it("PROV-009 are the only ones that let go of a host", () => {
    const plan = planWith({ claims: [bound()], volumes: [volume([onHost("elsewhere")])] });

    assert.equal(plan.newNodes.length, 0);
  });
});

describe("volumes of the time before CSI", () => {
  const inTree = { awsElasticBlockStore: { volumeID: "aws://test-zone-c/vol-1" } };

  it("SCHED-025 stand in the zone of their affinity or of their labels", () => {
    const where = (terms: Terms, labelled: Readonly<Record<string, string>> = {}) => {
      const { spec } = volume(terms, inTree);
      return planWith({ claims: [bound()], volumes: [{ metadata: { name: "pv", labels: labelled }, spec }] });
    };
    const beta = "failure-domain.beta.kubernetes.io/zone";

    assert.equal(zoneOf(where([inZone(c, beta)])), c);
    assert.equal(zoneOf(where([], { [beta]: c })), c);
    assert.deepEqual(zonesOf(where([], { [labels.zone]: `${b}__${c}` })), [b, c]);
    assert.equal(zoneOf(where([inZone(b, beta)], { [beta]: c })), undefined);
  });
});
