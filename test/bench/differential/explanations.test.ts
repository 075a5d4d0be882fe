import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Pod, PodSpec } from "#controller/api/pod";
import type { PlannedNode } from "#controller/scheduling/plan";
import type { PoolChoice, Problem } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, pod, podAsking, problem } from "#support/builders";
import { inZone, plan, plannedNode } from "#support/plans";
import type { Comparison } from "../../../bench/differential/compare";
import { explanationOf } from "../../../bench/differential/explanations";

const { capacityType, zone } = labels;
const type = instanceType("m.large", { cpu: 8, memoryGi: 32, price: 0.3, capacityTypes: ["on-demand", "spot"] });
const team = "example.com/team";
const poolOf = (pool = nodePool()): PoolChoice => choice(pool, [type]);
const webs = (count: number, spec: Partial<PodSpec> = {}): Pod[] =>
  Array.from({ length: count }, () => pod(podAsking({ cpu: "1" }, spec), { metadata: { labels: { app: "web" } } }));
const spreadOver = (topologyKey: string, maxSkew = 1): Partial<PodSpec> => ({
  topologySpreadConstraints: [
    { maxSkew, topologyKey, whenUnsatisfiable: "DoNotSchedule", labelSelector: { matchLabels: { app: "web" } } },
  ],
});

interface Sides {
  readonly ours: readonly PlannedNode[];
  readonly theirs: readonly PlannedNode[];
}

/** How it is explained that ours costs twice as much, or leaves out what theirs places. */
function explained(kind: "dearer" | "unplaced", given: Problem, { ours, theirs }: Sides): string | undefined {
  const priced = (nodes: readonly PlannedNode[], price: number): readonly PlannedNode[] =>
    nodes.map((node) => ({
      ...node,
      cheapest: { ...node.cheapest, offering: { ...node.cheapest.offering, price } },
    }));
  const comparison: Comparison = {
    ...{ problem: given, peerViolations: [], onlyOurs: [], differences: [] },
    ours: plan({ newNodes: priced(ours, 2) }),
    theirs: plan({ newNodes: priced(theirs, 1) }),
  };
  const difference = kind === "dearer" ? { kind, text: "" } : { kind, text: "", pod: "default/pod" };
  return explanationOf(difference, comparison);
}

describe("what explains a difference", () => {
  const any = poolOf();

  it("nothing, where both plans are alike", () => {
    const pods = webs(1);
    const same = [plannedNode(any, pods)];
    assert.equal(explained("dearer", problem({ pods, pools: [any] }), { ours: same, theirs: same }), undefined);
  });

  it("that the peer launches nodes of a pool that contradicts itself", () => {
    const spec = { requirements: [{ key: team, operator: "NotIn" as const, values: ["red"] }] };
    const odd = poolOf(nodePool({ spec: { template: { metadata: { labels: { [team]: "red" } }, spec } } }));
    const pods = webs(1);
    const given = problem({ pods, pools: [odd] });
    assert.equal(explained("unplaced", given, { ours: [], theirs: [plannedNode(odd, pods)] }), "contradictory-pool");
  });

  it("that the peer puts more pods on a node than their spread over hostnames allows", () => {
    const pods = webs(2, spreadOver(labels.hostname));
    const given = problem({ pods, pools: [any] });
    const ours = [plannedNode(any, pods.slice(1))];
    assert.equal(explained("unplaced", given, { ours, theirs: [plannedNode(any, pods)] }), "hostname-spread");
  });

  it("that the peer's plan needs an order of binding", () => {
    const pods = [...webs(1, spreadOver(zone)), ...webs(1)];
    const given = problem({ pods, pools: [any] });
    const inOne = (where: string, those: readonly Pod[]): PlannedNode =>
      plannedNode(any, those, { requirements: [inZone(where)] });
    const ours = [inOne("test-zone-a", pods.slice(1)), inOne("test-zone-b", pods.slice(0, 1))];
    assert.equal(explained("dearer", given, { ours, theirs: [inOne("test-zone-a", pods)] }), "any-order");
    const undecided = [plannedNode(any, pods.slice(1)), inOne("test-zone-b", pods.slice(0, 1))];
    assert.equal(explained("dearer", given, { ours, theirs: undecided }), "unsettled-domains");
  });

  it("that ours spreads more evenly", () => {
    const pods = webs(4, spreadOver(capacityType, 4));
    const given = problem({ pods, pools: [any] });
    const bought = (how: string, those: readonly Pod[]): PlannedNode =>
      plannedNode(any, those, { requirements: [{ key: capacityType, operator: "In", values: [how] }] });
    const ours = [bought("spot", pods.slice(2)), bought("on-demand", pods.slice(0, 2))];
    assert.equal(explained("dearer", given, { ours, theirs: [bought("spot", pods)] }), "evenness");
  });

  it("that ours meets an earlier term", () => {
    const terms = ["test-zone-a", "test-zone-b"].map((where) => ({ matchExpressions: [inZone(where)] }));
    const pods = webs(1, {
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
    });
    const [ours, theirs] = ["test-zone-a", "test-zone-b"].map((where) => [
      plannedNode(any, pods, { requirements: [inZone(where)] }),
    ]);
    assert.ok(ours !== undefined && theirs !== undefined);
    assert.equal(explained("dearer", problem({ pods, pools: [any] }), { ours, theirs }), "terms-in-order");
    assert.equal(explained("dearer", problem({ pods, pools: [any] }), { ours: theirs, theirs: ours }), undefined);
  });

  it("that ours has pods in heavier pools", () => {
    const heavy = poolOf(nodePool({ spec: { weight: 10 } }));
    const pods = webs(1);
    const sides = { ours: [plannedNode(heavy, pods)], theirs: [plannedNode(any, pods)] };
    assert.equal(explained("dearer", problem({ pods, pools: [heavy, any] }), sides), "weights");
  });
});
