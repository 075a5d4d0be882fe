import assert from "node:assert/strict";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, podsAsking, problem } from "#support/builders";

const types = [
  instanceType("lean", { cpu: 4, memoryGi: 8, price: 0.17 }),
  instanceType("even", { cpu: 4, memoryGi: 16, price: 0.2 }),
  instanceType("fat", { cpu: 4, memoryGi: 32, price: 0.26 }),
];

const bought = (pods: ReturnType<typeof podsAsking>): readonly string[] =>
  schedule(problem({ pods, pools: [choice(nodePool(), types)] }))
    .newNodes.map(({ cheapest }) => cheapest.instanceType)
    .sort();

describe("nodes that give little for their price", () => {
  it("are packed anew together with others", () => {
    // One of the hungry would go well with the other on an even node, but then a fat one has room for one too many.
    const pods = [...podsAsking(4, { cpu: "1", memory: "8Gi" }), ...podsAsking(1, { cpu: "2", memory: "5Gi" })];

    assert.deepEqual(bought(pods), ["fat", "lean"]);
  });
});
