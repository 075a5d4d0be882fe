import assert from "node:assert/strict";
import { plannerHeap } from "#controller/planning/planner-heap";

describe("plannerHeap", () => {
  it("is two fifths of what the controller may use", () => {
    assert.equal(plannerHeap(2 ** 30).maxOldGenerationSizeMb, 409);
  });

  it("leaves it to Node where nobody knows how much that is", () => {
    assert.deepEqual(Object.keys(plannerHeap(undefined)), ["maxYoungGenerationSizeMb"]);
  });
});
