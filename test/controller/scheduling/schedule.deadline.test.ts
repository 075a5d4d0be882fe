import assert from "node:assert/strict";
import type { Pod } from "#controller/api/pod";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, podAsking, podsAsking, problem } from "#support/builders";
import { violationsOf } from "#support/plan-checker";
import { randomProblem } from "#support/random-problem";

/** Lets a solver ask so many times before time is up; then it should not have to be told often. */
class Patience {
  asked = 0;
  readonly #turns: number;

  constructor(turns: number) {
    this.#turns = turns;
  }

  readonly isTimeUp = (): boolean => this.asked++ >= this.#turns;
}

const podsIn = ({ newNodes, existing }: Plan): readonly Pod[] => [
  ...newNodes.flatMap(({ pods }) => pods),
  ...[...existing.values()].flat(),
];

/** How often the clock is asked when there is time. */
function turnsOf(given: Problem): number {
  const patience = new Patience(Infinity);
  schedule(given, patience.isTimeUp);
  return patience.asked;
}

const types = [instanceType("small", { cpu: 2, memoryGi: 8 }), instanceType("large", { cpu: 8, memoryGi: 32 })];

describe("schedule: when time is up", () => {
  it("keeps every rule, whenever that is, and loses no pod", function () {
    this.timeout(60_000);
    // The first ones have pods of which each may be spread first only.
    for (const seed of [60_044, 60_070, ...Array.from({ length: 60 }, (_, position) => 30_001 + position)]) {
      const given = randomProblem(seed);
      const turns = turnsOf(given);
      for (const part of [0, 1, 2, 3, 5, 8, 13, 21, 38, turns / 4, turns / 2, (3 * turns) / 4, turns - 2, turns - 1]) {
        const plan = schedule(given, new Patience(Math.floor(part)).isTimeUp);
        assert.deepEqual(violationsOf(plan, given), [], `randomProblem(${seed}), up after ${part} of ${turns}`);
      }
    }
  });

  it("asks no more once it knows", () => {
    const patience = new Patience(4);
    schedule(problem({ pods: podsAsking(20, { cpu: "1" }), pools: [choice(nodePool(), types)] }), patience.isTimeUp);

    assert.equal(patience.asked, 5);
  });

  it("tells pods that it did not get to no reason, but those that can never be planned theirs", () => {
    const claimed = podAsking({ cpu: "1" }, { resourceClaims: [{ name: "gpu" }] });
    const tooLarge = podAsking({ cpu: "100" });
    const pods = [...podsAsking(3, { cpu: "1" }), tooLarge, claimed];
    const given = problem({ pods, pools: [choice(nodePool(), types)] });
    const plan = schedule(given, () => true);

    assert.deepEqual(
      plan.unschedulable.map(({ pod }) => pod),
      [claimed],
    );
    assert.deepEqual(new Set(plan.deferred), new Set(pods.filter((pod) => pod !== claimed)));
    assert.deepEqual(podsIn(plan), []);
  });

  it("takes nodes that are planned by then, so that plan after plan gets through", () => {
    const given = problem({
      pods: [1, 2, 3, 4, 5].flatMap((tenths) => podsAsking(40, { cpu: `${tenths}100m` })),
      pools: [choice(nodePool(), types)],
    });
    let [waiting, plans] = [given.pods, 0];
    for (; waiting.length > 0; plans++) {
      const plan = schedule({ ...given, pods: waiting }, new Patience(8).isTimeUp);
      assert.ok(plan.deferred.length < waiting.length, "some have a place");
      assert.deepEqual(plan.unschedulable, []);
      waiting = plan.deferred;
    }

    assert.ok(plans > 1, "one plan was not enough");
  });

  it("is as if there were no deadline when time suffices", () => {
    const given = randomProblem(4);

    assert.deepEqual(
      schedule(given, () => false),
      schedule(given),
    );
    assert.deepEqual(schedule(given).deferred, []);
  });
});
