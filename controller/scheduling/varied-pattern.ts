import type { Part, Pattern } from "./fill";
import { machinesFor } from "./pool-plan";
import type { Scope } from "./scope";
import { affords } from "./template";
import { isVaried } from "./variety";
import { plus, type Vector } from "./vector";

/**
 * As much of a pattern as leaves the machines as varied as `minValues` asks: with fewer pods there are only more of
 * them. Nothing when even one pod leaves too few.
 * @param left what the pool's limits allow
 */
export function varied(pattern: Pattern, left: Vector): Pattern | undefined {
  const pods = pattern.parts.reduce((sum, { count }) => sum + count, 0);
  let [enough, tooMuch] = [0, pods + 1];
  while (tooMuch - enough > 1) {
    const middle = Math.floor((enough + tooMuch) / 2);
    if (leavesVariety(firstOf(pattern, middle), left)) enough = middle;
    else tooMuch = middle;
  }
  return enough === 0 ? undefined : firstOf(pattern, enough);
}

function firstOf(pattern: Pattern, pods: number): Pattern {
  const parts: Part[] = [];
  let [scope, left]: [Scope, number] = [pattern.group.owner.pool.root.pinnedTo(pattern.offer), pods];
  for (const { item, count } of pattern.parts) {
    const taken = Math.min(count, left);
    if (taken === 0) break;
    parts.push({ item, count: taken });
    scope = scope.with(item.wish) ?? scope;
    left -= taken;
  }
  return { ...pattern, scope, parts, worth: (pattern.worth * pods) / countOf(pattern) };
}

const countOf = ({ parts }: Pattern): number => parts.reduce((sum, { count }) => sum + count, 0);

function leavesVariety({ scope, parts }: Pattern, left: Vector): boolean {
  const [first] = parts;
  if (first === undefined) return false;
  const nothing: Vector = first.item.requests.map(() => 0);
  const used = parts.reduce((total, { item, count }) => plus(total, item.requests, count), nothing);
  return isVaried(
    machinesFor(scope, used).filter((machine) => affords(left, machine)),
    scope.requirements,
  );
}
