import type { LabelValues, Option } from "./domain-choice";
import type { Draft } from "./draft";
import { listed } from "./listing";
import { countsOnPlanned, mayCount } from "./node-filter";
import type { PoolPlan } from "./pool-plan";
import type { Machine } from "./template";
import type { Ties } from "./ties";
import type { TopologyGroup } from "./topology-group";

/** Where pods are counted. */
export interface Spot {
  readonly isThere: boolean;
  readonly values: LabelValues;
  /** Whether the node is one of those that the group looks at. */
  readonly counts: (group: TopologyGroup) => boolean;
}

/** New nodes that will have these labels; what else they will be is not known yet. */
export const spotOfOption = ({ wish, values }: Option): Spot => ({
  isThere: false,
  values,
  counts: ({ term }) => mayCount(term.filter, wish.requirements),
});

export function spotOfDraft(pool: PoolPlan, draft: Draft): Spot {
  const { scope, used } = draft;
  let machines: readonly Machine[] | undefined;
  return {
    isThere: false,
    values: {
      get(key) {
        const asked = scope.requirements.get(key);
        return asked?.shape === "only" && asked.values.size === 1 ? [...asked.values][0] : undefined;
      },
    },
    counts: ({ term }) =>
      countsOnPlanned(term.filter, scope, () => (machines ??= listed(scope, used, pool.budgetOf(draft)))),
  };
}

/** Counts `count` pods with these ties in, or out when negative. */
export function record({ rules, counted, yielding }: Ties, count: number, { isThere, values, counts }: Spot): void {
  for (const group of counted) {
    const domain = values.get(group.term.key);
    if (domain === undefined || !counts(group)) continue;
    const isLate = yielding.includes(group);
    if (isThere) group.settle(domain, count, isLate);
    else group.plan(domain, count, isLate);
  }
  for (const { group, self } of rules) {
    const domain = values.get(group.term.key);
    if ((group.repelling || self) && domain !== undefined) group.addOwners(domain, count);
  }
}

/**
 * Counts anew who is on planned nodes, for groups that do not look at every node: which these are is known only now.
 */
export function recount(pools: readonly PoolPlan[], groups: readonly TopologyGroup[]): void {
  if (groups.length === 0) return;
  const chosen = new Set(groups);
  for (const group of groups) group.forgetPlanned();
  for (const { pool, draft } of pools.flatMap((pool) => pool.drafts.map((draft) => ({ pool, draft })))) {
    const spot = spotOfDraft(pool, draft);
    const counts = (group: TopologyGroup): boolean => chosen.has(group) && spot.counts(group);
    for (const { ask, pods } of draft.shares)
      record({ ...ask.domainTies, rules: [] }, pods.length, { ...spot, counts });
  }
}
