import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Pod, PodSpec } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import type { NodeState } from "#controller/scheduling/problem";
import { instanceType, podOn, podsAsking } from "#support/builders";
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
  valueOf,
  web,
  zoneA,
  zoneB,
  zoneC,
} from "#support/topology-plans";

const { arch, capacityType, zone } = labels;
const large = instanceType("large", { cpu: 8, memoryGi: 32 });
const asking = (cpu: string, spec: Partial<PodSpec>): Pod[] =>
  podsAsking(1, { cpu }, spec).map((pod) => labelled(pod, { app: "choosy" }));

const withCpu = (cpu: string, node: NodeState): NodeState => ({ ...node, allocatable: { ...node.allocatable, cpu } });
/** One that some other pod has for itself. */
const full = (node: NodeState): NodeState => ({
  ...node,
  pods: [podOn(node.name, { cpu: node.allocatable["cpu"] ?? "0" })],
});
const preferring = (...expressions: readonly RequirementSpec[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: expressions } }],
    },
  },
});

/** What no machine, node or pod of these tests is like. */
const vain: Readonly<Record<string, Partial<PodSpec>>> = {
  "preferred node affinity": preferring(isIn(zone, "nowhere")),
  "a required term among others": {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: ["nowhere", zoneA].map((value) => ({ matchExpressions: [isIn(zone, value)] })),
        },
      },
    },
  },
  "preferred company that there is not": {
    affinity: {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, podAffinityTerm: termFor(zone, { app: "unheard-of" }) },
        ],
      },
    },
  },
  "preferred spread over a label that no node has": {
    topologySpreadConstraints: [spreadOver("rack", { whenUnsatisfiable: "ScheduleAnyway" })],
  },
};

describe("wishes that nothing can grant", () => {
  for (const [what, spec] of Object.entries(vain)) {
    it(`SCHED-011 SCHED-012 PROV-011 PROV-012 do not put a pod behind others for room on nodes: ${what}`, () => {
      const first = asking("3", spec);
      const other = podsAsking(1, { cpu: "2" });
      const plan = planOf({ pods: [...other, ...first], pools: [], nodes: [nodeIn(zoneA)] });
      assert.deepEqual(
        first.filter((pod) => plan.unschedulable.some((each) => each.pod === pod)),
        [],
      );
    });
  }

  it("SCHED-012 do not put a pod behind others either where only a node that is too small is like that", () => {
    const first = asking("3", preferring(isIn(zone, zoneB)));
    const nodes = [nodeIn(zoneA), withCpu("2", nodeIn(zoneB))];
    const plan = planOf({ pods: [...first, ...podsAsking(2, { cpu: "2" })], pools: [], nodes });
    assert.equal(
      plan.unschedulable.some(({ pod }) => first.includes(pod)),
      false,
    );
  });
});

describe("pods that nothing could hold", () => {
  const picky = poolWith([{ key: labels.instanceType, operator: "Exists", minValues: 9 }], [large]);
  const hopeless: Readonly<Record<string, Partial<PodSpec>>> = {
    "no machine is like that": { nodeSelector: { [arch]: "nowhere" } },
    "too few are for minValues": { nodeSelector: { [labels.nodePool]: "picky" } },
  };

  for (const [why, spec] of Object.entries(hopeless)) {
    it(`settle no domain of others: ${why}`, () => {
      const watching = asking("1", { ...spec, topologySpreadConstraints: [spreadOver(zone)] });
      const pools = [poolWith([], [large]), { ...picky, pool: { ...picky.pool, metadata: { name: "picky" } } }];
      const plan = planOf({ pods: [...podsOf(1, web), ...watching], pools });
      assert.equal(leftOver(plan), 1);
      assert.deepEqual(
        plan.newNodes.map((node) => valueOf(node, zone)),
        [undefined],
      );
    });
  }
});

describe("pods that are to be spread over a label that no node has", () => {
  it("make nobody else's nodes dearer", () => {
    const small = instanceType("small", { cpu: 1, memoryGi: 4, zones: [zoneA], price: 1 });
    const larger = [zoneA, zoneA, zoneB].map((each, position) =>
      instanceType(`large-${position}`, { cpu: 2, memoryGi: 8, zones: [each], price: 1 }),
    );
    const watching = asking("1", { topologySpreadConstraints: [spreadOver(zone), spreadOver("rack")] });
    const pods = [...podsAsking(2, { cpu: "1" }).map((pod) => labelled(pod, web)), ...watching];
    // Both fit a node of three kinds, but not if its zone is settled.
    const varied = poolWith([{ key: labels.instanceType, operator: "Exists", minValues: 3 }], [small, ...larger]);
    const plan = planOf({ pods, pools: [varied] });
    assert.deepEqual([plan.newNodes.length, leftOver(plan)], [1, 1]);
  });
});

describe("preferences that are not kept for all", () => {
  it("TOPO-004 TOPO-013 drive nobody off who was placed by them", () => {
    const spread = spreadOver(zone, { whenUnsatisfiable: "ScheduleAnyway" });
    const spec = { topologySpreadConstraints: [spread], nodeSelector: { [arch]: "amd64" } };
    const pods = podsAsking(3, { cpu: "3" }, spec).map((pod) => labelled(pod, web));
    // The third zone counts, but has no room and nothing to buy.
    const elsewhere = full(nodeIn(zoneC, 0, { labels: { [arch]: "amd64" } }));
    const pool = poolWith([isIn(zone, zoneA, zoneB)], [large]);
    assert.equal(leftOver(planOf({ pods, pools: [pool], nodes: [elsewhere] })), 0);
  });
});

describe("a label that a pool wants to be there, whatever its value", () => {
  const team = "example.com/team";
  const pools = [poolWith([{ key: team, operator: "Exists" }])];

  it("SCHED-010 is one by which pods may be counted", () => {
    const spread = spreadOver(team, { whenUnsatisfiable: "ScheduleAnyway" });
    assert.equal(leftOver(planOf({ pods: podsOf(2, web, { topologySpreadConstraints: [spread] }), pools })), 0);
  });

  it("gets the value that claims say where pods have to know it, to be with others or apart", () => {
    const together = planOf({ pods: podsOf(2, web, near(termFor(team, web))), pools });
    assert.deepEqual([together.newNodes.map((node) => valueOf(node, team)), leftOver(together)], [["0"], 0]);
    assert.equal(leftOver(planOf({ pods: podsOf(2, web, apart(termFor(team, web))), pools })), 1);
  });
});

describe("pods that lose their place to others' second choice", () => {
  it("TOPO-004 find another", () => {
    const team = "example.com/team";
    const wishful = preferring(isIn(team, "red"));
    const watching: Partial<PodSpec> = {
      nodeSelector: { [zone]: zoneA },
      topologySpreadConstraints: [spreadOver(capacityType, { maxSkew: 2 })],
    };
    const spot = instanceType("spot", { cpu: 8, memoryGi: 32, capacityTypes: ["spot"] });
    const onDemand = instanceType("on-demand", { cpu: 16, memoryGi: 64, price: 9 });
    const pods = [...podsOf(2, web), ...podsOf(1, web, wishful), ...podsOf(1, { app: "watching" }, watching)];
    const nodes = [full(nodeIn(zoneB, 0, { labels: { [team]: "red" } }))];
    assert.equal(leftOver(planOf({ pods, pools: [poolWith([], [spot, onDemand])], nodes })), 0);
  });
});
