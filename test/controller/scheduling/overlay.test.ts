import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { NodeOverlay, NodeOverlaySpec } from "#controller/api/node-overlay";
import type { NodePool } from "#controller/api/node-pool";
import type { RequirementSpec } from "#controller/api/requirement";
import type { InstanceType } from "#controller/scheduling/instance-type";
import { type Overlaid, overlaid } from "#controller/scheduling/overlay";
import type { PoolTypes } from "#controller/scheduling/overlay-targets";
import { instanceType, nodeOverlay, nodePool } from "#support/builders";

const capacityTypes = ["on-demand", "spot"] as const;
const small = instanceType("small", { cpu: 2, memoryGi: 8, price: 1, capacityTypes });
const large = instanceType("large", { cpu: 8, memoryGi: 32, price: 4, capacityTypes, arch: "arm64" });
const types = [small, large];

const isIn = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });
const named = (name: string, spec: Partial<NodeOverlaySpec>): NodeOverlay => nodeOverlay({ metadata: { name }, spec });
const poolNamed = (name: string, own: Readonly<Record<string, string>> = {}): NodePool =>
  nodePool({ metadata: { name }, spec: { template: { metadata: { labels: own } } } });
const inPool = (pool: NodePool, instanceTypes: readonly InstanceType[] = types): PoolTypes => ({ pool, instanceTypes });

const over = (overlays: readonly NodeOverlay[], pools: readonly PoolTypes[] = [inPool(poolNamed("web"))]): Overlaid =>
  overlaid(overlays, pools);
const typeIn = (result: Overlaid, name: string, pool = "web"): InstanceType => {
  const found = result.instanceTypes.get(pool)?.find((type) => type.name === name);
  assert.ok(found, `${name} is in pool ${pool}`);
  return found;
};
/** Prices of a type, by capacity type and zone. */
const pricesOf = ({ offerings }: InstanceType, capacityType: string): readonly number[] =>
  offerings.filter((each) => each.capacityType === capacityType).map(({ price }) => price);
const reasons = ({ verdicts }: Overlaid): Readonly<Record<string, string>> =>
  Object.fromEntries([...verdicts].map(([name, { because }]) => [name, because]));
const fine = "ValidationSucceeded";

