import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import type { PlannedNode } from "#controller/scheduling/plan";
import { choice, instanceType, nodePool, podAsking, problem } from "#support/builders";
import { violationsOf } from "#support/plan-checker";
import { inZone, plan, plannedNode, saidOfNewNode } from "#support/plans";

const small = instanceType("m.small", { cpu: 2, memoryGi: 8 });
const large = instanceType("m.large", { cpu: 8, memoryGi: 32 });
const pool = choice(nodePool({ metadata: { name: "pool" } }), [small, large]);

const onNewNode = (pods: readonly Pod[], parts: Partial<PlannedNode> = {}, from = pool) =>
  saidOfNewNode(from, pods, parts);
describe("plan checker: claims", () => {
  const pods = [podAsking({ cpu: "1" })];
  const said = (parts: Parameters<typeof plannedNode>[2], from = pool) =>
    onNewNode(pods, parts, from).map((text) => text.replace("planned node 1 ", ""));

  it("list some of the pool's types, sixty at most, which can be bought", () => {
    const many = Array.from({ length: 61 }, (_, i) => instanceType(`type-${i + 1}`, { cpu: 2, memoryGi: 8 }));
    assert.deepEqual(said({}, choice(nodePool(), many.slice(0, 60))), []);
    assert.deepEqual(said({}, choice(nodePool(), many)), ["lists more than 60 types"]);
    const foreign = instanceType("x.small", { cpu: 2, memoryGi: 8 });
    assert.deepEqual(said({ instanceTypes: [small, foreign] }), ["lists x.small, which its pool does not have"]);
    const cheapest = {
      instanceType: "",
      offering: { zone: "", capacityType: "spot" as const, price: Infinity, available: true },
    };
    assert.deepEqual(said({ instanceTypes: [], cheapest }), ["lists no instance type"]);
    const soldOut = { ...small, name: "s", offerings: small.offerings.map((each) => ({ ...each, available: false })) };
    assert.deepEqual(said({}, choice(nodePool(), [small, soldOut])), ["lists s, which cannot be bought"]);
  });

  it("are priced by the cheapest way to buy them", () => {
    const [offering] = large.offerings;
    assert.ok(offering);
    assert.deepEqual(said({ cheapest: { instanceType: "m.large", offering } }), ["is not cheapest as m.large"]);
  });

  it("keep to what the pool asks for", () => {
    const onlyB = choice(nodePool({ spec: { template: { spec: { requirements: [inZone("test-zone-b")] } } } }), [
      large,
    ]);
    assert.deepEqual(said({}, onlyB), []);
    assert.deepEqual(said({ requirements: [inZone("test-zone-a", "test-zone-b")] }, onlyB), [
      "may be m.large, on-demand in test-zone-a, against its pool",
    ]);
  });

  it("are made for pods only", () => {
    assert.deepEqual(onNewNode([], { requests: {} }), ["planned node 1 gets no pod"]);
  });

  it("offer as many values as minValues asks for, unless that may be lowered", () => {
    const wanting = (minValues: number) =>
      choice(
        nodePool({
          spec: { template: { spec: { requirements: [{ key: labels.instanceType, operator: "Exists", minValues }] } } },
        }),
        [small, large],
      );
    assert.deepEqual(said({}, wanting(2)), []);
    assert.deepEqual(said({}, wanting(3)), ["offers 2 values for node.kubernetes.io/instance-type, not 3"]);
    assert.deepEqual(said({ instanceTypes: [large] }, wanting(2)), [
      "offers 1 values for node.kubernetes.io/instance-type, not 2",
    ]);
    assert.deepEqual(said({ minValuesRelaxed: true }, wanting(3)), ["lowers minValues, which has to be kept"]);
    const from = wanting(3);
    const made = plan({ newNodes: [plannedNode(from, pods, { minValuesRelaxed: true })] });
    const settings = { preferences: "Respect", minValues: "BestEffort" } as const;
    assert.deepEqual(violationsOf(made, problem({ pods, pools: [from], settings })), []);
  });
});

describe("plan checker: limits", () => {
  const limited = (limits: Record<string, string>, usage = {}) =>
    choice(nodePool({ metadata: { name: "pool" }, spec: { limits } }), [small, large], usage);
  const said = (from: typeof pool, count: number) => {
    const pods = Array.from({ length: count }, () => podAsking({ cpu: "1" }));
    return violationsOf(
      plan({ newNodes: pods.map((each) => plannedNode(from, [each])) }),
      problem({ pods, pools: [from] }),
    );
  };

  it("hold for the largest machines that may be bought, and what is there counts", () => {
    assert.deepEqual(said(limited({ cpu: "16" }), 2), []);
    assert.deepEqual(said(limited({ cpu: "15" }), 2), ["pool may exceed its limit of cpu 15"]);
    assert.deepEqual(said(limited({ cpu: "16" }, { cpu: "1" }), 2), ["pool may exceed its limit of cpu 16"]);
    assert.deepEqual(said(limited({ memory: "63Gi" }), 2), ["pool may exceed its limit of memory 63Gi"]);
  });

  it("on nodes count nodes", () => {
    assert.deepEqual(said(limited({ nodes: "2" }), 2), []);
    assert.deepEqual(said(limited({ nodes: "2" }, { nodes: "1" }), 2), ["pool may exceed its limit of nodes 2"]);
  });

  it("that are exceeded already allow no node, whatever it has", () => {
    assert.deepEqual(said(limited({ "example.com/gpu": "1" }, { "example.com/gpu": "2" }), 1), [
      "pool may exceed its limit of example.com/gpu 1",
    ]);
    assert.deepEqual(said(limited({ "example.com/gpu": "1" }, { "example.com/gpu": "2" }), 0), []);
  });
});
