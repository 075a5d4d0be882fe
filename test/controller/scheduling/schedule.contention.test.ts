import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Pod, PodSpec } from "#controller/api/pod";
import { choice, instanceType, nodePool, podsAsking } from "#support/builders";
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
