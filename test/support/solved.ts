import assert from "node:assert/strict";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { problem } from "./builders";
import { violationsOf } from "./plan-checker";

/** The plan for a problem that has these parts; fails unless it keeps to every rule. */
export function solved(parts: Partial<Problem>): Plan {
  const asked = problem(parts);
  const plan = schedule(asked);
  assert.deepEqual(violationsOf(plan, asked), []);
  return plan;
}

/** Why pods have no place. */
export const reasonsIn = ({ unschedulable }: Plan): readonly string[] => unschedulable.map(({ reason }) => reason);
