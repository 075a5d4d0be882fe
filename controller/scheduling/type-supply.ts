import type { PoolChoice, SchedulingSettings } from "./problem";
import { conflictWithMachine } from "./requirements";
import { requirementsOfPool } from "./template";
import { factsOf } from "./type-facts";
import { isVaried } from "./variety";

/**
 * Why no node of the pool can be launched, whatever the pods: its requirements leave no instance type, or fewer kinds
 * of them than its `minValues` ask for. Undefined when there are enough.
 */
export function shortageOfTypes(
  { pool, instanceTypes }: PoolChoice,
  { minValues }: Pick<SchedulingSettings, "minValues">,
): string | undefined {
  if (instanceTypes.length === 0) return "its class has no instance types";
  const wanted = requirementsOfPool(pool);
  const types = instanceTypes.map((type) => factsOf(type).requirements);
  const conflicts = types.map((type) => conflictWithMachine(type, wanted)?.key);
  const suitable = types.filter((_, i) => conflicts[i] === undefined).map((requirements) => ({ requirements }));
  if (suitable.length === 0)
    return `none of ${types.length} instance types meets its requirements: ${tally(conflicts)}`;
  if (minValues === "BestEffort" || isVaried(suitable, wanted)) return undefined;
  return `the ${suitable.length} instance types that meet its requirements are too alike for its minValues`;
}

/** How many types each label ruled out, most first; a type counts for the first label that did. */
function tally(keys: readonly (string | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const key of keys) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.map(([key, count]) => `${count} by ${key}`).join(", ");
}
