import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "#controller/api/storage";
import type { NodeState, Volumes } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, nodeState, pod, problem, testZones } from "#support/builders";
import { violationsOf } from "#support/plan-checker";
import { inZone, plan, plannedNode, saidOfNode } from "#support/plans";

const [zoneA, zoneB] = testZones;
const pool = choice(nodePool(), [instanceType("m.large", { cpu: 8, memoryGi: 32 })]);
const driver = "ebs.csi.aws.com";

const mounting = (...claims: readonly string[]): Pod =>
  pod({
    metadata: { name: "one" },
    spec: { volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) },
  });

const claim = (name: string, spec: PersistentVolumeClaim["spec"], more: Partial<PersistentVolumeClaim> = {}) => ({
  metadata: { name, namespace: "default", annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
  spec,
  ...more,
});
const volumeIn = (name: string, zones: readonly string[], key: string = labels.zone): PersistentVolume => {
  const nodeSelectorTerms = zones.map((zone) => ({
    matchExpressions: [{ key, operator: "In" as const, values: [zone] }],
  }));
  return { metadata: { name }, spec: { csi: { driver }, nodeAffinity: { required: { nodeSelectorTerms } } } };
};
const storageClass = (name: string, more: Partial<StorageClass> = {}): StorageClass => ({
  ...{ metadata: { name }, provisioner: driver, volumeBindingMode: "WaitForFirstConsumer" },
  ...more,
});
const topologies = (...values: readonly string[]): StorageClass["allowedTopologies"] => [
  { matchLabelExpressions: [{ key: labels.zone, values }] },
];

function said(one: Pod, volumes: Partial<Volumes>, ...zones: readonly string[]): readonly string[] {
  const newNodes = [plannedNode(pool, [one], { requirements: zones.length === 0 ? [] : [inZone(...zones)] })];
  const all = { claims: [], volumes: [], classes: [], ...volumes };
  return violationsOf(plan({ newNodes }), problem({ pods: [one], pools: [pool], volumes: all }));
}

describe("plan checker: volumes", () => {
  it("are reached from wherever the node may be", () => {
    const bound = { claims: [claim("data", { volumeName: "v" })], volumes: [volumeIn("v", [zoneA])] };
    assert.deepEqual(said(mounting("data"), bound, zoneA), []);
    assert.deepEqual(said(mounting("data"), bound, zoneA, zoneB), [
      "default/one cannot reach v from planned node 1 as m.large, on-demand in test-zone-b",
    ]);
    const wide = { ...bound, volumes: [volumeIn("v", [zoneA, zoneB])] };
    assert.deepEqual(said(mounting("data"), wide, zoneA, zoneB), []);
    const byDriver = { ...bound, volumes: [volumeIn("v", [zoneA], "topology.ebs.csi.aws.com/zone")] };
    assert.deepEqual(said(mounting("data"), byDriver, zoneA), []);
    assert.equal(said(mounting("data"), byDriver, zoneB).length, 1);
  });

  it("are all reached, each on its own", () => {
    const two = {
      claims: [claim("a", { volumeName: "in-a" }), claim("b", { volumeName: "in-b" })],
      volumes: [volumeIn("in-a", [zoneA]), volumeIn("in-b", [zoneB])],
    };
    assert.equal(said(mounting("a", "b"), two, zoneA).length, 1);
    assert.equal(said(mounting("a"), two, zoneA).length, 0);
  });

  it("that are to be made are made where their class may", () => {
    const late = {
      claims: [claim("data", { storageClassName: "zonal" })],
      classes: [storageClass("zonal", { allowedTopologies: topologies(zoneA) })],
    };
    assert.deepEqual(said(mounting("data"), late, zoneA), []);
    assert.equal(said(mounting("data"), late, zoneB).length, 1);
    assert.deepEqual(said(mounting("data"), { ...late, classes: [storageClass("zonal")] }), []);
  });

  it("of the pod's own take the class they name, or the youngest default", () => {
    const ephemeral = (storageClassName?: string): Pod =>
      pod({
        spec: { volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate: { spec: { storageClassName } } } }] },
      });
    const isDefault = { "storageclass.kubernetes.io/is-default-class": "true" };
    const classes = [
      storageClass("old", {
        metadata: { name: "old", annotations: isDefault, creationTimestamp: "2025-01-01T00:00:00Z" },
        allowedTopologies: topologies(zoneB),
      }),
      storageClass("new", {
        metadata: { name: "new", annotations: isDefault, creationTimestamp: "2026-01-01T00:00:00Z" },
        allowedTopologies: topologies(zoneA),
      }),
    ];
    assert.deepEqual(said(ephemeral(), { classes }, zoneA), []);
    assert.equal(said(ephemeral(), { classes }, zoneB).length, 1);
    assert.deepEqual(said(ephemeral("old"), { classes }, zoneB), []);
    assert.equal(said(ephemeral("none"), { classes }, zoneB).length, 1);

    const one = ephemeral("old");
    const made = claim(`${one.metadata.name}-scratch`, { storageClassName: "old" });
    const ownerReferences = [
      { apiVersion: "v1", kind: "Pod", name: "", uid: one.metadata.uid ?? "", controller: true },
    ];
    const own = { ...made, metadata: { ...made.metadata, ownerReferences } };
    assert.equal(said(one, { classes, claims: [made] }, zoneB).length, 1);
    assert.deepEqual(said(one, { classes, claims: [own] }, zoneB), []);
  });

  it("that cannot be mounted make the pod wait", () => {
    const going = { deletionTimestamp: "2026-01-01T00:00:00Z" };
    const claims = [
      claim("going", {}, { metadata: { name: "going", namespace: "default", ...going } }),
      claim("lost", { volumeName: "v" }, { status: { phase: "Lost" } }),
      claim("dangling", { volumeName: "none" }),
      claim("dying", { volumeName: "dying" }),
      claim("classless", { storageClassName: "none" }),
      claim("at-once", { storageClassName: "at-once" }),
      claim("half", { volumeName: "whole" }, { metadata: { name: "half", namespace: "default" } }),
    ];
    const volumes = [volumeIn("whole", []), { ...volumeIn("dying", []), metadata: { name: "dying", ...going } }];
    const classes = [storageClass("at-once", { volumeBindingMode: "Immediate" })];
    for (const name of [...claims.map(({ metadata }) => metadata.name), "missing"]) {
      const [text = "", ...more] = said(mounting(name), { claims, volumes, classes }, zoneA);
      assert.match(text, new RegExp(`^default/one has to wait: volume claim default/${name} `));
      assert.deepEqual(more, []);
    }
  });

  it("on a node's own disk do not bind the pod to that node", () => {
    const local: PersistentVolume = {
      metadata: { name: "v" },
      spec: {
        local: {},
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: labels.hostname, operator: "In", values: ["gone"] }] }],
          },
        },
      },
    };
    assert.deepEqual(
      said(mounting("data"), { claims: [claim("data", { volumeName: "v" })], volumes: [local] }, zoneA),
      [],
    );
  });
});

