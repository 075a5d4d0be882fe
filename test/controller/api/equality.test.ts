import assert from "node:assert/strict";
import { isDeepEqual } from "#controller/api/equality";

describe("equality of wire values", () => {
  it("minds neither the order of keys nor fields that are undefined", () => {
    assert.equal(isDeepEqual({ a: 1, b: [{ c: "x" }] }, { b: [{ c: "x", d: undefined }], a: 1 }), true);
    assert.equal(isDeepEqual(undefined, undefined), true);
  });

  it("minds the order and length of lists, and every value", () => {
    assert.equal(isDeepEqual([1, 2], [2, 1]), false);
    assert.equal(isDeepEqual([1], [1, 2]), false);
    assert.equal(isDeepEqual({ a: 1 }, { a: "1" }), false);
    assert.equal(isDeepEqual({ a: null }, { a: undefined }), false);
    assert.equal(isDeepEqual([], {}), false);
    assert.equal(isDeepEqual(undefined, {}), false);
  });
});
