import assert from "node:assert/strict";
import { schedule } from "#controller/scheduling/schedule";
import { violationsOf } from "#support/plan-checker";
import { randomProblem } from "#support/random-problem";

/** Problems that once had a plan which broke a rule, or seemed to. */
const settled = [
  [36, 65, 181, 203, 276, 389, 584, 978, 1038, 1074, 1324, 1437, 1544, 1565, 1656, 1725, 1819, 1904],
  [2013, 2410, 2960, 3189, 3310, 3366, 3542, 3544, 3638, 3771, 3878, 4140],
].flat();
const others = Array.from({ length: 250 }, (_, position) => 10_001 + position);

describe("plans of random problems", () => {
  it("TOPO-002 TOPO-013 keep every rule that the checker knows", function () {
    this.timeout(60_000);
    for (const seed of [...settled, ...others]) {
      const given = randomProblem(seed);
      assert.deepEqual(violationsOf(schedule(given), given), [], `randomProblem(${seed})`);
    }
  });
});
