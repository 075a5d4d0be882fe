import assert from "node:assert/strict";
import type { NodeState } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, nodeState, podAsking, problem } from "#support/builders";

const pools = [choice(nodePool(), [instanceType("new", { cpu: 4, memoryGi: 16, price: 0.1 })])];

/** It would cost more on a new node than the hungry one, so it is first. */
const large = podAsking({ cpu: "2", memory: "1Gi" });
const hungry = podAsking({ cpu: "1", memory: "4Gi" });

const nodeWith = (name: string, memory: string, more: Partial<NodeState> = {}) =>
  nodeState({ name, allocatable: { cpu: "2", memory, pods: "110" }, ...more });

describe("of nodes with room for a pod", () => {
  it("the one is taken that others miss least", () => {
    const nodes = [nodeWith("a", "8Gi"), nodeWith("b", "2Gi")];
    const { existing, newNodes } = schedule(problem({ pods: [large, hungry], pools, nodes }));

    assert.deepEqual(Object.fromEntries(existing), { a: [hungry], b: [large] });
    assert.deepEqual(newNodes, []);
  });

  it("SCHED-020 an initialized one is taken, even if others miss another less", () => {
    const labels = { rack: "one" };
    const nodes = [nodeWith("a", "8Gi", { labels }), nodeWith("b", "2Gi", { labels, initialized: false })];
    const bound = podAsking({ cpu: "2", memory: "1Gi" }, { nodeSelector: labels });
    const { existing, newNodes } = schedule(problem({ pods: [bound, hungry], pools, nodes }));

    assert.deepEqual(Object.fromEntries(existing), { a: [bound] });
    assert.deepEqual(
      newNodes.map(({ pods }) => pods),
      [[hungry]],
    );
  });

  it("the first is taken where others miss all alike", () => {
    const nodes = [nodeWith("b", "8Gi"), nodeWith("a", "8Gi")];
    const { existing } = schedule(problem({ pods: [large], pools, nodes }));

    assert.deepEqual(Object.fromEntries(existing), { a: [large] });
  });
});
