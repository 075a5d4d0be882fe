import { Ask, type Backlog } from "./backlog";
import { DomainSplit } from "./domain-split";
import type { ExistingNode } from "./existing-node";
import { follow } from "./following";
import { improve, type Planned } from "./improvement";
import { merge } from "./merging";
import { openNodes } from "./opening";
import type { PoolPlan } from "./pool-plan";
import type { SchedulingSettings } from "./problem";
import { isFree, isFollowing } from "./ties";
import { withdraw } from "./withdrawal";
import { minimum } from "./vector";

/**
 * How many times, about, a kind of pod may be held against a node before the plan is taken as it is. Fewer with more
 * pods: among many each single node matters less.
 */
const effortFor = (asks: readonly Ask[]): number =>
  Math.min(
    12_000_000,
    1e10 /
      Math.max(
        1,
        asks.reduce((pods, { count }) => pods + count, 0),
      ),
  );

export interface Places {
  /** In the order in which they are to be filled. */
  readonly nodes: readonly ExistingNode[];
  /** The heaviest first. */
  readonly pools: readonly PoolPlan[];
  /** Topology groups whose domains are single nodes. */
  readonly groups: number;
  readonly settings: SchedulingSettings;
}

/** Places the pods of the backlogs; those that stay in them have no place. */
export function place(backlogs: readonly Backlog[], places: Places): void {
  const mostAims = Math.max(0, ...backlogs.map(({ podClass }) => podClass.aims.length));
  for (let rank = 0; rank < mostAims; rank++) grant(asksOfRank(backlogs, rank), places);
  for (const tier of tiersOf(places.pools)) tidy(tier);
  for (let rank = 0; rank < mostAims; rank++) growNodes(asksOfRank(backlogs, rank), places);
}

/** What is still asked for when each pod is down to its aim of this rank. */
const asksOfRank = (backlogs: readonly Backlog[], rank: number): readonly Ask[] =>
  backlogs.flatMap((backlog) => {
    const aim = backlog.podClass.aims[rank];
    return aim === undefined || backlog.count === 0 ? [] : [new Ask(backlog, aim)];
  });

function grant(asks: readonly Ask[], places: Places): void {
  useNodes(asks, places.nodes);
  const split = new DomainSplit(places.pools);
  const waiting = asks.filter(({ count }) => count > 0);
  const [followers, others] = parted(waiting, ({ follows }) => follows);
  const [free, tied] = parted(others, ({ domainTies }) => isFree(domainTies));
  const dealt = [...free, ...split.deal(tied)];

  for (const ask of followers) follow(ask, places.pools, { leaders: dealt, split });
  for (const ask of dealt) for (const pool of places.pools) pool.join(ask);
  for (const tier of tiersOf(places.pools)) buyNodes(tier, dealt, places);
  withdraw(places.pools, split.undo(dealt));
}

/** Pods that follow others come last, and again as long as anybody found a place: they may follow one another. */
function useNodes(asks: readonly Ask[], nodes: readonly ExistingNode[]): void {
  const [first] = asks;
  if (first === undefined) return;
  const least = asks.map(({ requests }) => requests).reduce(minimum, first.requests);
  const open = nodes.filter((node) => node.hasRoomFor(least));
  const [followers, leaders] = parted(asks, (ask) => ask.follows || isFollowing(ask.domainTies));
  for (const ask of [...leaders].sort(unboundFirst)) settleOn(open, ask);
  while (followers.map((ask) => settleOn(open, ask)).some((placed) => placed > 0));
}

/** Pods that are merely counted go before those that are spread by the count, so that these know it. */
const unboundFirst = (a: Ask, b: Ask): number =>
  Number(a.domainTies.rules.length > 0) - Number(b.domainTies.rules.length > 0);

/** More than once around where domains matter: filling one may open another. */
function settleOn(nodes: readonly ExistingNode[], ask: Ask): number {
  let all = 0;
  for (let placed = 1; placed > 0 && ask.count > 0;) {
    placed = 0;
    for (const node of nodes) {
      if (ask.count === 0) break;
      placed += node.place(ask);
    }
    all += placed;
    if (isFree(ask.domainTies)) break;
  }
  return all;
}

function buyNodes(tier: readonly PoolPlan[], asks: readonly Ask[], { settings, groups }: Places): void {
  const packing = { nodePrice: settings.nodePrice ?? 0, groups, effort: effortFor(asks) };
  openNodes(tier, asks, { ...packing, variety: "strict" });
  const varied = tier.filter(({ template }) => template.wantsVariety);
  if (settings.minValues === "BestEffort" && varied.length > 0)
    openNodes(varied, asks, { ...packing, variety: "relaxed" });
}

/** How many times pods are held against nodes that have room, to make others smaller or needless. */
const tidyingEffort = 3_000_000;

/** Pools of one weight only, since pods are in the heaviest pool that could take them. */
function tidy(tier: readonly PoolPlan[]): void {
  const planned = (): readonly Planned[] => tier.flatMap((pool) => pool.drafts.map((draft) => ({ pool, draft })));
  improve(planned(), tidyingEffort);
  merge(planned());
}

function growNodes(asks: readonly Ask[], { pools }: Places): void {
  for (const ask of asks) {
    if (isFree(ask.domainTies) && !ask.follows) for (const pool of pools) pool.grow(ask);
  }
}

/** Pools of equal weight, which compete by price. */
function tiersOf(pools: readonly PoolPlan[]): readonly (readonly PoolPlan[])[] {
  const weights = [...new Set(pools.map(({ template }) => template.weight))];
  return weights.map((weight) => pools.filter(({ template }) => template.weight === weight));
}

function parted<T>(items: readonly T[], holds: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(holds), items.filter((item) => !holds(item))];
}
