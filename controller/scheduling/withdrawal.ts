import { isOverfull, record } from "./domain-choice";
import type { Draft, Share } from "./draft";
import type { PoolPlan } from "./pool-plan";
import type { TopologyGroup } from "./topology-group";

/**
 * Takes pods off planned nodes again whose spread no longer holds, since others that were to go elsewhere found no place
 * there: a limit was reached, or too few kinds of machines were left.
 * @param groups where pods are fewer than when those on the nodes were dealt out
 */
export function withdraw(pools: readonly PoolPlan[], groups: ReadonlySet<TopologyGroup>): void {
  if (groups.size === 0) return;
  while (pools.map((pool) => thinOut(pool, groups)).includes(true));
}

function thinOut(pool: PoolPlan, groups: ReadonlySet<TopologyGroup>): boolean {
  let withdrawn = false;
  for (const draft of [...pool.drafts]) {
    for (const share of [...draft.shares]) withdrawn = thin(draft, share, groups) || withdrawn;
    if (draft.shares.length === 0) pool.close(draft);
  }
  return withdrawn;
}

function thin(draft: Draft, share: Share, groups: ReadonlySet<TopologyGroup>): boolean {
  const { domainTies, wish } = share.ask;
  const valueOf = (key: string): string | undefined => valueIn(draft, key);
  const rules = domainTies.rules.filter(({ group, self }) => self && groups.has(group));
  let thinned = false;
  while (share.pods.length > 0 && rules.some((rule) => isOverfull(rule, valueOf(rule.group.term.key), wish.strict))) {
    draft.remove(share, 1);
    record(domainTies, -1, { valueOf, has: draft.scope.requirements });
    thinned = true;
  }
  return thinned;
}

/** The value of a label that all of the node's machines agree on. */
function valueIn({ scope }: Draft, key: string): string | undefined {
  const values = scope.requirements.get(key);
  return values?.shape === "only" && values.values.size === 1 ? [...values.values][0] : undefined;
}
