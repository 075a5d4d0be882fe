import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import { instanceType, podsAsking } from "#support/builders";
import {
  isIn,
  labelled,
  near,
  nodeIn,
  planOf,
  poolWith,
  spreadOver,
  termFor,
  web,
  zoneA,
  zoneB,
  zoneC,
} from "#support/topology-plans";

const { capacityType, zone } = labels;
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

  it("share a larger machine in the zone where that is cheaper than a node for each", () => {
    const types = [
      instanceType("in.a", { ...one, zones: [zoneA], price: 0.9 }),
      instanceType("large.a", { cpu: 4, memoryGi: 16, zones: [zoneA], price: 3 }),
      instanceType("in.b", { ...one, zones: [zoneB], price: 1 }),
      instanceType("large.b", { cpu: 4, memoryGi: 16, zones: [zoneB], price: 1.1 }),
    ];
    const spread = podsAsking(3, { cpu: "1500m" }, { topologySpreadConstraints: [spreadOver(zone)] });
    const plan = planOf({ pods: spread.map((pod) => labelled(pod, web)), pools: [poolWith([], types)] });
    assert.deepEqual(plan.newNodes.map(({ cheapest }) => cheapest.instanceType).sort(), ["in.a", "large.b"]);
  });

  it("go to the pool where a node costs least, of those of one weight", () => {
    const { pool: dear, ...rest } = poolWith([], [instanceType("dear", { ...one, zones: [zoneA], price: 2.2 })]);
    const types = [
      instanceType("in.a", { ...one, zones: [zoneA], price: 1.1 }),
      instanceType("in.b", { ...one, zones: [zoneB], price: 1 }),
    ];
    const pools = [
      { ...rest, pool: { ...dear, metadata: { ...dear.metadata, name: "a-dear-one" } } },
      poolWith([], types),
    ];
    const bound = podsAsking(1, { cpu: "500m" }, { nodeSelector: { [zone]: zoneA } });
    const plan = planOf({ pods: [...spreadWeb(zone), ...bound], pools });
    assert.deepEqual(
      plan.newNodes.map(({ pods, cheapest }) => [pods.length, cheapest.instanceType]),
      [[2, "in.a"]],
    );
  });

  it("make do with nodes that others need, where their own domain is all the same to them", () => {
    const large = { cpu: 4, memoryGi: 16, zones: [zoneA] };
    const types = [
      instanceType("large.spot", { ...large, capacityTypes: ["spot"], price: 2.5 }),
      instanceType("large.on-demand", { ...large, price: 3 }),
      instanceType("small.spot", { ...one, capacityTypes: ["spot"], price: 2 }),
      instanceType("small.on-demand", { ...one, price: 2.5 }),
    ];
    const spot = nodeIn(zoneC, 1, { labels: { [capacityType]: "spot" } });
    const topologySpreadConstraints = [spreadOver(capacityType), spreadOver(zone, { maxSkew: 5 })];
    const spread = podsAsking(1, { cpu: "1" }, { topologySpreadConstraints });
    const pods = [...podsAsking(1, { cpu: "3" }), ...spread].map((pod) => labelled(pod, web));
    const plan = planOf({ pods, pools: [poolWith([], types)], nodes: [{ ...spot, allocatable: {} }] });
    assert.deepEqual(
      plan.newNodes.map(({ cheapest }) => cheapest.instanceType),
      ["large.on-demand"],
    );
  });

  it("SCHED-016 leave room on nodes that are there to those who follow others, where they would cost most", () => {
    const types = [zoneA, zoneB].map((each) => instanceType(`in.${each}`, { ...one, cpu: 4, zones: [each] }));
    const bound = (count: number, cpu: string, to: string): Pod[] =>
      podsAsking(count, { cpu }, { nodeSelector: { [zone]: to } });
    const pods = [
      ...bound(1, "2", zoneA).map((pod) => labelled(pod, web)),
      ...podsAsking(1, { cpu: "2" }, near(termFor(zone, web))),
      ...bound(1, "1", zoneB),
      ...podsAsking(2, { cpu: "1" }),
    ];
    const nodes = [{ ...nodeIn(zoneA), allocatable: { cpu: "4", memory: "8Gi", pods: "110" } }];
    const plan = planOf({ pods, nodes, pools: [poolWith([], types)] });
    assert.deepEqual(
      plan.newNodes.map(({ cheapest }) => cheapest.offering.zone),
      [zoneB],
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
