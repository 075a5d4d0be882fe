import assert from "node:assert/strict";
import type { NodeClaim } from "#controller/api/node-claim";
import { Intentions } from "#controller/state/intentions";
import { nodeClaim } from "#support/builders";
import { claimThat } from "#support/snapshots";

const now = Date.parse("2026-01-01T00:00:30Z"); // claims of tests are made at midnight
const plan = { pods: [], capacity: { cpu: "4" } };

function launchesAfter(...looks: readonly (NodeClaim | undefined)[]): number {
  const intentions = new Intentions();
  intentions.launching(nodeClaim({ metadata: { name: "a" } }), plan);
  for (const look of looks) intentions.settle((name) => (name === "a" ? look : undefined), now);
  return intentions.launches.size;
}

describe("intentions", () => {
  it("remember a launch until the claim is launched", () => {
    assert.equal(launchesAfter(nodeClaim()), 1);
    assert.equal(launchesAfter(nodeClaim({ status: { providerID: "aws:///a/i-1" } })), 1);
    assert.equal(launchesAfter(claimThat(["Launched"])), 0);
  });

  it("forget a launch whose claim is being given up, or is gone", () => {
    assert.equal(launchesAfter(nodeClaim({ metadata: { deletionTimestamp: "2026-01-01T00:00:10Z" } })), 0);
    const intentions = new Intentions();
    intentions.launching(nodeClaim({ metadata: { name: "a" } }), plan);
    intentions.leave("a");
    intentions.forget("a");
    assert.deepEqual([intentions.launches.size, intentions.isLeaving("a")], [0, false]);
  });

  it("wait a minute for a claim that no watch has shown", () => {
    const intentions = new Intentions();
    intentions.launching(nodeClaim(), plan);
    intentions.settle(() => undefined, now);
    assert.equal(intentions.launches.size, 1);
    intentions.settle(() => undefined, now + 60_000);
    assert.equal(intentions.launches.size, 0);
  });

  it("STATE-006 hold a nomination until it runs out; the later one counts", () => {
    const intentions = new Intentions();
    intentions.nominate("node-1", 2_000);
    intentions.nominate("node-1", 1_000);

    assert.equal(intentions.isNominated("node-1", 1_999), true);
    assert.equal(intentions.isNominated("node-1", 2_000), false);
    assert.equal(intentions.isNominated("node-2", 0), false);
  });

  it("let claims leave, stay after all, and forget those that have gone", () => {
    const intentions = new Intentions();
    for (const name of ["a", "b", "c"]) intentions.leave(name);
    intentions.stay("a");
    intentions.settle((name) => (name === "b" ? nodeClaim() : undefined), now);

    assert.deepEqual(
      ["a", "b", "c"].map((name) => intentions.isLeaving(name)),
      [false, true, false],
    );
  });
});
