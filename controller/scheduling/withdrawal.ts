import { record, spotOfDraft } from "./counting";
import { isLost } from "./domain-choice";
import type { Share } from "./draft";
import type { Planned } from "./improvement";
import type { PoolPlan } from "./pool-plan";
import type { TopologyGroup } from "./topology-group";

/**
 * Takes pods off planned nodes again whose rules no longer hold, since others that were to be elsewhere or with them
 * found no place: a limit was reached, or too few kinds of machines were left. Says whether there were any.
 * @param groups where pods are fewer than when those on the nodes were dealt out
 */
export function withdraw(pools: readonly PoolPlan[], groups: ReadonlySet<TopologyGroup>): boolean {
  const suspect = new Set(groups);
  let withdrawn = false;
  while (suspect.size > 0 && pools.map((pool) => thinOut(pool, suspect)).includes(true)) withdrawn = true;
  return withdrawn;
}

function thinOut(pool: PoolPlan, suspect: Set<TopologyGroup>): boolean {
  let withdrawn = false;
  for (const draft of [...pool.drafts]) {
    if (!takeOff({ pool, draft }, suspect, hasLostPlace)) continue;
    withdrawn = true;
    while (takeOff({ pool, draft }, suspect, hasLostCompany));
    if (draft.shares.length === 0) pool.close(draft);
  }
  return withdrawn;
}

type Judgement = (planned: Planned, share: Share, suspect: ReadonlySet<TopologyGroup>) => boolean;

const hasLostPlace: Judgement = ({ pool, draft }, { ask }, suspect) => {
  const { values } = spotOfDraft(pool, draft);
  return ask.domainTies.rules.some(
    (rule) => rule.group.term.required && suspect.has(rule.group) && isLost(rule, values.get(rule.group.term.key)),
  );
};

const hasLostCompany: Judgement = ({ draft }, { ask }) => draft.occupancy.leavesAlone(ask.nodeTies);

/** Takes the pods that must not stay off a planned node, one by one; whether there were any. */
function takeOff(planned: Planned, suspect: Set<TopologyGroup>, mustGo: Judgement): boolean {
  const { pool, draft } = planned;
  let taken = false;
  for (const share of [...draft.shares]) {
    const { domainTies } = share.ask;
    while (share.pods.length > 0 && mustGo(planned, share, suspect)) {
      record(domainTies, -1, spotOfDraft(pool, draft));
      draft.remove(share, 1);
      for (const group of domainTies.counted) suspect.add(group);
      taken = true;
    }
  }
  return taken;
}
