import assert from "node:assert/strict";
import { schedule } from "#controller/scheduling/schedule";
import { violationsOf } from "../../support/plan-checker";
import { randomProblem } from "../../support/random-problem";

/** Seeds of random problems in which a node that was emptied twice once took another one's pods along. */
const seeds = [21681, 23176, 24017];

describe("schedule: tidying", () => {
  for (const seed of seeds) {
    it(`loses no pod of random problem ${seed}`, () => {
      const problem = randomProblem(seed);
      assert.deepEqual(violationsOf(schedule(problem), problem), []);
    });
  }
});
