import assert from "node:assert/strict";
import { median } from "../../../bench/measure/outcome";

describe("median", () => {
  it("is the middle one, whatever the order", () => {
    assert.equal(median([5, 1, 3]), 3);
  });

  it("lies between two middle ones", () => {
    assert.equal(median([4, 1, 3, 2]), 2.5);
  });

  it("does not compare numbers as texts", () => {
    assert.equal(median([100, 9, 20]), 20);
  });
});
