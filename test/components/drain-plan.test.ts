import assert from "node:assert/strict";
import { nextStep } from "#components/teardown/drain-plan";
import type { ClusterView } from "#components/teardown/view";

const patience = { evictAfterSeconds: 120, deadlineSeconds: 600 };
const start = { sinceStartMs: 0, leaderSilentMs: 0 };
const nothing: ClusterView = { pools: [], claims: [], classes: [], nodes: [], leaderRenewed: "now" };
const object = (name: string, deleting = false): ClusterView["pools"][number] => ({ name, deleting, finalizers: [] });
const claim = (name: string, deleting = false): ClusterView["claims"][number] => ({
  ...object(name, deleting),
  nodeName: `node-of-${name}`,
  obstacle: undefined,
});

describe("a teardown's next step", () => {
  it("deletes pools and claims that nobody has deleted yet", () => {
    const view = {
      ...nothing,
      pools: [object("old", true), object("made-by-kubectl")],
      claims: [claim("a"), claim("b", true)],
    };

    const { deletePools, deleteClaims, over } = nextStep(view, start, patience);
    assert.deepEqual(
      { deletePools, deleteClaims, over },
      { deletePools: ["made-by-kubectl"], deleteClaims: ["a"], over: undefined },
    );
  });

  it("honours disruption budgets until its patience ends, and only empties nodes that go", () => {
    const view = { ...nothing, claims: [claim("a", true), claim("b")] };

    assert.deepEqual(nextStep(view, { ...start, sinceStartMs: 119_999 }, patience).emptyNodes, []);
    assert.deepEqual(nextStep(view, { ...start, sinceStartMs: 120_000 }, patience).emptyNodes, ["node-of-a"]);
  });

  it("is over when pools and claims are gone", () => {
    assert.equal(
      nextStep({ ...nothing, classes: [{ ...object("class"), obstacle: undefined }] }, start, patience).over,
      "drained",
    );
  });

  it("is over when nobody leads any more", () => {
    const view = { ...nothing, claims: [claim("a", true)] };

    assert.equal(nextStep(view, { ...start, leaderSilentMs: 59_999 }, patience).over, undefined);
    assert.equal(nextStep(view, { ...start, leaderSilentMs: 60_000 }, patience).over, "controller gone");
  });

  it("is over at the deadline", () => {
    const view = { ...nothing, claims: [claim("a", true)] };

    assert.equal(nextStep(view, { ...start, sinceStartMs: 600_000 }, patience).over, "deadline");
  });
});
