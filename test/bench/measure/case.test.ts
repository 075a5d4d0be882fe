import assert from "node:assert/strict";
import { casesOf } from "../../../bench/measure/case";
import type { Scenario } from "../../../bench/scenarios/scenario";
import { problem } from "#support/builders";

const scenario = (name: string, ...sizes: readonly number[]): Scenario => ({
  ...{ name, about: name, sizes },
  problem: () => problem({}),
});
const scenarios = [scenario("diverse", 500, 1000), scenario("openb", 8152), scenario("openb-spot", 8152)];

const chosen = (choice: Partial<Parameters<typeof casesOf>[1]>) =>
  casesOf(scenarios, { names: [], sizes: [], ...choice }).map((each) => `${each.scenario.name} ${each.pods}`);

describe("casesOf", () => {
  it("has every scenario in all its sizes when nothing is asked for", () => {
    assert.deepEqual(chosen({}), ["diverse 500", "diverse 1000", "openb 8152", "openb-spot 8152"]);
  });

  it("has the scenarios whose name begins so", () => {
    assert.deepEqual(chosen({ names: ["openb"] }), ["openb 8152", "openb-spot 8152"]);
  });

  it("has the sizes that were asked for instead of a scenario's own", () => {
    assert.deepEqual(chosen({ names: ["diverse"], sizes: [7] }), ["diverse 7"]);
  });

  it("says which scenarios there are when there is none of a name", () => {
    assert.throws(() => chosen({ names: ["company"] }), {
      name: "RangeError",
      message: "no scenario is called company: there are diverse, openb, openb-spot",
    });
  });
});
