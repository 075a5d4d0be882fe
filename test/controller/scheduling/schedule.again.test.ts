import assert from "node:assert/strict";
import { schedule } from "#controller/scheduling/schedule";
import { carriedOut } from "#support/carried-out";
import { violationsOf } from "#support/plan-checker";
import { randomProblem } from "#support/random-problem";

/** Problems of which pods were once left over that the next plan had a place for. */
const hasty = [248, 536, 559, 800, 953, 980, 1218, 1286, 1342, 1380, 1422, 1674, 4449];

/** Others whose pods have a place once a node is launched: then it is one machine, and no other that it could be. */
const inDoubt = [103, 693, 1680];

describe("planning again", () => {
  it("finds no place for those whom the first plan left over", () => {
    for (const seed of hasty) {
      const first = randomProblem(seed);
      const again = carriedOut(first, schedule(first));
      assert.equal(schedule(again).unschedulable.length, again.pods.length, `randomProblem(${seed})`);
    }
  });

  it("finds a place for others only on what minValues had kept free for a dearer choice of machine", () => {
    for (const seed of inDoubt) {
      const first = randomProblem(seed);
      const plan = schedule(first);
      const again = schedule(carriedOut(first, plan));
      const still = new Set(again.unschedulable.map(({ pod }) => pod));
      const placed = plan.unschedulable.filter(({ pod }) => !still.has(pod));
      assert.ok(placed.length > 0, `randomProblem(${seed})`);
      for (const { reason } of placed) assert.match(reason, /: minValues cannot be met/, `randomProblem(${seed})`);
    }
  });

  it("keeps every rule beside pods that an earlier plan placed", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const first = randomProblem(seed);
      const again = { ...carriedOut(first, schedule(first)), pods: first.pods.slice(0, 5).map(renamed) };
      assert.deepEqual(violationsOf(schedule(again), again), [], `randomProblem(${seed})`);
    }
  });
});

const renamed = <T extends { readonly metadata: { readonly name: string } }>(pod: T): T => ({
  ...pod,
  metadata: { ...pod.metadata, name: `${pod.metadata.name}-again` },
});
