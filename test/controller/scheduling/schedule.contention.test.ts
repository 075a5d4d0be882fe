import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Pod, PodSpec } from "#controller/api/pod";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { PoolChoice } from "#controller/scheduling/problem";
import { choice, daemonSet, instanceType, nodePool, podsAsking } from "#support/builders";
import {
  apart,
  isIn,
  labelled,
  leftOver,
  near,
  nodeIn,
  planOf,
  podsOf,
  poolWith,
  spreadOver,
  termFor,
  web,
  zoneA,
  zoneB,
} from "#support/topology-plans";

const { arch, hostname, instanceType: typeLabel, zone } = labels;
const small = instanceType("small", { cpu: 2, memoryGi: 8, price: 0.05 });
const large = instanceType("large", { cpu: 8, memoryGi: 32, price: 0.38 });
const team = "example.com/team";
const webs = (count: number, cpu: string, spec: Partial<PodSpec> = {}): Pod[] =>
  podsAsking(count, { cpu }, spec).map((pod) => labelled(pod, web));

describe("pods that others left no room", () => {
  it("SCHED-016 go first on nodes that are there, when the others can go elsewhere", () => {
    const company = near(termFor(zone, { app: "db" }));
    const nodes = [nodeIn(zoneA, 1, { own: { app: "db" } })];
    const pools = [poolWith([isIn(zone, zoneB)], [small])];
    const pods = [...podsAsking(4, { cpu: "1" }), ...podsAsking(1, { cpu: "900m" }, company)];
    assert.equal(leftOver(planOf({ pods, nodes, pools })), 0);
  });

  it("TOPO-002 are spread before those come who are merely counted", () => {
    const spread = spreadOver(zone, { minDomains: 4 });
    const pods = [...webs(1, "1"), ...webs(1, "500m", { topologySpreadConstraints: [spread] })];
    assert.equal(leftOver(planOf({ pods, pools: [poolWith([isIn(zone, zoneA)], [large])] })), 0);
  });

  it("TOPO-003 share a node with one that is spread over hostnames, if there can be no other", () => {
    const pools = [choice(nodePool({ spec: { limits: { nodes: "1" } } }), [large])];
    const pods = [...webs(1, "100m"), ...webs(1, "2", { topologySpreadConstraints: [spreadOver(hostname)] })];
    assert.equal(leftOver(planOf({ pods, pools })), 0);
  });

  it("make way for more that they would keep away", () => {
    const pods = [...webs(2, "100m", apart(termFor(team, web))), ...webs(3, "50m")];
    const plan = planOf({ pods, pools: [poolWith([isIn(team, "red")], [large])] });
    assert.equal(leftOver(plan), 2);
  });

  it("leave it as it was when that helps nobody", () => {
    const pools = [choice(nodePool({ spec: { limits: { cpu: "2" } } }), [small])];
    const pods = [...podsAsking(1, { cpu: "1500m" }), ...podsAsking(1, { cpu: "1" })];
    assert.deepEqual(
      planOf({ pods, pools }).unschedulable.map(({ pod }) => pod),
      pods.slice(1),
    );
  });
});

describe("pods where machines have to differ", () => {
  const kinds = ["amd64", "arm64"].map((each) => instanceType(`in-${each}`, { cpu: 8, memoryGi: 32, arch: each }));
  const varied = [{ key: typeLabel, operator: "Exists" as const, minValues: 2 }];

  it("PROV-018 are not held to one domain for being counted there", () => {
    const spread = spreadOver(arch, { whenUnsatisfiable: "ScheduleAnyway" });
    const pods = webs(1, "1", { topologySpreadConstraints: [spread] });
    assert.equal(leftOver(planOf({ pods, pools: [poolWith(varied, kinds)] })), 0);
  });

  it("PROV-018 PROV-003 share a node as long as enough kinds of machines hold them", () => {
    const types = [2, 4, 4, 8].map((cpu, i) => instanceType(`type-${i}`, { cpu, memoryGi: 16, price: cpu }));
    const pool = nodePool({ spec: { limits: { cpu: "4" }, template: { spec: { requirements: varied } } } });
    assert.equal(leftOver(planOf({ pods: podsAsking(4, { cpu: "1500m" }), pools: [choice(pool, types)] })), 2);
  });
});

