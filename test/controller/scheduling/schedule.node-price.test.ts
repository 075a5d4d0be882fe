import assert from "node:assert/strict";
import { choice, instanceType, nodePool, podsAsking } from "#support/builders";
import { solved } from "#support/solved";

/** Per core, the large machine is a tenth dearer. */
const types = [
  instanceType("small", { cpu: 2, memoryGi: 8, price: 0.1 }),
  instanceType("large", { cpu: 8, memoryGi: 32, price: 0.44 }),
];

/** The machines for eight pods of a core each, when a node costs this much besides. */
const machinesAt = (nodePrice: number | undefined): readonly string[] =>
  solved({
    pods: podsAsking(8, { cpu: "1" }),
    pools: [choice(nodePool(), types)],
    settings: { preferences: "Respect", minValues: "Strict", ...(nodePrice !== undefined && { nodePrice }) },
  }).newNodes.map(({ cheapest }) => cheapest.instanceType);

describe("schedule: what a node costs besides its machine", () => {
  it("is nothing by default: the cheapest machines are taken, however many", () => {
    assert.deepEqual(machinesAt(undefined), ["small", "small", "small", "small"]);
  });

  it("makes one large machine of several small ones once these are dearer together", () => {
    assert.deepEqual(machinesAt(0.01), ["small", "small", "small", "small"]);
    assert.deepEqual(machinesAt(0.02), ["large"]);
  });

  it("is not part of the price of the offering", () => {
    const { newNodes } = solved({
      pods: podsAsking(1, { cpu: "1" }),
      pools: [choice(nodePool(), types)],
      settings: { preferences: "Respect", minValues: "Strict", nodePrice: 1 },
    });
    assert.equal(newNodes[0]?.cheapest.offering.price, 0.1);
  });
});
