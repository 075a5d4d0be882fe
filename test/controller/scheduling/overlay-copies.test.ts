import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { NodeOverlay, NodeOverlaySpec } from "#controller/api/node-overlay";
import type { InstanceType } from "#controller/scheduling/instance-type";
import { overlaid } from "#controller/scheduling/overlay";
import { instanceType, nodeOverlay, nodePool } from "#support/builders";

const typesFor = (count: number): readonly InstanceType[] =>
  Array.from({ length: count }, (_, i) => instanceType(`type-${i}`, { cpu: 2, memoryGi: 8, price: 1 + i }));
const poolsWith = (count: number, instanceTypes: readonly InstanceType[]) =>
  Array.from({ length: count }, () => ({ pool: nodePool(), instanceTypes }));

const price: Partial<NodeOverlaySpec> = {
  requirements: [{ key: labels.zone, operator: "In", values: ["test-zone-a"] }],
  priceAdjustment: "+10%",
};
const capacity: Partial<NodeOverlaySpec> = { requirements: [], capacity: { "example.com/fpga": "1" } };
const overlays = (...specs: readonly Partial<NodeOverlaySpec>[]): readonly NodeOverlay[] =>
  specs.map((spec) => nodeOverlay({ spec }));

/** How many objects of each sort are not those of the types as they were. */
function copies(before: readonly InstanceType[], after: readonly InstanceType[]) {
  const of = (isShared: (now: InstanceType, was: InstanceType) => boolean): number =>
    after.filter((now, i) => before[i] !== undefined && !isShared(now, before[i])).length;
  const offerings = new Set(before.flatMap((type) => type.offerings));
  return {
    types: of((now, was) => now === was),
    requirements: of((now, was) => now.requirements === was.requirements),
    lists: of((now, was) => now.offerings === was.offerings),
    offerings: after.flatMap((type) => type.offerings).filter((offering) => !offerings.has(offering)).length,
    capacity: of((now, was) => now.capacity === was.capacity),
    allocatable: of((now, was) => now.allocatable === was.allocatable),
  };
}

describe("what overlays copy", () => {
  const types = typesFor(200);
  const copiedBy = (...specs: readonly Partial<NodeOverlaySpec>[]) =>
    [...overlaid(overlays(...specs), poolsWith(5, types)).instanceTypes.values()].map((after) => copies(types, after));
  const nothing = { types: 0, requirements: 0, lists: 0, offerings: 0, capacity: 0, allocatable: 0 };

  it("OVL-001 OVL-003 is nothing without overlays, and otherwise what they change and no more", () => {
    const priced = { ...nothing, types: 200, lists: 200, offerings: 200 };
    const grown = { ...nothing, types: 200, capacity: 200, allocatable: 200 };
    const table: readonly (readonly [readonly Partial<NodeOverlaySpec>[], typeof nothing])[] = [
      [[], nothing],
      [[price], priced],
      [[capacity], grown],
      [[price, capacity], { ...priced, capacity: 200, allocatable: 200 }],
    ];
    for (const [specs, expected] of table) assert.deepEqual(copiedBy(...specs), Array(5).fill(expected));
  });

  it("OVL-003 is one type out of many when an overlay is for one", () => {
    const one = {
      requirements: [{ key: labels.instanceType, operator: "In", values: ["type-7"] }],
      price: "1",
    } as const;

    assert.deepEqual(copiedBy(one), Array(5).fill({ ...nothing, types: 1, lists: 1, offerings: 3 }));
  });

  it("OVL-002 takes looks in proportion to pools and types", () => {
    /** How often the offerings of a type are looked at. */
    function looks(pools: number, count: number): number {
      let seen = 0;
      const watched = typesFor(count).map((type): InstanceType => ({
        ...type,
        get offerings() {
          seen += 1;
          return type.offerings;
        },
      }));
      overlaid(overlays(price, { ...price, weight: 2 }, capacity), poolsWith(pools, watched));
      return seen;
    }
    const unit = looks(1, 50);

    assert.ok(unit > 0);
    for (const pools of [5, 10, 25, 50]) assert.equal(looks(pools, 50), pools * unit);
    for (const count of [100, 200, 350, 500]) assert.equal(looks(1, count), (count / 50) * unit);
  });
});
