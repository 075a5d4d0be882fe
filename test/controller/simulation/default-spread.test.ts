import assert from "node:assert/strict";
import type { KubeObject, Labels, LabelSelector, OwnerReference } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { Pod, TopologySpreadConstraint } from "#controller/api/pod";
import type { DefaultSpread } from "#controller/api/scheduler-config";
import type { ReplicaSet, ReplicationController, Service, StatefulSet } from "#controller/api/workloads";
import { withDefaultSpread } from "#controller/simulation/default-spread";
import { pod } from "#support/builders";
import { nextName } from "#support/names";

const zonal: DefaultSpread = {
  maxSkew: 1,
  topologyKey: labels.zone,
  whenUnsatisfiable: "DoNotSchedule",
  minDomains: 2,
};
const perHost: DefaultSpread = { maxSkew: 3, topologyKey: labels.hostname, whenUnsatisfiable: "ScheduleAnyway" };

interface Sources {
  readonly services?: readonly Service[];
  readonly replicationControllers?: readonly ReplicationController[];
  readonly replicaSets?: readonly ReplicaSet[];
  readonly statefulSets?: readonly StatefulSet[];
}

const spread = (pods: readonly Pod[], sources: Sources = {}, defaults: readonly DefaultSpread[] = [zonal]) =>
  withDefaultSpread(pods, defaults, {
    ...{ services: [], replicationControllers: [], replicaSets: [], statefulSets: [] },
    ...sources,
  });
const constraintsOf = ([first]: readonly Pod[]): readonly TopologySpreadConstraint[] | undefined =>
  first?.spec.topologySpreadConstraints;
const selectorOf = (one: Pod, sources: Sources): LabelSelector | undefined =>
  constraintsOf(spread([one], sources))?.[0]?.labelSelector;

const named = (namespace = "default"): KubeObject => ({ metadata: { name: nextName("object"), namespace } });
const service = (selector?: Labels, namespace?: string): Service => ({
  ...named(namespace),
  spec: selector === undefined ? {} : { selector },
});
const owner = (selector: LabelSelector, namespace?: string): ReplicaSet & StatefulSet => ({
  ...named(namespace),
  spec: { selector },
});
const controller = (selector: Labels): ReplicationController => ({ ...named(), spec: { selector } });

const reference = ({ metadata }: KubeObject, kind: string, apiVersion = "apps/v1"): OwnerReference => ({
  ...{ apiVersion, kind, name: metadata.name, uid: metadata.name },
  controller: true,
});
const web = { app: "web" };
const podOf = (own: Labels, ...ownerReferences: readonly OwnerReference[]): Pod =>
  pod({ metadata: { labels: own, ownerReferences } });

describe("default spread: the selector of a pod's owner", () => {
  const selector: LabelSelector = {
    matchLabels: { ...web, "pod-template-hash": "5d4" },
    matchExpressions: [{ key: "tier", operator: "NotIn", values: ["test"] }],
  };
  const set = owner(selector);

  it("SCHED-034 TOPO-014 is taken as it is from a ReplicaSet and a StatefulSet, so that each revision spreads by itself", () => {
    const member = (kind: string) => podOf({ ...web, "pod-template-hash": "5d4" }, reference(set, kind));

    assert.deepEqual(selectorOf(member("ReplicaSet"), { replicaSets: [set] }), selector);
    assert.deepEqual(selectorOf(member("StatefulSet"), { statefulSets: [set] }), selector);
  });

  it("SCHED-034 is that of a ReplicationController", () => {
    const replication = controller(web);
    const member = podOf(web, reference(replication, "ReplicationController", "v1"));

    assert.deepEqual(selectorOf(member, { replicationControllers: [replication] }), { matchLabels: web });
  });

  const ignored: readonly (readonly [string, Pod, Sources])[] = [
    ["an owner of another kind", podOf(web, reference(set, "Job", "batch/v1")), { replicaSets: [set] }],
    ["a kind of the same name elsewhere", podOf(web, reference(set, "ReplicaSet", "x.io/v1")), { replicaSets: [set] }],
    [
      "an owner that does not control",
      podOf(web, { ...reference(set, "ReplicaSet"), controller: false }),
      { replicaSets: [set] },
    ],
    ["an owner that is gone", podOf(web, reference(set, "ReplicaSet")), {}],
    [
      "an owner in another namespace",
      podOf(web, reference(owner(selector, "other"), "ReplicaSet")),
      { replicaSets: [set] },
    ],
    [
      "an owner that selects nothing in particular",
      podOf(web, reference(set, "StatefulSet")),
      { statefulSets: [{ ...set, spec: { selector: {} } }] },
    ],
    ["no owner", podOf(web), { replicaSets: [set] }],
  ];
  for (const [which, one, sources] of ignored) {
    it(`SCHED-034 is not deduced from ${which}, and the pod stays as it is`, () => {
      assert.deepEqual(spread([one], sources), [one]);
    });
  }
});

