import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { amount } from "./amounts";
import { grouped } from "./grouped";

/** Whatever machines EC2 picks, a pool that gets nodes stays within its limits. */
export function violationsOfLimits({ newNodes }: Plan, { pools }: Problem): readonly string[] {
  const byPool = grouped(newNodes, ({ pool }) => pool.metadata.name);
  return pools.flatMap(({ pool, usage }) => {
    const own = byPool.get(pool.metadata.name) ?? [];
    if (own.length === 0) return [];
    return Object.entries(pool.spec.limits ?? {}).flatMap(([name, limit]) => {
      const before = amount(name, usage[name] ?? "0");
      const total = own.reduce((sum, node) => sum + mostOf(node, name), before);
      return total > amount(name, limit) ? [`${pool.metadata.name} may exceed its limit of ${name} ${limit}`] : [];
    });
  });
}

const mostOf = ({ instanceTypes }: PlannedNode, resource: string): number =>
  resource === "nodes"
    ? 1
    : Math.max(0, ...instanceTypes.map(({ capacity }) => amount(resource, capacity[resource] ?? "0")));
