import assert from "node:assert/strict";
import { closest } from "../../../bench/differential/ask";
import type { Comparison } from "../../../bench/differential/compare";
import { explanationOf, unexplainedIn } from "../../../bench/differential/explanations";
import { recordedAnswers } from "../../../bench/differential/recording";

/** A recorded problem, planned by us today. */
interface Seen {
  readonly seed: number;
  readonly comparison: Comparison;
}

describe("our plans of recorded random problems beside the peer's", function () {
  // 200 problems, each planned once and compared with every answer.
  this.timeout(60_000);
  let seen: readonly Seen[] = [];

  before(() => {
    seen = recordedAnswers().map(({ seed, problem, answers }) => ({ seed, comparison: closest(problem, answers) }));
  });

  it("place the same pods at no higher price, or differ as the page on conformance explains", () => {
    const open = seen.flatMap(({ seed, comparison }) =>
      unexplainedIn(comparison).map(({ kind, text }) => `seed ${seed}: ${kind}: ${text}`),
    );
    assert.deepEqual(open, [], "npm run differential -- --count 1 --seed <seed> shows the smallest such problem");
  });

  it("are of many problems, most of them without any difference, and some where only we place a pod", () => {
    const times = (holds: (comparison: Comparison) => boolean): number =>
      seen.filter(({ comparison }) => holds(comparison)).length;
    assert.ok(seen.length >= 200, `${seen.length} problems`);
    assert.ok(times(({ differences }) => differences.length === 0) > 150);
    assert.ok(times(({ onlyOurs }) => onlyOurs.length > 0) > 5);
    assert.ok(times(({ peerViolations }) => peerViolations.length > 0) > 5);
    assert.ok(times(({ ours }) => ours.newNodes.length > 0) > 100);
  });

  it("differ for several reasons", () => {
    const ids = new Set(
      seen.flatMap(({ comparison }) => comparison.differences.map((each) => explanationOf(each, comparison))),
    );
    for (const id of ["contradiction", "nodes-limit", "contention", "evenness"]) assert.ok(ids.has(id), id);
  });
});
