import assert from "node:assert/strict";
import type { PlanReport } from "#cli/plan-report";
import { labels } from "#controller/api/labels";
import type { NodePool } from "#controller/api/node-pool";
import { nodePool } from "./builders";
import { catalogOf, commandLine, scenarioFile } from "./command-line";
import type { DeepPartial } from "./merge";

const small = catalogOf();

/** The plan for these objects, as JSON says it. */
export async function planFor(content: string | readonly object[], ...options: readonly string[]): Promise<PlanReport> {
  const file = scenarioFile(content);
  const catalog = options.includes("--catalog") ? [] : ["--catalog", small];
  const { code, out, err } = await commandLine(
    ...["simulate", "--scenario", file, "--output", "json"],
    ...catalog,
    ...options,
  );
  assert.equal(err, "");
  assert.equal(code, 0);
  return JSON.parse(out) as PlanReport;
}

/** The pool `default`. */
export const pool = (...overrides: readonly DeepPartial<NodePool>[]): object =>
  nodePool({ metadata: { name: "default" } }, ...overrides);
const onlyAmd64 = { key: labels.arch, operator: "In", values: ["amd64"] } as const;
/** What a pool says that wants machines of amd64 only. */
export const amd64 = { spec: { template: { spec: { requirements: [onlyAmd64] } } } };