describe("plan checker: attachments", () => {
  const claims = [
    ...["a", "b", "c"].map((name) => claim(name, { storageClassName: "late" })),
    claim("nfs", { storageClassName: "nfs" }),
    claim("old", { storageClassName: "in-tree" }),
    claim("by-id", { volumeName: "by-id" }),
    claim("by-url", { volumeName: "by-url" }),
  ];
  const persistent: readonly PersistentVolume[] = [
    { metadata: { name: "by-id" }, spec: { csi: { driver, volumeHandle: "vol-1" } } },
    { metadata: { name: "by-url" }, spec: { awsElasticBlockStore: { volumeID: `aws://${zoneA}/vol-1` } } },
  ];
  const classes = [
    storageClass("late"),
    storageClass("nfs", { provisioner: "nfs.csi.k8s.io" }),
    storageClass("in-tree", { provisioner: "kubernetes.io/aws-ebs" }),
  ];
  const volumes: Volumes = { claims, volumes: persistent, classes };
  const attaching = (one: Pod, parts: Partial<NodeState>) =>
    saidOfNode(nodeState({ name: "node", ...parts }), [one], { volumes });
  const tooMany = ["node cannot attach 2 of ebs.csi.aws.com"];

  it("are as many as the node's driver can, each volume once", () => {
    const one = { volumeLimits: { [driver]: 1 } };
    assert.deepEqual(attaching(mounting("a"), one), []);
    assert.deepEqual(attaching(mounting("a", "b"), one), tooMany);
    assert.deepEqual(attaching(mounting("a", "old"), one), tooMany);
    assert.deepEqual(attaching(mounting("a", "nfs"), one), []);
    assert.deepEqual(attaching(mounting("by-id", "by-url"), one), []);
    assert.deepEqual(attaching(mounting("a", "b"), {}), []);
  });

  it("count who is there", () => {
    const parts = {
      volumeLimits: { [driver]: 1 },
      pods: [{ ...mounting("a"), metadata: { name: "old", namespace: "default" } }],
    };
    assert.deepEqual(attaching(mounting("b"), parts), tooMany);
    assert.deepEqual(attaching(mounting("a"), parts), []);
    assert.deepEqual(attaching(mounting("nfs"), { ...parts, volumeLimits: { [driver]: 0 } }), []);
  });
});
