import assert from "node:assert/strict";
import fc from "fast-check";
import type { Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { violationsOf } from "#support/plan-checker";
import { randomProblem } from "#support/random-problem";

/** Problems that once had a plan which broke a rule, or seemed to. */
const settled = [
  [36, 65, 181, 203, 276, 389, 584, 978, 1038, 1074, 1324, 1437, 1544, 1565, 1656, 1725, 1819, 1904],
  [2013, 2410, 2960, 3189, 3310, 3366, 3542, 3544, 3638, 3771, 3878, 4140, 7651, 8072],
  [
    10907, 15782, 20913, 26001, 27757, 28864, 35596, 135150, 135470, 160505, 162015, 184592, 215333, 402772, 465098,
    740673, 802691, 930659, 2011777, 4013952,
  ],
].flat();

/** Smaller numbers are no simpler problems. */
const seeds = fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const sometimes = { numRuns: 250, interruptAfterTimeLimit: 20_000 };

/** Each list the other way round. */
const reversed = (problem: Problem): Problem => ({
  ...problem,
  pods: problem.pods.toReversed(),
  nodes: problem.nodes.toReversed(),
  daemonSets: problem.daemonSets.toReversed(),
  pools: problem.pools.toReversed().map((pool) => ({ ...pool, instanceTypes: pool.instanceTypes.toReversed() })),
});

describe("plans of random problems", () => {
  it("TOPO-002 TOPO-013 keep every rule that the checker knows, where they once did not", function () {
    this.timeout(60_000);
    for (const seed of settled) {
      const given = randomProblem(seed);
      assert.deepEqual(violationsOf(schedule(given), given), [], `randomProblem(${seed})`);
    }
  });

  it("TOPO-002 TOPO-013 keep every rule that the checker knows", function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(seeds, (seed) => {
        const given = randomProblem(seed);
        assert.deepEqual(violationsOf(schedule(given), given), []);
      }),
      sometimes,
    );
  });

  it("are equal for equal problems, whatever the order of their parts", function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(seeds, (seed) => {
        const plan = schedule(randomProblem(seed));
        assert.deepEqual(schedule(randomProblem(seed)), plan);
        assert.deepEqual(schedule(reversed(randomProblem(seed))), plan);
      }),
      sometimes,
    );
  });
});