describe("overlays on instance types", () => {
  it("OVL-008 leave everything as it is when there are none, and one alone is valid", () => {
    const pools = [inPool(poolNamed("web"))];

    assert.equal(over([], pools).instanceTypes.get("web"), types);
    assert.deepEqual(reasons(over([named("a", { requirements: [isIn(labels.instanceType, "small")] })])), { a: fine });
  });

  describe("that change prices", () => {
    it("OVL-004 OVL-015 touch the offerings that they are for: by type, by capacity type, by zone", () => {
      const [first, ...others] = pricesOf(large, "spot");
      const byType = over([named("a", { requirements: [isIn(labels.instanceType, "large")], price: "9" })]);
      assert.deepEqual(pricesOf(typeIn(byType, "large"), "spot"), [9, 9, 9]);
      assert.deepEqual(pricesOf(typeIn(byType, "large"), "on-demand"), [9, 9, 9]);
      assert.equal(typeIn(byType, "small"), small);

      const bySale = over([
        named("a", { requirements: [isIn(labels.capacityType, "spot")], priceAdjustment: "+100%" }),
      ]);
      assert.deepEqual(pricesOf(typeIn(bySale, "small"), "spot"), [0.8, 0.8, 0.8]);
      assert.deepEqual(pricesOf(typeIn(bySale, "small"), "on-demand"), [1, 1, 1]);

      const spotInA = [isIn(labels.zone, "test-zone-a"), isIn(labels.capacityType, "spot")];
      const byZone = over([named("a", { requirements: spotInA, priceAdjustment: "-0.1" })]);
      assert.deepEqual(pricesOf(typeIn(byZone, "large"), "spot"), [(first ?? 0) - 0.1, ...others]);
    });

    it("OVL-015 change nothing where they match nothing", () => {
      const nowhere = [
        [isIn(labels.instanceType, "huge")],
        [isIn(labels.zone, "test-zone-z")],
        [isIn(labels.capacityType, "reserved")],
        [isIn("team", "a")],
        [isIn(labels.arch, "arm64"), isIn(labels.instanceType, "small")],
        [isIn(labels.zone, "test-zone-a"), isIn(labels.zone, "test-zone-b")],
      ];
      for (const requirements of nowhere) {
        const result = over([named("a", { requirements, price: "9" })]);
        assert.equal(result.instanceTypes.get("web"), types, JSON.stringify(requirements));
        assert.deepEqual(reasons(result), { a: fine });
      }
    });

    it("OVL-015 are met by what is not there only where absence will do", () => {
      const absent = { key: "team", operator: "DoesNotExist" } as const;
      const other = { key: "team", operator: "NotIn", values: ["a"] } as const;

      for (const requirement of [absent, other]) {
        const result = over([named("a", { requirements: [requirement], price: "9" })]);
        assert.deepEqual(pricesOf(typeIn(result, "small"), "spot"), [9, 9, 9]);
      }
      const never = over([named("a", { requirements: [{ key: "team", operator: "Exists" }], price: "9" })]);
      assert.equal(typeIn(never, "small"), small);
    });

    it("OVL-015 add up where they are for different things, and the heaviest is heeded where they are for the same", () => {
      const result = over([
        named("light", { requirements: [], price: "7", weight: 1 }),
        named("heavy", { requirements: [isIn(labels.capacityType, "spot")], price: "5", weight: 20 }),
        named("heavier", { requirements: [isIn(labels.zone, "test-zone-a")], priceAdjustment: "+1", weight: 30 }),
      ]);

      assert.deepEqual(pricesOf(typeIn(result, "small"), "spot"), [1.4, 5, 5]);
      assert.deepEqual(pricesOf(typeIn(result, "small"), "on-demand"), [2, 7, 7]);
    });

    it("OVL-015 are left out altogether when they are invalid", () => {
      const bad = [isIn(labels.instanceType, "small"), { key: "a/b/c", operator: "Exists" } as const];
      const result = over([
        named("a", { requirements: bad, price: "9" }),
        named("b", { requirements: [], price: "3" }),
      ]);

      assert.deepEqual(reasons(result), { a: "RuntimeValidation", b: fine });
      assert.deepEqual(pricesOf(typeIn(result, "small"), "spot"), [3, 3, 3]);
    });

    it("OVL-014 see the name and the labels of the pool", () => {
      const pools = [inPool(poolNamed("web", { team: "a" })), inPool(poolNamed("batch", { team: "b" }))];
      const result = over(
        [
          named("a", { requirements: [isIn("team", "a")], price: "9" }),
          named("b", { requirements: [isIn(labels.nodePool, "batch")], price: "3", weight: 5 }),
          named("c", { requirements: [isIn(labels.instanceType, "small")], price: "2", weight: 2 }),
        ],
        pools,
      );

      assert.deepEqual(reasons(result), { a: fine, b: fine, c: fine });
      assert.deepEqual(pricesOf(typeIn(result, "small", "web"), "spot"), [2, 2, 2]);
      assert.deepEqual(pricesOf(typeIn(result, "large", "web"), "spot"), [9, 9, 9]);
      assert.deepEqual(pricesOf(typeIn(result, "small", "batch"), "spot"), [3, 3, 3]);
    });
  });

  describe("of the same weight", () => {
    const clash = (a: Partial<NodeOverlaySpec>, b: Partial<NodeOverlaySpec>, pools?: readonly PoolTypes[]) =>
      reasons(over([named("a", a), named("b", b)], pools));
    const apart = { a: fine, b: fine };
    /** The one from the end of the alphabet comes first. */
    const together = { a: "Conflict", b: fine };

    it("OVL-010 clash on instance types that both are for", () => {
      const arm = [isIn(labels.arch, "arm64")];
      assert.deepEqual(clash({ requirements: arm, price: "1" }, { requirements: [], price: "2" }), together);
      const amd = [isIn(labels.arch, "amd64")];
      assert.deepEqual(clash({ requirements: arm, price: "1" }, { requirements: amd, price: "2" }), apart);
    });

    it("OVL-011 clash on offerings that both are for: zone or capacity type", () => {
      const spot = [isIn(labels.capacityType, "spot")];
      const steady = [isIn(labels.capacityType, "on-demand")];
      const inA = [isIn(labels.zone, "test-zone-a")];
      const inB = [isIn(labels.zone, "test-zone-b", "test-zone-c")];

      assert.deepEqual(clash({ requirements: spot, price: "1" }, { requirements: inA, price: "2" }), together);
      assert.deepEqual(clash({ requirements: spot, price: "1" }, { requirements: steady, price: "2" }), apart);
      assert.deepEqual(clash({ requirements: inA, price: "1" }, { requirements: inB, price: "2" }), apart);
      const spotInA = [...spot, ...inA];
      assert.deepEqual(clash({ requirements: spotInA, price: "1" }, { requirements: inB, price: "2" }), apart);
    });

    it("OVL-012 clash over a price even when they agree on it; of other weights, or about other things, they do not", () => {
      const all = { requirements: [] };
      const weight = 5;
      const table: readonly (readonly [Partial<NodeOverlaySpec>, Partial<NodeOverlaySpec>, object])[] = [
        [{ ...all, price: "1", weight }, { ...all, price: "1", weight }, together],
        [{ ...all, priceAdjustment: "+1", weight }, { ...all, priceAdjustment: "+1", weight }, together],
        [{ ...all, price: "1" }, { ...all, priceAdjustment: "+1" }, together],
        [{ ...all, price: "1", weight: 1 }, { ...all, price: "1" }, apart],
        [{ ...all, priceAdjustment: "+1", weight }, { ...all, priceAdjustment: "+1", weight: 6 }, apart],
        [{ ...all, price: "1" }, { ...all }, apart],
        [{ ...all, price: "1" }, { ...all, capacity: { "example.com/fpga": "1" } }, apart],
      ];
      for (const [a, b, expected] of table) assert.deepEqual(clash(a, b), expected, JSON.stringify([a, b]));
    });

    it("OVL-012 clash with whom they share a weight, whoever heavier is heeded", () => {
      const price = "1";
      const result = over([
        named("heavy", { requirements: [], price, weight: 9 }),
        named("one", { requirements: [], price, weight: 2 }),
        named("other", { requirements: [], price, weight: 2 }),
      ]);
      const conflict = result.verdicts.get("one");

      assert.deepEqual(reasons(result), { heavy: fine, one: "Conflict", other: fine });
      assert.ok(conflict?.because === "Conflict");
      assert.equal(
        conflict.message,
        "NodeOverlay other of the same weight speaks of the price of small, on-demand in test-zone-a (NodePool web) as well",
      );
    });

    it("OVL-013 clash over a resource that both give, and over nothing else", () => {
      const fpga = (quantity: string): Partial<NodeOverlaySpec> => ({
        requirements: [],
        capacity: { "example.com/fpga": quantity },
      });
      const nic = { requirements: [], capacity: { "example.com/nic": "1" } };
      const onArm = { ...fpga("1"), requirements: [isIn(labels.arch, "arm64")] };
      const onAmd = { ...fpga("1"), requirements: [isIn(labels.arch, "amd64")] };

      assert.deepEqual(clash(fpga("1"), fpga("2")), together);
      assert.deepEqual(clash(fpga("1"), fpga("1")), together);
      assert.deepEqual(clash(fpga("1"), { ...fpga("2"), weight: 3 }), apart);
      assert.deepEqual(clash(fpga("1"), nic), apart);
      assert.deepEqual(clash(onArm, onAmd), apart);
      assert.deepEqual(clash(onArm, fpga("1")), together);
    });

    it("OVL-015 OVL-017 OVL-018 are left out of every pool, with all that they say, when they clash in one", () => {
      const pools = [inPool(poolNamed("web")), inPool(poolNamed("batch"))];
      const both = { requirements: [], price: "9", capacity: { "example.com/fpga": "1" } };
      const inBatch = { requirements: [isIn(labels.nodePool, "batch")], price: "3" };
      const result = over([named("a", both), named("b", inBatch)], pools);

      assert.deepEqual(reasons(result), together);
      assert.equal(result.instanceTypes.get("web"), types);
      assert.deepEqual(pricesOf(typeIn(result, "small", "batch"), "spot"), [3, 3, 3]);
      assert.equal(typeIn(result, "small", "batch").capacity["example.com/fpga"], undefined);
    });
  });

  describe("that add resources", () => {
    const fpga = { "example.com/fpga": "2" };

    it("OVL-004 OVL-017 put them beside what the type has, in what there is and in what pods can have", () => {
      const requirements = [isIn(labels.instanceType, "large")];
      const result = over([named("a", { requirements, capacity: fpga })]);
      const { capacity, allocatable } = typeIn(result, "large");

      assert.deepEqual(capacity, { ...large.capacity, ...fpga });
      assert.deepEqual(allocatable, { ...large.allocatable, ...fpga });
      assert.equal(typeIn(result, "small"), small);
    });

    it("OVL-017 merge, the heaviest word on each resource counting", () => {
      const result = over([
        named("light", { requirements: [], capacity: { "example.com/fpga": "1", "example.com/nic": "1" }, weight: 1 }),
        named("heavy", { requirements: [], capacity: fpga, weight: 2 }),
        named("apart", { requirements: [isIn(labels.zone, "test-zone-z")], capacity: { "example.com/tpu": "1" } }),
        named("bad", { requirements: [], capacity: { "example.com/tpu": "many" } }),
      ]);

      assert.deepEqual(typeIn(result, "small").overlaid?.capacity, { "example.com/fpga": "2", "example.com/nic": "1" });
      assert.equal(reasons(result)["bad"], "RuntimeValidation");
    });

    it("OVL-016 can be for the types of one pool, by its name or its labels", () => {
      const pools = [inPool(poolNamed("web", { team: "a" })), inPool(poolNamed("batch"))];
      for (const requirement of [isIn(labels.nodePool, "web"), isIn("team", "a")]) {
        const result = over([named("a", { requirements: [requirement], capacity: fpga })], pools);

        assert.equal(typeIn(result, "small", "web").capacity["example.com/fpga"], "2");
        assert.equal(result.instanceTypes.get("batch"), types);
      }
    });

    it("take huge pages out of the memory that pods can have", () => {
      const result = over([named("a", { requirements: [], capacity: { "hugepages-2Mi": "2Gi" } })]);

      assert.equal(typeIn(result, "small").allocatable["memory"], "6Gi");
      assert.equal(typeIn(result, "small").capacity["memory"], "8Gi");
      const all = over([named("a", { requirements: [], capacity: { "hugepages-1Gi": "9Gi" } })]);
      assert.equal(typeIn(all, "small").allocatable["memory"], "0");
    });
  });

  it("OVL-018 change price and resources together, and leave the type's own requirements alone", () => {
    const pools = [inPool(poolNamed("web", { team: "a" }))];
    const spec = { requirements: [isIn("team", "a")], price: "9", capacity: { "example.com/fpga": "1" } };
    const type = typeIn(over([named("a", spec)], pools), "small");

    assert.deepEqual(pricesOf(type, "spot"), [9, 9, 9]);
    assert.equal(type.capacity["example.com/fpga"], "1");
    assert.equal(type.requirements, small.requirements);
    assert.deepEqual(type.overlaid, { price: true, capacity: { "example.com/fpga": "1" } });
    assert.deepEqual(over([named("a", spec)], [inPool(poolNamed("web"), [])]).instanceTypes.get("web"), []);
  });

  it("OVL-005 are worked out for each pool by itself, and never in the types they started from", () => {
    const before = JSON.stringify(types);
    const pools = [inPool(poolNamed("web")), inPool(poolNamed("batch"))];
    const result = over(
      [
        named("a", { requirements: [isIn(labels.nodePool, "web")], priceAdjustment: "+10%" }),
        named("b", { requirements: [isIn(labels.nodePool, "batch")], priceAdjustment: "-5%" }),
      ],
      pools,
    );

    assert.deepEqual(pricesOf(typeIn(result, "small", "web"), "on-demand"), [1.1, 1.1, 1.1]);
    assert.deepEqual(pricesOf(typeIn(result, "small", "batch"), "on-demand"), [0.95, 0.95, 0.95]);
    assert.equal(JSON.stringify(types), before);
  });

  it("OVL-006 say nothing of a pool that was not looked at", () => {
    const result = over([named("a", { requirements: [isIn(labels.nodePool, "other")], price: "1" })]);

    assert.equal(result.instanceTypes.has("other"), false);
    assert.equal(result.instanceTypes.has("web"), true);
  });
});
