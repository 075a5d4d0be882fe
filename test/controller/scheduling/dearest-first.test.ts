import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, nodeState, podAsking, problem } from "#support/builders";

const cheap = instanceType("cheap", { cpu: 4, memoryGi: 16, price: 0.1 });
const dear = instanceType("dear", { cpu: 4, memoryGi: 16, price: 0.9, arch: "arm64" });
const pools = [choice(nodePool(), [cheap, dear])];

const armOnly = { nodeSelector: { [labels.arch]: "arm64" } };
/** An arm64 node with room for this much. */
const nodeWith = (cpu: string) =>
  nodeState({ allocatable: { cpu, memory: "16Gi", pods: "110" }, labels: { [labels.arch]: "arm64" } });

describe("free room on nodes that are there", () => {
  it("is for pods that would cost most on new nodes, even if others are larger", () => {
    const [large, choosy] = [podAsking({ cpu: "2" }), podAsking({ cpu: "1" }, armOnly)];
    const { existing, newNodes } = schedule(problem({ pods: [large, choosy], pools, nodes: [nodeWith("2")] }));

    assert.deepEqual([...existing.values()], [[choosy]]);
    assert.deepEqual(
      newNodes.map(({ pods, cheapest }) => [pods, cheapest.instanceType]),
      [[[large], "cheap"]],
    );
  });

  it("is before all for pods that no new node suits", () => {
    const [large, local] = [
      podAsking({ cpu: "2" }, armOnly),
      podAsking({ cpu: "1" }, { nodeSelector: { [labels.arch]: "arm64", rack: "7" } }),
    ];
    const node = nodeWith("2");
    const nodes = [{ ...node, labels: { ...node.labels, rack: "7" } }];
    const { existing, unschedulable } = schedule(problem({ pods: [large, local], pools, nodes }));

    assert.deepEqual([...existing.values()], [[local]]);
    assert.deepEqual(unschedulable, []);
  });
});
