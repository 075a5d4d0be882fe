import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import { problemOf } from "#controller/simulation/problem";
import type { Problem } from "#controller/scheduling/problem";
import { Intentions } from "#controller/state/intentions";
import { snapshotOf } from "#controller/state/snapshot";
import { readCatalog } from "#catalog/ec2-catalog";
import { observe, scenarioOf } from "#cli/scenario";
import { objectsOf } from "#cli/scenario-objects";
import { node, nodePool, pod, podOn } from "#support/builders";
import { catalogOf } from "#support/command-line";

const ec2 = readCatalog(catalogOf());
const place = { region: "us-east-1", zones: ["us-east-1a"] };

/** What the scheduler is asked when a file has these objects. */
function problemIn(...values: readonly object[]): Problem {
  const found = values.map((value, index) => ({ where: `document ${index + 1}`, value: { ...value } }));
  const { objects, catalog } = scenarioOf(objectsOf(found, "scenario"), "scenario", { ec2, place });
  const snapshot = snapshotOf(observe(objects), new Intentions());
  return problemOf(snapshot, catalog, { preferences: "Respect", minValues: "Strict" });
}

describe("a scenario", () => {
  it("is a cluster in which every pool is ready, at whatever generation", () => {
    const conditions = [{ type: "Ready", status: "False", lastTransitionTime: "2026-01-01T00:00:00Z" }] as const;
    const pools = [nodePool({ metadata: { generation: 7 }, status: { conditions } }), nodePool()];

    assert.deepEqual(
      problemIn(...pools).pools.map(({ pool }) => pool.metadata.name),
      ["pool-1", "pool-2"],
    );
  });

  it("leaves out static pools and those that are going, as the controller does", () => {
    const going = { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } };

    assert.deepEqual(problemIn(nodePool({ spec: { replicas: 2 } }), nodePool(going)).pools, []);
  });

  it("knows how many volumes a node can attach", () => {
    const there = node();
    const csiNode = {
      apiVersion: "storage.k8s.io/v1",
      kind: "CSINode",
      metadata: { name: there.metadata.name },
      spec: { drivers: [{ name: "ebs.csi.aws.com", nodeID: "i-1", allocatable: { count: 25 } }] },
    };

    assert.deepEqual(problemIn(there, csiNode).nodes[0]?.volumeLimits, { "ebs.csi.aws.com": 25 });
  });

  it("has every namespace that a pod is in, labelled with its name", () => {
    const team = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { team: "a" } } };
    const { namespaces } = problemIn(team, pod({ metadata: { namespace: "shop" } }), pod());

    assert.deepEqual(
      namespaces.map(({ metadata }) => [metadata.name, metadata.labels]),
      [
        ["shop", { "kubernetes.io/metadata.name": "shop", team: "a" }],
        ["default", { "kubernetes.io/metadata.name": "default" }],
      ],
    );
  });

  it("gives each node its hostname, and puts on it the pods that run there", () => {
    const there = node({ metadata: { labels: {} } });
    const finished = podOn(there.metadata.name, {}, { status: { phase: "Succeeded" } });
    const [planned] = problemIn(there, podOn(there.metadata.name), finished).nodes;

    assert.equal(planned?.labels[labels.hostname], there.metadata.name);
    assert.deepEqual(
      planned.pods.map(({ metadata }) => metadata.name),
      ["pod-2"],
    );
  });

  it("takes nodes for ready that do not say otherwise", () => {
    const status = { allocatable: { cpu: "1" } };
    const unsaid = { ...node(), status };
    const notReady = node({ status: { conditions: [{ type: "Ready", status: "False" }] } });

    assert.deepEqual(
      problemIn(unsaid, notReady).nodes.map(({ initialized }) => initialized),
      [true, false],
    );
  });

  it("may have finished pods of nodes that are gone", () => {
    assert.deepEqual(problemIn(podOn("gone", {}, { status: { phase: "Failed" } })).pods, []);
  });

  it("takes objects without a namespace for those of `default`", () => {
    assert.equal(problemIn(pod({ metadata: { namespace: undefined } })).pods[0]?.metadata.namespace, "default");
  });

  it("prefers a volume claim that is there to the one that a StatefulSet would make", () => {
    const template = {
      metadata: { labels: { app: "db" } },
      spec: { containers: [{ name: "main" }] },
    };
    const set = {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "db" },
      spec: {
        ...{ replicas: 2, selector: { matchLabels: { app: "db" } }, template },
        volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { storageClassName: "gp3" } }],
      },
    };
    const bound = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data-db-0" },
      spec: { storageClassName: "gp3", volumeName: "pv-1" },
    };
    const { pods, volumes } = problemIn(set, bound);

    assert.deepEqual(
      pods.map(({ metadata }) => metadata.name),
      ["db-0", "db-1"],
    );
    assert.deepEqual(
      volumes.claims.map(({ metadata, spec }) => [metadata.name, spec.volumeName]),
      [
        ["data-db-0", "pv-1"],
        ["data-db-1", undefined],
      ],
    );
  });
});
