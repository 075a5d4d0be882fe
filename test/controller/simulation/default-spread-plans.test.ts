import assert from "node:assert/strict";
import type { KubeObject, Labels } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { Pod, TopologySpreadConstraint } from "#controller/api/pod";
import type { DefaultSpread } from "#controller/api/scheduler-config";
import type { ReplicaSet } from "#controller/api/workloads";
import type { Plan } from "#controller/scheduling/plan";
import { schedule } from "#controller/scheduling/schedule";
import { problemOf } from "#controller/simulation/problem";
import type { Observation } from "#controller/state/snapshot";
import { instanceType, nodePool, pod } from "#support/builders";
import { nextName } from "#support/names";
import { violationsOf } from "#support/plan-checker";
import { snapshot } from "#support/snapshots";

const huge = [instanceType("huge", { cpu: 64, memoryGi: 256 })];
const status = { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] } as const;
const zonal: DefaultSpread = { maxSkew: 1, topologyKey: labels.zone, whenUnsatisfiable: "DoNotSchedule" };
const perHost: DefaultSpread = { ...zonal, topologyKey: labels.hostname };

/** What the provisioner plans for these objects, when pods are spread like this by default. It breaks no rule. */
function planOf(defaultConstraints: readonly DefaultSpread[], seen: Partial<Observation>): Plan {
  const look = snapshot({ pools: [nodePool({ status })], ...seen });
  const settings = { preferences: "Respect", minValues: "Strict", schedulerConfig: { defaultConstraints } } as const;
  const asked = problemOf(look, new Map([["default", huge]]), settings);
  const plan = schedule(asked);
  assert.deepEqual(violationsOf(plan, asked), []);
  return plan;
}

const replicaSet = (matchLabels: Labels): ReplicaSet => ({
  metadata: { name: nextName("set"), namespace: "default" },
  spec: { selector: { matchLabels } },
});
const replicas = (
  count: number,
  { metadata: { name }, spec: { selector } }: ReplicaSet,
  topologySpreadConstraints: readonly TopologySpreadConstraint[] = [],
): readonly Pod[] =>
  Array.from({ length: count }, () =>
    pod({
      metadata: {
        labels: selector?.matchLabels,
        ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name, uid: name, controller: true }],
      },
      spec: { containers: [{ name: "main", resources: { requests: { cpu: "1" } } }], topologySpreadConstraints },
    }),
  );

/** How many pods of an owner there are in each zone, ascending. */
function perZone({ newNodes }: Plan, { metadata: { name } }: KubeObject): readonly number[] {
  const counts = new Map<string, number>();
  for (const { pods, cheapest } of newNodes) {
    const own = pods.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.name === name));
    const { zone } = cheapest.offering;
    if (own.length > 0) counts.set(zone, (counts.get(zone) ?? 0) + own.length);
  }
  return [...counts.values()].toSorted();
}

describe("default spread, planned", () => {
  const web = replicaSet({ app: "web" });

  it("TOPO-014 puts a workload into every zone", () => {
    const plan = planOf([zonal], { pods: replicas(6, web), replicaSets: [web] });

    assert.deepEqual(perZone(plan, web), [2, 2, 2]);
  });

  it("TOPO-014 puts a workload on hosts of its own", () => {
    const plan = planOf([perHost], { pods: replicas(4, web), replicaSets: [web] });

    assert.deepEqual(
      plan.newNodes.map(({ pods }) => pods.length),
      [1, 1, 1, 1],
    );
  });

  it("TOPO-014 asks for as many zones as configured", () => {
    const pools = [
      nodePool({
        status,
        spec: { template: { spec: { requirements: [{ key: labels.zone, operator: "In", values: ["test-zone-a"] }] } } },
      }),
    ];
    const seen = { pods: replicas(3, web), replicaSets: [web], pools };

    assert.equal(planOf([zonal], seen).unschedulable.length, 0);
    assert.equal(planOf([{ ...zonal, minDomains: 3 }], seen).unschedulable.length, 2);
  });

  it("TOPO-014 spreads each workload, and each revision of it, by itself", () => {
    const revisions = ["1", "2"].map((hash) => replicaSet({ app: "web", "pod-template-hash": hash }));
    const plan = planOf([zonal], { pods: revisions.flatMap((each) => replicas(3, each)), replicaSets: revisions });

    for (const each of revisions) assert.deepEqual(perZone(plan, each), [1, 1, 1]);
  });

  it("TOPO-014 spreads the pods behind a Service together, whoever makes them", () => {
    const [one, other] = [replicaSet({ app: "web", part: "1" }), replicaSet({ app: "web", part: "2" })];
    const services = [{ metadata: { name: "web", namespace: "default" }, spec: { selector: { app: "web" } } }];
    // Without owners that say more, the Service alone says what belongs together.
    const pods = [...replicas(1, one), ...replicas(2, other)];
    const plan = planOf([zonal], { pods, services });

    assert.deepEqual(new Set(plan.newNodes.map(({ cheapest }) => cheapest.offering.zone)).size, 3);
  });

  it("TOPO-014 leaves pods alone that nothing is known of, or that have constraints of their own", () => {
    const own: TopologySpreadConstraint = { ...perHost, maxSkew: 100, labelSelector: { matchLabels: { app: "web" } } };

    assert.equal(planOf([perHost], { pods: replicas(3, web) }).newNodes.length, 1);
    assert.equal(planOf([perHost], { pods: replicas(3, web, [own]), replicaSets: [web] }).newNodes.length, 1);
  });
});
