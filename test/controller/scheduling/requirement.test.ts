import assert from "node:assert/strict";

import fc from "fast-check";

import type { Operator, RequirementSpec } from "#controller/api/requirement";
import {
  agree,
  allows,
  describe as inWords,
  intersect,
  hasNoValue,
  isImpossible,
  type Requirement,
  requirementOf,
  toSpecs,
} from "#controller/scheduling/requirement";
import { allOf } from "#controller/scheduling/requirements";

const value = fc.constantFrom("0", "1", "2", "3", "a", "b");
const number = fc.constantFrom("0", "1", "2", "3");
const spec: fc.Arbitrary<RequirementSpec> = fc.oneof(
  fc.record({
    key: fc.constant("key"),
    operator: fc.constantFrom<Operator>("In", "NotIn"),
    values: fc.uniqueArray(value, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ key: fc.constant("key"), operator: fc.constantFrom<Operator>("Exists", "DoesNotExist") }),
  fc.record({
    key: fc.constant("key"),
    operator: fc.constantFrom<Operator>("Gt", "Gte", "Lt", "Lte"),
    values: number.map((each) => [each]),
  }),
);
const requirement = fc.oneof(
  spec.map(requirementOf),
  fc.tuple(spec, spec).map(([a, b]) => intersect(requirementOf(a), requirementOf(b))),
);
const values = ["-1", "0", "1", "2", "3", "4", "a", "b", "c"];

/** Two requirements are the same when no value tells them apart. */
function assertSame(a: Requirement, b: Requirement): void {
  assert.deepEqual(
    values.filter((each) => allows(a, each)),
    values.filter((each) => allows(b, each)),
  );
}

describe("a requirement", () => {
  it("REQ-002 allows, intersected, exactly what both sides allow", () => {
    fc.assert(
      fc.property(requirement, requirement, fc.constantFrom(...values), (a, b, each) => {
        assert.equal(allows(intersect(a, b), each), allows(a, each) && allows(b, each));
      }),
    );
  });

  it("REQ-002 is narrowed in any order to the same", () => {
    fc.assert(
      fc.property(requirement, requirement, requirement, (a, b, c) => {
        assertSame(intersect(a, b), intersect(b, a));
        assertSame(intersect(intersect(a, b), c), intersect(a, intersect(b, c)));
        assertSame(intersect(a, a), a);
      }),
    );
  });

  it("agrees with another exactly when the intersection is possible", () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => {
        assert.equal(agree(a, b), !isImpossible(intersect(a, b)));
        assert.equal(agree(a, b), agree(b, a));
      }),
    );
  });

  it("excludes together what its parts exclude: not a and not b is neither a nor b", () => {
    const notIn = (...excluded: string[]): Requirement =>
      requirementOf({ key: "key", operator: "NotIn", values: excluded });

    fc.assert(
      fc.property(value, value, (a, b) => {
        assertSame(intersect(notIn(a), notIn(b)), notIn(a, b));
      }),
    );
  });

  it("REQ-008 means the same after being written and read, bounds and exclusions together", () => {
    fc.assert(
      fc.property(requirement, (each) => {
        const [read] = allOf(toSpecs(each).map(requirementOf)).values();

        assertSame(read ?? each, each);
        assert.deepEqual(toSpecs(read ?? each), toSpecs(each));
      }),
    );
  });

  const membership: readonly (readonly [Operator, readonly string[], readonly string[]])[] = [
    ["In", ["1", "a"], ["1", "a"]],
    ["NotIn", ["1", "a"], ["-1", "0", "2", "3", "4", "b", "c"]],
    ["Exists", [], values],
    ["DoesNotExist", [], []],
    ["Gt", ["2"], ["3", "4"]],
    ["Gte", ["2"], ["2", "3", "4"]],
    ["Lt", ["2"], ["-1", "0", "1"]],
    ["Lte", ["2"], ["-1", "0", "1", "2"]],
    ["Gt", ["x"], []],
  ];
  for (const [operator, given, allowed] of membership) {
    it(`REQ-003 ${operator} [${given.join()}] allows [${allowed.join()}]`, () => {
      const each = requirementOf({ key: "key", operator, values: given });

      assert.deepEqual(
        values.filter((candidate) => allows(each, candidate)),
        allowed,
      );
    });
  }

  it("REQ-009 is empty when its bounds cross, and narrowed out when nothing remains between them", () => {
    const bound = (operator: Operator, at: string): Requirement =>
      requirementOf({ key: "key", operator, values: [at] });
    const two = intersect(bound("Gt", "1"), bound("Lt", "3"));

    assert.ok(hasNoValue(intersect(bound("Gt", "2"), bound("Lt", "3"))));
    assert.ok(hasNoValue(intersect(two, requirementOf({ key: "key", operator: "NotIn", values: ["2"] }))));
    assert.equal(hasNoValue(two), false);
  });

  const derived: readonly (readonly [RequirementSpec["operator"], readonly string[], readonly string[]])[] = [
    ["Exists", [], ["Exists"]],
    ["DoesNotExist", [], ["DoesNotExist"]],
    ["In", ["a"], ["In"]],
    ["In", ["b", "a"], ["In"]],
    ["NotIn", ["a"], ["NotIn"]],
    ["NotIn", ["a", "b"], ["NotIn"]],
    ["Gt", ["1"], ["Gte"]],
    ["Gte", ["1"], ["Gte"]],
    ["Lt", ["9"], ["Lte"]],
    ["Lte", ["9"], ["Lte"]],
  ];
  for (const [operator, given, operators] of derived) {
    it(`REQ-004 ${operator} [${given.join()}] is written as ${operators.join()}`, () => {
      const each = requirementOf({ key: "key", operator, values: given });

      assert.deepEqual(
        toSpecs(each).map((written) => written.operator),
        operators,
      );
    });
  }

  it("REQ-005 has no value exactly when every value is refused; a complement never runs out", () => {
    fc.assert(
      fc.property(requirement, (each) => {
        assert.equal(hasNoValue(each), !values.some((candidate) => allows(each, candidate)));
      }),
    );
    const but = requirementOf({ key: "key", operator: "NotIn", values });

    assert.equal(hasNoValue(but), false);
    assert.ok(allows(but, "yet another"));
  });

  it("REQ-009 says the same with Gt and Gte, and with Lt and Lte, from zero to the largest integer", () => {
    const bound = (operator: Operator, at: number): Requirement =>
      requirementOf({ key: "key", operator, values: [String(at)] });

    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1 }), (at) => {
        assert.deepEqual(bound("Gt", at), bound("Gte", at + 1));
        assert.deepEqual(bound("Lt", at + 1), bound("Lte", at));
        assert.ok(allows(intersect(bound("Gte", at), bound("Lte", at)), String(at)));
      }),
    );
    assert.ok(allows(bound("Gte", 0), "0"));
    assert.equal(allows(bound("Lt", 0), "0"), false);
  });

  it("is content with absence only as NotIn and DoesNotExist", () => {
    const content = (operator: Operator, given: string[] = []): boolean =>
      requirementOf({ key: "key", operator, values: given }).absent;

    assert.deepEqual([content("NotIn", ["a"]), content("DoesNotExist")], [true, true]);
    assert.deepEqual([content("In", ["a"]), content("Exists"), content("Gt", ["1"])], [false, false, false]);
  });

  it("tells what nothing satisfies from what absence satisfies", () => {
    const a = requirementOf({ key: "key", operator: "In", values: ["a"] });
    const b = requirementOf({ key: "key", operator: "In", values: ["b"] });
    const absent = requirementOf({ key: "key", operator: "DoesNotExist" });

    assert.ok(isImpossible(intersect(a, b)));
    assert.equal(agree(intersect(a, b), absent), false);
    assert.equal(isImpossible(absent), false);
    assert.ok(agree(requirementOf({ key: "key", operator: "NotIn", values: ["a"] }), absent));
  });

  it("REQ-001 goes by its present-day key", () => {
    assert.equal(requirementOf({ key: "beta.kubernetes.io/arch", operator: "Exists" }).key, "kubernetes.io/arch");
  });

  it("REQ-007 has one text, whatever the order of values", () => {
    assert.equal(inWords(requirementOf({ key: "key", operator: "In", values: ["b", "a"] })), "key In [a, b]");
    assert.equal(inWords(requirementOf({ key: "key", operator: "Lte", values: ["7"] })), "key Lte [7]");
  });

  it("keeps the larger minValues of two", () => {
    const few = requirementOf({ key: "key", operator: "Exists", minValues: 2 });
    const many = requirementOf({ key: "key", operator: "In", values: ["a", "b", "c"], minValues: 3 });

    assert.equal(intersect(few, many).minValues, 3);
    assert.deepEqual(toSpecs(few), [{ key: "key", operator: "Exists", minValues: 2 }]);
  });
});
