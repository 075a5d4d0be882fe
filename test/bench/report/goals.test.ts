import assert from "node:assert/strict";
import { describeVerdicts, type Verdict, verdictsOn } from "../../../bench/report/goals";
import type { Row } from "../../../bench/measure/outcome";
import { passes, row } from "./rows";

const verdict = (goal: string, ...rows: readonly Row[]): Verdict => {
  const found = verdictsOn({ rows, passes: [] }).find((each) => each.goal.startsWith(goal));
  if (found === undefined) throw new Error(`no such goal: ${goal}`);
  return found;
};
const state = (goal: string, ...rows: readonly Row[]): Verdict["state"] => verdict(goal, ...rows).state;

describe("verdictsOn", () => {
  it("asks 100 times the peer's speed of diverse pods, from 5,000 up", () => {
    const fast = row({ ours: { seconds: [0.01] } });
    const slow = row({ ours: { seconds: [0.02] } });

    assert.equal(state("100 times", fast), "met");
    assert.deepEqual(verdict("100 times", fast, slow).misses, ["diverse 5000: 50×"]);
    assert.equal(state("100 times", { ...slow, pods: 2000 }, { ...slow, scenario: "company" }), "not measured");
  });

  it("asks 1.5 s of the whole trace, in the median", () => {
    const trace = { scenario: "openb", pods: 8152 };

    assert.equal(state("the GPU trace", row({ ...trace, ours: { seconds: [9, 1.4, 1.4] } })), "met");
    assert.equal(state("the GPU trace", row({ ...trace, ours: { seconds: [1, 1.6, 1.7] } })), "missed");
    assert.equal(state("the GPU trace", row({ ...trace, pods: 300, ours: { seconds: [9] } })), "not measured");
  });

  it("asks of every row to stay within 512 MiB", () => {
    assert.equal(state("512 MiB", row()), "met");
    assert.equal(state("512 MiB", row(), row({ ours: { peakRssBytes: 2 ** 29 + 1 } })), "missed");
  });

  it("asks of every row to hold the event loop for less than 50 ms", () => {
    assert.equal(state("the event loop", row({ ours: { heldMs: 49.9 } })), "met");
    assert.equal(state("the event loop", row(), row({ ours: { heldMs: 50 } })), "missed");
    assert.equal(state("the event loop"), "not measured");
  });

  it("asks the same of whole passes over a large cluster", () => {
    const judged = (heldMs: number): Verdict | undefined =>
      verdictsOn({ rows: [row()], passes: [passes(heldMs)] }).find(({ goal }) => goal.startsWith("the event loop"));

    assert.equal(judged(49.9)?.state, "met");
    assert.deepEqual(judged(61)?.misses, ["passes with 5000 pending: 61 ms"]);
  });

  it("asks for a price near the bound, nearer where pods are many", () => {
    const dear = row({ ours: { price: 106 } });

    assert.deepEqual(verdict("5% above", dear).misses, ["diverse 5000: 1.060"]);
    assert.equal(state("5% above", row({ ours: { price: 105 } })), "met");
    assert.equal(state("15% above", { ...dear, pods: 300 }), "met");
    assert.equal(state("15% above", row({ pods: 300, ours: { price: 116 } })), "missed");
    assert.equal(state("5% above", { ...dear, pods: 300 }), "not measured");
  });

  it("does not call a plan near the bound that leaves pods over which the bound pays for", () => {
    const left = { price: 50, unscheduled: ["default/a"] };

    assert.equal(state("5% above", row({ ours: left })), "not measured");
    assert.equal(state("5% above", row({ ours: left, bound: { price: 50, nodes: 5, unplaceable: 1 } })), "met");
  });

  it("asks to be no dearer than the peer where all its pods are placed", () => {
    assert.equal(state("no dearer", row({ ours: { price: 101 } })), "missed");
    assert.equal(state("no dearer", row({ peer: { price: 99.995 } })), "met");
    assert.equal(state("no dearer", row({ ours: { price: 50, unscheduled: ["default/a"] } })), "not measured");
    assert.equal(state("no dearer", row({ peer: { because: "no plan after 9 s", waitedSeconds: 9 } })), "not measured");
  });

  it("asks to place every pod that the peer places", () => {
    const left = { unscheduled: ["default/a", "default/b"] };

    assert.deepEqual(verdict("no pod left", row({ ours: left, peer: { unscheduled: ["default/a"] } })).misses, [
      "diverse 5000: 1 pods",
    ]);
    assert.equal(state("no pod left", row({ ours: left, peer: left })), "met");
    assert.equal(state("no pod left", row({ ours: left, peer: "not asked" })), "not measured");
  });

  it("asks for plans that keep the rules and are the same each time", () => {
    assert.equal(state("every plan", row({ ours: { violations: ["node-1 is overfull"] } })), "missed");
    assert.equal(state("equal problems", row({ ours: { isStable: false } })), "missed");
    assert.equal(state("equal problems", row({ ours: { seconds: [1] } })), "not measured");
  });
});

describe("describeVerdicts", () => {
  it("says in one line what is met, what is missed where, and what was not measured", () => {
    const line = describeVerdicts([
      { goal: "speed", state: "met", misses: [] },
      { goal: "price", state: "missed", misses: ["openb 300: 1.200", "openb 1000: 1.100"] },
    ]);

    assert.equal(line, "Goals met: speed. missed: price (openb 300: 1.200; openb 1000: 1.100). not measured: none");
  });
});
