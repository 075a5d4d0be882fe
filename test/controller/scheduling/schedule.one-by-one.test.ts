import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import { instanceType, podsAsking } from "#support/builders";
import { isIn, labelled, nodeIn, planOf, poolWith, spreadOver, web, zoneA, zoneB } from "#support/topology-plans";

const { zone } = labels;
const team = "example.com/team";
const one = { cpu: 2, memoryGi: 8 };
const spreadWeb = (key: string): Pod[] =>
  podsAsking(1, { cpu: "900m" }, { topologySpreadConstraints: [spreadOver(key)] }).map((pod) => labelled(pod, web));

describe("few pods", () => {
  it("choose a domain by the nodes that others need anyway", () => {
    const types = [
      instanceType("in.a", { ...one, zones: [zoneA], price: 1.1 }),
      instanceType("in.b", { ...one, zones: [zoneB], price: 1 }),
    ];
    const bound = podsAsking(1, { cpu: "500m" }, { nodeSelector: { [zone]: zoneA } });
    const plan = planOf({ pods: [...spreadWeb(zone), ...bound], pools: [poolWith([], types)] });
    assert.deepEqual(
      plan.newNodes.map(({ pods, cheapest }) => [pods.length, cheapest.offering.zone]),
      [[2, zoneA]],
    );
  });

  it("SCHED-016 leave room on nodes that are there to those who have fewer choices", () => {
    const small = { cpu: "1", memory: "1Gi", pods: "110" };
    const nodes = [
      { ...nodeIn(zoneA, 0, { labels: { [team]: "blue" } }), allocatable: small },
      { ...nodeIn(zoneA), allocatable: small },
    ];
    const pools = [poolWith([isIn(team, "blue")], [instanceType("one", one)])];
    const pods = [...podsAsking(1, { cpu: "900m" }), ...spreadWeb(team)];
    const plan = planOf({ pods, pools, nodes });
    assert.deepEqual([plan.newNodes.length, plan.existing.size], [0, 2]);
  });

  it("SCHED-012 give up what they would like where that leaves fewer waiting", () => {
    const preference = { matchExpressions: [isIn(zone, zoneB)] };
    const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] } };
    const small = { cpu: 2, memoryGi: 8, price: 1 };
    const { pool, ...rest } = poolWith(
      [],
      [
        instanceType("small", { ...small, zones: [zoneA, zoneB] }),
        instanceType("large", { cpu: 4, memoryGi: 16, zones: [zoneA], price: 3 }),
      ],
    );
    const pools = [{ ...rest, pool: { ...pool, spec: { ...pool.spec, limits: { cpu: "4" } } } }];
    const pods = [
      ...podsAsking(1, { cpu: "1300m" }, { affinity }),
      ...podsAsking(1, { cpu: "1300m" }, { nodeSelector: { [zone]: zoneA } }),
      ...podsAsking(1, { cpu: "1300m" }),
    ];
    assert.deepEqual(planOf({ pods, pools }).unschedulable, []);
  });
});