describe("room on nodes that are there", () => {
  it("TOPO-002 SCHED-016 is taken as soon as the emptiest domain has more", () => {
    const spread = { topologySpreadConstraints: [spreadOver(zone)] };
    const nodes = [nodeIn(zoneB, 1)];
    const plan = planOf({ pods: webs(2, "1", spread), nodes, pools: [poolWith([isIn(zone, zoneA)], [small])] });
    assert.equal(plan.newNodes.length, 1);
    assert.equal(plan.existing.size, 1);
  });

  it("SCHED-015 SCHED-016 goes to the largest pods, also where small ones have rules", () => {
    const spread = { topologySpreadConstraints: [spreadOver(zone)] };
    const pods = [...webs(2, "1", spread), ...podsAsking(1, { cpu: "3500m" })];
    const plan = planOf({ pods, nodes: [nodeIn(zoneA)], pools: [poolWith([isIn(zone, zoneA)], [small, large])] });
    assert.deepEqual([...plan.existing.values()].flat(), pods.slice(2));
  });
});

describe("planned nodes that are better as one", () => {
  const typesOf = (kind: string): InstanceType[] =>
    [0.04219, 0.08747, 0.16964].map((price, i) =>
      instanceType(`${kind}.${2 ** (i + 1)}`, { cpu: 2 ** (i + 1), memoryGi: 64, price }),
    );
  const parts = { pods: podsAsking(6, { cpu: "900m" }), daemonSets: [daemonSet({ cpu: "300m" })] };
  const priceOf = (pool: PoolChoice): number =>
    planOf({ ...parts, pools: [pool] }).newNodes.reduce((sum, { cheapest }) => sum + cheapest.offering.price, 0);

  it("SCHED-015 are merged, three of them if two do not pay", () => {
    assert.equal(priceOf(poolWith([], typesOf("m"))), 0.16964);
  });

  it("SCHED-015 PROV-018 are merged where machines have to differ, too", () => {
    const twins = [...typesOf("m"), ...typesOf("n")];
    assert.equal(priceOf(poolWith([{ key: typeLabel, operator: "Exists", minValues: 2 }], twins)), 0.16964);
  });
});

describe("labels that a pool leaves open", () => {
  const pools = () => [poolWith([{ key: team, operator: "Exists" }], [large])];

  it("SCHED-010 take the value that a pod selects, also where others are spread by it", () => {
    const spread = spreadOver(team, { whenUnsatisfiable: "ScheduleAnyway" });
    const pods = [
      ...webs(1, "1", { nodeSelector: { [team]: "red" } }),
      ...podsOf(1, web, { topologySpreadConstraints: [spread] }),
    ];
    assert.equal(leftOver(planOf({ pods, pools: pools() })), 0);
  });

  it("SCHED-010 TOPO-007 make one domain of a value that only pools have which the pods do not tolerate", () => {
    const taints = [{ key: "dedicated", effect: "NoSchedule" as const }];
    const template = { metadata: { labels: { [team]: "blue" } }, spec: { taints } };
    const open = poolWith([{ key: team, operator: "NotIn", values: ["red"] }], [large]);
    const pods = webs(4, "1", { topologySpreadConstraints: [spreadOver(team, { nodeTaintsPolicy: "Honor" })] });
    assert.equal(leftOver(planOf({ pods, pools: [choice(nodePool({ spec: { template } }), [large]), open] })), 0);
  });

  it("SCHED-010 may take a value that other pods select", () => {
    const open = poolWith([{ key: team, operator: "NotIn", values: ["red"] }], [large]);
    const spread = webs(2, "1", { topologySpreadConstraints: [spreadOver(team)] });
    const selecting = podsOf(1, { app: "db" }, { nodeSelector: { [team]: "blue" } });
    assert.equal(leftOver(planOf({ pods: [...spread, ...selecting], pools: [open] })), 0);
  });

  it("SCHED-010 may take a value that another pool only excludes", () => {
    const pods = webs(1, "1", { topologySpreadConstraints: [spreadOver(team)] });
    const other = poolWith([{ key: team, operator: "NotIn", values: ["red"] }], [large]);
    const plan = planOf({ pods, pools: [...pools(), other] });
    assert.equal(leftOver(plan), 0);
  });
});
