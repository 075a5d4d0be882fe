import assert from "node:assert/strict";
import { solveOurselves } from "../../../bench/measure/own-planner";

describe("solveOurselves", () => {
  it("plans in a process of its own, as often as asked, and tells what came of it", async () => {
    const ours = await solveOurselves({ scenario: "preference-ignore", pods: 40, repeat: 2 });

    assert.equal(ours.seconds.length, 2);
    assert.ok(ours.seconds.every((each) => each > 0));
    assert.ok(ours.nodes > 0 && ours.price > 0);
    assert.deepEqual({ ...ours, unscheduled: [], violations: [], isStable: true }, ours);
    assert.ok(ours.heldMs >= 0);
    assert.ok(ours.peakRssBytes > 2 ** 24, String(ours.peakRssBytes));
  }).timeout(60_000);

  it("fails when that process does", async () => {
    await assert.rejects(
      solveOurselves({ scenario: "preference-ignore", pods: 1, repeat: 0 }),
      /own-process.ts .* ended with 1: .*solved once at least/s,
    );
  }).timeout(60_000);
});
