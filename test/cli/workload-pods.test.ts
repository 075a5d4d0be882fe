import assert from "node:assert/strict";
import type { Pod } from "#controller/api/pod";
import { expand } from "#cli/workload-pods";
import { pod } from "#support/builders";

type Workloads = Parameters<typeof expand>[0];

const nothing: Workloads = { Pod: [], Deployment: [], ReplicaSet: [], StatefulSet: [], Job: [] };
const podsOf = (workloads: Partial<Workloads>): readonly Pod[] => expand({ ...nothing, ...workloads }).pods;
const namesOf = (pods: readonly Pod[]): readonly string[] => pods.map(({ metadata }) => metadata.name);

const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main" }] } };
const selector = { matchLabels: { app: "web" } };
const metadata = { name: "web", namespace: "shop", uid: "uid-of-web" };
const web = { metadata, spec: { replicas: 3, selector, template } };

/** A pod of the workload that is there already. */
const made = (kind: string, name: string, owner = "web"): Pod =>
  pod({
    metadata: {
      ...{ name, namespace: "shop", labels: { app: "web" } },
      ownerReferences: [{ apiVersion: "apps/v1", kind, name: owner, uid: `uid-of-${owner}`, controller: true }],
    },
    spec: { nodeName: "node-1" },
  });

describe("pods of workloads", () => {
  it("are as many as the Deployment has replicas, each with a name of its own, owned by its ReplicaSet", () => {
    const pods = podsOf({ Deployment: [web] });
    const [first] = pods;

    assert.equal(new Set(namesOf(pods)).size, 3);
    assert.ok(first);
    const hash = first.metadata.labels?.["pod-template-hash"] ?? "";
    assert.match(hash, /^[a-z0-9]{6}$/);
    assert.match(first.metadata.name, new RegExp(`^web-${hash}-[a-z0-9]{5}$`));
    assert.deepEqual(first.metadata.labels, { app: "web", "pod-template-hash": hash });
    assert.equal(first.metadata.namespace, "shop");
    assert.deepEqual(
      first.metadata.ownerReferences?.map(({ kind, name, controller }) => [kind, name, controller]),
      [["ReplicaSet", `web-${hash}`, true]],
    );
    assert.equal(first.spec, template.spec);
  });

  it("differ in their hash when the template differs", () => {
    const other = { ...template, spec: { containers: [{ name: "other" }] } };
    const hashes = [template, other].map(
      (each) => podsOf({ Deployment: [{ ...web, spec: { ...web.spec, template: each } }] })[0]?.metadata.labels,
    );

    assert.notDeepEqual(hashes[0], hashes[1]);
  });

  it("are one where nobody says how many, and none where none are wanted", () => {
    const spec = { selector, template };

    assert.equal(podsOf({ Deployment: [{ metadata, spec }] }).length, 1);
    assert.equal(podsOf({ ReplicaSet: [{ metadata, spec: { ...spec, replicas: 0 } }] }).length, 0);
  });

  it("are only those that are missing", () => {
    const running = [made("ReplicaSet", "web-abc-1", "web-abc"), made("ReplicaSet", "web-abc-2", "web-abc")];
    const finished = { ...made("ReplicaSet", "web-abc-3", "web-abc"), status: { phase: "Failed" as const } };

    assert.equal(podsOf({ Deployment: [web], Pod: [...running, finished] }).length, 1);
    assert.equal(podsOf({ ReplicaSet: [web], Pod: [made("ReplicaSet", "web-bbbbb")] }).length, 2);
  });

  it("never take the name of one that is there", () => {
    const pods = podsOf({ ReplicaSet: [web], Pod: [made("ReplicaSet", "web-bbbbb")] });

    assert.deepEqual(namesOf(pods), ["web-bbbbc", "web-bbbbd"]);
  });

  it("are counted once where a Deployment comes with its ReplicaSet", () => {
    const set = {
      metadata: {
        ...{ name: "web-abc", namespace: "shop" },
        ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "uid-of-web" }],
      },
      spec: web.spec,
    };
    const pods = podsOf({ Deployment: [web], ReplicaSet: [set] });

    assert.deepEqual(namesOf(pods), ["web-abc-bbbbb", "web-abc-bbbbc", "web-abc-bbbbd"]);
  });

  it("count up in a StatefulSet, from where it starts, around those that are there", () => {
    const set = { ...web, spec: { ...web.spec, ordinals: { start: 5 } } };
    const pods = podsOf({ StatefulSet: [set], Pod: [made("StatefulSet", "web-6")] });

    assert.deepEqual(namesOf(pods), ["web-5", "web-7"]);
    assert.equal(pods[1]?.metadata.labels?.["apps.kubernetes.io/pod-index"], "7");
    assert.equal(pods[1].metadata.labels["statefulset.kubernetes.io/pod-name"], "web-7");
  });

  it("get a volume claim each from a StatefulSet's templates", () => {
    const claim = { metadata: { name: "data" }, spec: { storageClassName: "gp3" } };
    const set = { ...web, spec: { ...web.spec, replicas: 1, volumeClaimTemplates: [claim] } };
    const { pods, volumeClaims } = expand({ ...nothing, StatefulSet: [set] });

    assert.deepEqual(pods[0]?.spec.volumes, [{ name: "data", persistentVolumeClaim: { claimName: "data-web-0" } }]);
    assert.deepEqual(
      volumeClaims.map((each) => [each.metadata.namespace, each.metadata.name, each.spec]),
      [["shop", "data-web-0", { storageClassName: "gp3" }]],
    );
  });

  const jobs: readonly (readonly [what: string, job: object, status: object, count: number])[] = [
    ["its parallelism", { parallelism: 4 }, {}, 4],
    ["one when it says nothing", {}, {}, 1],
    ["no more than it has to complete", { parallelism: 4, completions: 3 }, {}, 3],
    ["no more than it still has to complete", { parallelism: 4, completions: 3 }, { succeeded: 2 }, 1],
    ["none while it is suspended", { parallelism: 4, suspend: true }, {}, 0],
    ["none once it is over", { parallelism: 4 }, { conditions: [{ type: "Complete", status: "True" }] }, 0],
  ];
  for (const [what, spec, status, count] of jobs) {
    it(`are, of a Job, ${what}`, () => {
      const pods = podsOf({ Job: [{ metadata, spec: { template, ...spec }, status }] });

      assert.equal(pods.length, count);
      assert.ok(pods.every(({ metadata: { labels } }) => labels?.["batch.kubernetes.io/job-name"] === "web"));
    });
  }
});
