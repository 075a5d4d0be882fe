import assert from "node:assert/strict";
import type { Budget } from "#controller/api/node-pool";
import { allowedDisruptions } from "#controller/disruption/budget";
import { nodePool } from "#support/builders";

const noon = Date.parse("2026-01-05T12:00:00Z");
const allowed = (budgets: readonly Budget[] | undefined, total = 10): number =>
  allowedDisruptions(nodePool({ spec: { disruption: { budgets } } }), "Empty", { total, now: noon });

describe("disruption budgets", () => {
  const cases: readonly (readonly [string, readonly Budget[] | undefined, number])[] = [
    ["are one of 10% when none is given", undefined, 1],
    ["allow all when the list is empty", [], 10],
    ["API-020 count nodes", [{ nodes: "3" }], 3],
    ["API-020 never allow more than there is", [{ nodes: "30" }], 10],
    ["API-020 round percentages up", [{ nodes: "11%" }], 2],
    ["API-020 allow none with 0", [{ nodes: "0" }], 0],
    ["API-020 allow all with 100%", [{ nodes: "100%" }], 10],
    ["API-020 allow none when the value cannot be read", [{ nodes: "many" }], 0],
    ["API-020 allow none when the schedule cannot be read", [{ nodes: "5", schedule: "noon", duration: "1h" }], 0],
    ["API-019 allow what the smallest allows", [{ nodes: "5" }, { nodes: "2" }, { nodes: "90%" }], 2],
    ["API-019 count for the reasons they name", [{ nodes: "0", reasons: ["Drifted"] }, { nodes: "4" }], 4],
    ["API-019 name several reasons", [{ nodes: "2", reasons: ["Drifted", "Empty"] }], 2],
    ["API-019 do not count outside their window", [{ nodes: "0", schedule: "0 9 * * *", duration: "1h" }], 10],
    ["API-019 count inside their window", [{ nodes: "0", schedule: "30 11 * * *", duration: "1h" }], 0],
  ];
  for (const [title, budgets, expected] of cases) {
    it(title, () => {
      assert.equal(allowed(budgets), expected);
    });
  }

  it("allow one of a single node by the default", () => {
    assert.equal(allowed(undefined, 1), 1);
    assert.equal(allowed(undefined, 0), 0);
  });
});
