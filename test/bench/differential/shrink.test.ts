import assert from "node:assert/strict";

import type { Problem } from "#controller/scheduling/problem";
import { randomProblem } from "#support/random-problem";
import { reportOf } from "../../../bench/differential/report";
import { compare } from "../../../bench/differential/compare";
import { shrunk } from "../../../bench/differential/shrink";

const everybody = (each: Problem) => [...each.pods, ...each.nodes.flatMap(({ pods }) => pods)];
const hasSpread = (each: Problem): boolean =>
  everybody(each).some(({ spec }) => (spec.topologySpreadConstraints ?? []).length > 0);

describe("shrinking a problem", () => {
  it("leaves only what it is about", async () => {
    const seeds = Array.from({ length: 40 }, (_, position) => position + 1);
    for (const problem of seeds.map(randomProblem).filter(hasSpread).slice(0, 5)) {
      const small = await shrunk(problem, (each) => Promise.resolve(hasSpread(each)));

      assert.ok(hasSpread(small));
      assert.equal(everybody(small).length, 1);
      assert.equal(small.pools.length, 0);
      assert.ok(everybody(small).every(({ spec }) => spec.affinity === undefined && spec.nodeSelector === undefined));
    }
  });

  it("leaves a problem alone of which nothing can go", async () => {
    const problem = randomProblem(1);

    assert.equal(await shrunk(problem, (each) => Promise.resolve(each === problem)), problem);
  });
});

describe("reporting a problem", () => {
  it("tells all that bears on it", () => {
    const problem = randomProblem(4);
    const nothing = { newNodes: [], existingNodes: {}, hourlyPrice: 0, solveSeconds: [], peakRssBytes: 0 };
    const unschedulable = Object.fromEntries(
      problem.pods.map(({ metadata }) => [`${metadata.namespace ?? ""}/${metadata.name}`, "none"]),
    );
    const text = reportOf(compare(problem, { ...nothing, unschedulable }));

    for (const { metadata } of problem.pods) assert.match(text, new RegExp(metadata.name));
    for (const { pool } of problem.pools) assert.match(text, new RegExp(`name: ${pool.metadata.name}`));
    for (const { name } of problem.pools[0]?.instanceTypes ?? []) assert.ok(text.includes(name));
  });
});