describe("default spread: the selectors of Services", () => {
  it("SCHED-035 TOPO-014 are merged, those that select the pod", () => {
    const services = [service(web), service({ tier: "front" }), service({ app: "other" })];

    assert.deepEqual(selectorOf(podOf({ ...web, tier: "front", version: "2" }), { services }), {
      matchLabels: { ...web, tier: "front" },
    });
  });

  it("SCHED-035 are not deduced from one without a selector, with an empty one, or of another namespace", () => {
    for (const each of [service(), service({}), service(web, "other")]) {
      assert.equal(selectorOf(podOf(web), { services: [each] }), undefined);
    }
  });

  it("SCHED-035 hold together with the owner's", () => {
    const set = owner({ matchLabels: { hash: "1" }, matchExpressions: [{ key: "tier", operator: "Exists" }] });
    const member = podOf({ ...web, hash: "1", tier: "front" }, reference(set, "ReplicaSet"));

    assert.deepEqual(selectorOf(member, { services: [service(web)], replicaSets: [set] }), {
      matchLabels: web,
      matchExpressions: [
        { key: "hash", operator: "In", values: ["1"] },
        { key: "tier", operator: "Exists" },
      ],
    });
  });

  it("SCHED-036 give way to a ReplicationController's labels", () => {
    const replication = controller({ app: "legacy" });
    const member = podOf(web, reference(replication, "ReplicationController", "v1"));

    assert.deepEqual(selectorOf(member, { services: [service(web)], replicationControllers: [replication] }), {
      matchLabels: { app: "legacy" },
    });
  });

  it("SCHED-036 and a ReplicaSet's that contradict them select nothing", () => {
    const set = owner({ matchLabels: { app: "legacy" } });
    const member = podOf(web, reference(set, "ReplicaSet"));

    assert.deepEqual(selectorOf(member, { services: [service(web)], replicaSets: [set] }), {
      matchLabels: web,
      matchExpressions: [{ key: "app", operator: "In", values: ["legacy"] }],
    });
  });
});

describe("default spread", () => {
  it("SCHED-037 tells pods of other labels or another namespace apart", () => {
    const services = [service(web), service({ tier: "front" }), service({ ...web, team: "a" }, "other")];
    const elsewhere = pod({ metadata: { namespace: "other", labels: { ...web, team: "a" } } });
    const pods = spread([podOf(web), podOf({ ...web, tier: "front" }), podOf({ tier: "front" }), elsewhere], {
      services,
    });

    assert.deepEqual(
      pods.map(({ spec }) => spec.topologySpreadConstraints?.[0]?.labelSelector?.matchLabels),
      [web, { ...web, tier: "front" }, { tier: "front" }, { ...web, team: "a" }],
    );
  });

  it("SCHED-037 tells owners of one name apart by their kind", () => {
    const set = owner({ matchLabels: { kind: "set" } });
    const twin: StatefulSet = { ...set, spec: { selector: { matchLabels: { kind: "stateful" } } } };
    const pods = ["ReplicaSet", "StatefulSet"].map((kind) => podOf(web, reference(set, kind)));

    assert.deepEqual(
      spread(pods, { replicaSets: [set], statefulSets: [twin] }).map(
        (each) => constraintsOf([each])?.[0]?.labelSelector,
      ),
      [{ matchLabels: { kind: "set" } }, { matchLabels: { kind: "stateful" } }],
    );
  });

  it("SCHED-038 leaves pods that have constraints of their own", () => {
    const own: TopologySpreadConstraint = { ...perHost, labelSelector: { matchLabels: web } };
    const one = pod({ metadata: { labels: web }, spec: { topologySpreadConstraints: [own] } });

    assert.deepEqual(spread([one], { services: [service(web)] }), [one]);
  });

  it("SCHED-038 is nothing unless configured", () => {
    const pods = [podOf(web)];

    assert.equal(spread(pods, { services: [service(web)] }, []), pods);
  });

  it("SCHED-038 gives each pod a list of its own, with every field as configured, and changes no pod", () => {
    const pods = [podOf(web), podOf(web)];
    const before = structuredClone(pods);
    const [one, other] = spread(pods, { services: [service(web)] }, [zonal, perHost]);
    const labelSelector = { matchLabels: web };

    assert.deepEqual(one?.spec.topologySpreadConstraints, [
      { ...zonal, labelSelector },
      { ...perHost, labelSelector },
    ]);
    assert.notEqual(one.spec.topologySpreadConstraints, other?.spec.topologySpreadConstraints);
    assert.deepEqual(pods, before);
  });

  it("is the same pod again as long as neither pod nor constraints change", () => {
    const labelled = pod({ metadata: { labels: { app: "web" } } });
    const services = [service({ app: "web" })];
    const [first] = spread([labelled], { services });
    const copies = [
      ...spread([labelled], { services }),
      ...spread([{ ...labelled }], { services }),
      ...spread([labelled], { services }, [perHost]),
    ];

    assert.notEqual(first, labelled);
    assert.deepEqual(
      copies.map((copy) => copy === first),
      [true, false, false],
    );
  });
});
