import type { Ask } from "./backlog";
import { record, spotOfOption } from "./counting";
import type { Deadline } from "./deadline";
import type { Option } from "./domain-choice";
import type { DomainSplit } from "./domain-split";
import type { Draft } from "./draft";
import type { PoolPlan } from "./pool-plan";
import type { Scope } from "./scope";
import { isFree, mayBeFirst, type Start, type Ties } from "./ties";

/**
 * Pods that must be on one node with certain others (pod affinity over hostnames). They go first, since the others must
 * not fill their nodes before them: on planned nodes that have such pods, else on a new node together with one of
 * those, else, where they follow only their own kind and there is none, on a new node by themselves.
 */
export function follow(asks: readonly Ask[], pools: readonly PoolPlan[], company: Company): void {
  while (asks.map((ask) => followOne(ask, pools, company)).includes(true));
}

/** Whether any of them found a place; others may follow these then. */
function followOne(ask: Ask, pools: readonly PoolPlan[], company: Company): boolean {
  const { split, deadline } = company;
  const allowed = (each: Ask): readonly Option[] => split.allowed(each);
  const all = ask.count;
  for (let before = Infinity; ask.count > 0 && ask.count < before && !deadline.isUp();) {
    before = ask.count;
    for (const pool of pools) joinAny(ask, pool, { allowed });
    if (ask.count > 0) startWithLeader(ask, pools, company);
    if (ask.count > 0) startAlone(ask, pools, split);
    // There may be room for them among others, but no further node.
    if (ask.count === before) for (const pool of pools) joinAny(ask, pool, { allowed, start: "mayStart" });
  }
  return ask.count < all;
}

export interface Company {
  /** Asks whose pods these may follow. */
  readonly leaders: readonly Ask[];
  readonly split: DomainSplit;
  readonly deadline: Deadline;
}

interface Place {
  readonly pool: PoolPlan;
  readonly draft: Draft;
}

interface Ways {
  /** In which domains the next pod may go, the best first. */
  readonly allowed: (ask: Ask) => readonly Option[];
  readonly start?: Start | undefined;
}

/** Puts as many of the pods on planned nodes as their rules allow, on larger machines if need be. */
export function joinAny(ask: Ask, pool: PoolPlan, ways: Ways): void {
  for (const draft of pool.drafts) joinPlanned(ask, { pool, draft }, ways);
}

function joinPlanned(ask: Ask, { pool, draft }: Place, { allowed, start }: Ways): void {
  while (ask.count > 0 && draft.occupancy.capacityFor(ask.nodeTies, 1, start) > 0) {
    if (!allowed(ask).some((option) => widenBy(ask, { pool, draft, start }, option))) return;
  }
}

/** Where larger domains matter one pod goes at a time, since each changes what the next may do. */
function widenBy(ask: Ask, { pool, draft, start }: Place & Pick<Ways, "start">, option: Option): boolean {
  const scope = draft.scope.with(option.wish);
  if (scope === undefined) return false;
  const part = ask.part(option, isFree(ask.domainTies) ? ask.count : 1);
  const placed = pool.widen(draft, part, { scope, start });
  ask.rejoin(part);
  record(ask.domainTies, placed, spotOfOption(option));
  return placed > 0;
}

function startWithLeader(ask: Ask, pools: readonly PoolPlan[], { leaders, split }: Company): void {
  for (const leader of leaders) {
    if (leader === ask || !leads(leader.nodeTies, ask.nodeTies)) continue;
    for (const pool of pools) {
      if (leader.count === 0) break;
      const seat = pool.root.with(leader.wish);
      if (seat === undefined) continue;
      const together = split.allowed(ask).some((option) => canShare(pool, seat.with(option.wish), [leader, ask]));
      if (!together) continue;
      const draft = openFor(leader, pool, seat);
      if (draft === undefined) continue;
      const before = ask.count;
      joinPlanned(ask, { pool, draft }, { allowed: (each) => split.allowed(each) });
      if (ask.count < before) return;
    }
  }
}

/** Pods of which one must be there are all counted in groups of the leader. */
const leads = (leader: Ties, follower: Ties): boolean =>
  follower.rules.every(({ group }) => group.term.kind !== "affinity" || leader.counted.includes(group));

const canShare = (pool: PoolPlan, scope: Scope | undefined, asks: readonly Ask[]): boolean =>
  scope !== undefined && pool.offerFor(scope, asks) !== undefined;

function openFor(ask: Ask, pool: PoolPlan, scope: Scope): Draft | undefined {
  const offer = pool.offerFor(scope, [ask]);
  return offer === undefined ? undefined : pool.open({ scope, offer, counts: [[ask, 1]] }, false);
}

/** Opens a node for one of the pods, unless it has to be with others. */
function startAlone(ask: Ask, pools: readonly PoolPlan[], split: DomainSplit): void {
  if (!mayStart(ask)) return;
  for (const option of split.allowed(ask)) {
    for (const pool of pools) {
      const scope = pool.root.with(option.wish);
      const part = ask.part(option, 1);
      const draft = scope === undefined ? undefined : openFor(part, pool, scope);
      ask.rejoin(part);
      if (draft === undefined) continue;
      record(ask.domainTies, 1, spotOfOption(option));
      return;
    }
  }
}

/** Whether the pods may be on a node without those that they are to be with, since there are none yet. */
export const mayStart = ({ nodeTies }: Ask): boolean =>
  nodeTies.rules.every((rule) => rule.group.term.kind !== "affinity" || mayBeFirst(rule));
