import assert from "node:assert/strict";
import fc from "fast-check";
import { withObjects, withReferences } from "#controller/planning/references";

const known = [{ name: "a" }, { name: "b" }, [1, 2, 3], new Map([["c", "d"]])];
const numbers = new Map<object, number>(known.map((object, number) => [object, number]));
const numberOf = (object: object): number | undefined => numbers.get(object);
const objectOf = (number: number): object => known[number] ?? {};

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(...known),
    fc.constantFrom<unknown>("", "text", 0, 1.5, true, undefined),
    fc.array(fc.constantFrom(...known), { maxLength: 4 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "name"), tie("value")).map((each) => ({ ...each })),
    fc.array(fc.tuple(fc.constantFrom("x", "y"), tie("value"))).map((entries) => new Map(entries)),
    fc.array(tie("value"), { maxLength: 3 }).map((each) => new Set(each)),
  ),
}));

/** The objects that both sides know, in the order in which a value shows them. */
function shown(each: unknown): readonly object[] {
  if (typeof each !== "object" || each === null) return [];
  if (numbers.has(each)) return [each];
  return [...(Symbol.iterator in each ? (each as Iterable<unknown>) : Object.values(each))].flatMap(shown);
}

describe("references", () => {
  it("bring a value to the other side of a thread boundary, with the other side's own objects in it", () => {
    fc.assert(
      fc.property(value, (each) => {
        const arrived = withObjects(structuredClone(withReferences(each, numberOf)), objectOf);

        assert.deepEqual(arrived, each);
        assert.deepEqual(shown(arrived).length, shown(each).length);
        assert.ok(shown(arrived).every((object, index) => object === shown(each)[index]));
      }),
    );
  });

  it("say a list of known objects in four bytes each", () => {
    assert.deepEqual(withReferences([known[1], known[0]], numberOf), new Uint32Array([1, 0]));
  });
});
