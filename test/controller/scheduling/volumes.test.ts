import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod, PodVolume } from "#controller/api/pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "#controller/api/storage";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem, Volumes } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, nodeState, podAsking, problem, testZones } from "#support/builders";
import { type DeepPartial, merge } from "#support/merge";
import { solved } from "#support/solved";

const pools = [choice(nodePool(), [instanceType("small", { cpu: 2, memoryGi: 8 })])];
const [a, b, c] = testZones;
const mounts = (...names: readonly string[]): PodVolume[] =>
  names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
const pod = merge(podAsking({ cpu: "1" }, { volumes: mounts("data") }), { metadata: { name: "consumer" } });

/** A claim called `data`, waiting for its first consumer in class `gp3`. */
const claim = (...overrides: readonly DeepPartial<PersistentVolumeClaim>[]): PersistentVolumeClaim =>
  merge<PersistentVolumeClaim>(
    {
      metadata: { name: "data", namespace: "default" },
      spec: { storageClassName: "gp3" },
      status: { phase: "Pending" },
    },
    ...overrides,
  );
/** The same, bound to the volume `pv`. */
const bound = (...overrides: readonly DeepPartial<PersistentVolumeClaim>[]): PersistentVolumeClaim =>
  claim(
    {
      metadata: { annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
      spec: { volumeName: "pv" },
      status: { phase: "Bound" },
    },
    ...overrides,
  );
type Terms = NonNullable<NonNullable<PersistentVolume["spec"]["nodeAffinity"]>["required"]>["nodeSelectorTerms"];
const inZone = (zone: string, key = "topology.ebs.csi.aws.com/zone"): Terms[number] => ({
  matchExpressions: [{ key, operator: "In", values: [zone] }],
});
const onHost = (name: string): Terms[number] => ({
  matchExpressions: [{ key: labels.hostname, operator: "In", values: [name] }],
});
/** A volume `pv` of the EBS driver, unless told otherwise. */
const volume = (nodeSelectorTerms: Terms = [], spec: PersistentVolume["spec"] = ebs): PersistentVolume => ({
  metadata: { name: "pv" },
  spec: { ...spec, ...(nodeSelectorTerms.length > 0 && { nodeAffinity: { required: { nodeSelectorTerms } } }) },
});
const ebs: PersistentVolume["spec"] = { csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-1" } };
const volumeIn = (...zones: readonly string[]): PersistentVolume => volume(zones.map((zone) => inZone(zone)));
const storageClass = (parts: Partial<StorageClass> = {}): StorageClass => ({
  metadata: { name: "gp3" },
  provisioner: "ebs.csi.aws.com",
  volumeBindingMode: "WaitForFirstConsumer",
  ...parts,
});
const allowing = (key: string, ...zones: readonly string[]): Partial<StorageClass> => ({
  allowedTopologies: zones.map((zone) => ({ matchLabelExpressions: [{ key, values: [zone] }] })),
});

const problemWith = (parts: Partial<Volumes>, pods: readonly Pod[] = [pod]): Problem =>
  problem({ pods, pools, volumes: { claims: [], volumes: [], classes: [], ...parts } });

const planWith = (parts: Partial<Volumes>, pods: readonly Pod[] = [pod]): Plan => solved(problemWith(parts, pods));
const zoneOf = (plan: Plan): string | undefined => plan.newNodes[0]?.cheapest.offering.zone;
const zonesOf = (plan: Plan): readonly string[] | undefined =>
  plan.newNodes[0]?.requirements.find(({ key }) => key === labels.zone)?.values;

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

describe("volumes on a node that can attach only so many", () => {
  const classes = [storageClass()];
  const limited = [nodeState({ name: "there", volumeLimits: { "ebs.csi.aws.com": 2 } })];
  const disk = (name: string) => claim({ metadata: { name } });
  const users = (...names: readonly string[]) =>
    names.map((name) => podAsking({ cpu: "100m" }, { volumes: mounts(name) }));

  it("SCHED-023 are no more than that; the rest gets a new node", () => {
    const claims = ["a", "b", "c"].map(disk);
    const plan = solved({ ...problemWith({ claims, classes }, users("a", "b", "c")), nodes: limited });

    assert.deepEqual([plan.existing.get("there")?.length, plan.newNodes.length], [2, 1]);
  });

  it("SCHED-023 count once for all pods that share them", () => {
    const plan = solved({
      ...problemWith({ claims: [disk("a")], classes }, users("a", "a", "a", "a")),
      nodes: limited,
    });

    assert.equal(plan.existing.get("there")?.length, 4);
  });

  it("SCHED-023 of other drivers do not count", () => {
    const nfs = { ...volume([], {}), metadata: { name: "pv" } };
    const claims = [
      bound({ metadata: { name: "a" } }),
      bound({ metadata: { name: "b" } }),
      bound({ metadata: { name: "c" } }),
    ];
    const plan = solved({ ...problemWith({ claims, volumes: [nfs] }, users("a", "b", "c")), nodes: limited });

    assert.equal(plan.existing.get("there")?.length, 3);
  });

  it("SCHED-025 count under the driver that serves in-tree volumes now", () => {
    const claims = ["a", "b", "c"].map(disk);
    const inTree = [storageClass({ provisioner: "kubernetes.io/aws-ebs" })];
    const plan = solved({ ...problemWith({ claims, classes: inTree }, users("a", "b", "c")), nodes: limited });

    assert.deepEqual([plan.existing.get("there")?.length, plan.newNodes.length], [2, 1]);
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
