import { Ask, type Backlog } from "./backlog";
import { recount } from "./counting";
import { dearestFirst } from "./dearest-first";
import type { Deadline } from "./deadline";
import { DomainSplit } from "./domain-split";
import type { ExistingNode } from "./existing-node";
import { follow } from "./following";
import { improve, type Planned } from "./improvement";
import { merge } from "./merging";
import { placeOneByOne, type Preference } from "./one-by-one";
import { openNodes } from "./opening";
import { parted } from "./parted";
import type { PoolPlan } from "./pool-plan";
import type { SchedulingSettings } from "./problem";
import { holdBack, useReservations } from "./reserved-first";
import type { Reservations } from "./reservations";
import { isFree, isFollowing } from "./ties";
import { SpareRoom } from "./spare-room";
import type { Topology } from "./topology";
import type { TopologyGroup } from "./topology-group";
import { withdraw } from "./withdrawal";
import { minimum } from "./vector";

/**
 * How many times, about, a kind of pod may be held against a node before the plan is taken as it is. Fewer with more
 * pods: among many each single node matters less.
 */
const effortFor = (asks: readonly Ask[]): number => Math.min(12_000_000, 2.6e7 / Math.sqrt(Math.max(1, countOf(asks))));

export interface Places {
  /** In the order in which they are to be filled. */
  readonly nodes: readonly ExistingNode[];
  /** The heaviest first. */
  readonly pools: readonly PoolPlan[];
  readonly topology: Topology;
  readonly reservations: Reservations;
  readonly settings: SchedulingSettings;
  readonly deadline: Deadline;
  readonly manner: Manner;
}

/** Whether new nodes are chosen for all pods at once, or for one after the other. */
export type Manner = "together" | Preference;

/**
 * Places the pods of the backlogs; those that stay in them have no place, or time was up. What is placed keeps every
 * rule even then: pods are taken off nodes again if others that they depend on were not got to.
 * @param turns whose pods find their places before all others, one turn after the other
 */
export function place(backlogs: readonly Backlog[], places: Places, turns: readonly (readonly Backlog[])[]): void {
  const mostAims = Math.max(0, ...backlogs.map(({ podClass }) => podClass.aims.length));
  const ranks = Array.from({ length: mostAims }, (_, rank) => rank);
  for (const turn of [...turns, backlogs]) grantAll(turn, ranks, places);
  for (const tier of tiersOf(places.pools)) tidy(tier, places);
  if (heed(places) || mayHaveFreed(places, backlogs)) grantAll(backlogs, ranks, places);
  useRoom(backlogs, ranks, places);
}

/**
 * Looks for room that is left: on nodes that are there, now that is known who else is where, and on planned ones that
 * may become larger. Again when that drove others off.
 */
function useRoom(backlogs: readonly Backlog[], ranks: readonly number[], places: Places): void {
  const waiting = (): number => backlogs.reduce((sum, { count }) => sum + count, 0);
  for (let [time, moved] = [0, true]; moved && time < mostTimes; time++) {
    const before = waiting();
    for (const rank of ranks) {
      useNodes(asksOfRank(backlogs, rank).filter(isTied), places);
      growNodes(asksOfRank(backlogs, rank).map(comingLate), places);
    }
    moved = waiting() < before;
    while (heed(places)) moved = true;
  }
}

/** Whether fewer nodes may have left some of the limits to pods that these kept out. */
const mayHaveFreed = ({ pools }: Places, backlogs: readonly Backlog[]): boolean =>
  pools.some(({ template }) => template.isLimited) && backlogs.some(({ count }) => count > 0);

/** How many times pods are asked what they would like: those that lost their places meanwhile ask again. */
const mostTimes = 3;

function grantAll(backlogs: readonly Backlog[], ranks: readonly number[], places: Places): void {
  for (let time = 0, lost = true; lost && time < mostTimes; time++)
    lost = ranks.map((rank) => grant(backlogs, rank, places)).includes(true);
}

/** What is still asked for when each pod is down to its aim of this rank. */
const asksOfRank = (backlogs: readonly Backlog[], rank: number): readonly Ask[] =>
  backlogs.flatMap((backlog) => {
    const aim = backlog.podClass.aims[rank];
    return aim === undefined || backlog.count === 0 || backlog.isHeldBack ? [] : [new Ask(backlog, aim)];
  });

const splitOf = ({ pools, topology, deadline }: Places): DomainSplit =>
  new DomainSplit(pools, (key) => topology.valuesOf(key), deadline);

/**
 * Pods that depend on domains are dealt out anew for as long as that helps: some find no place where they were to go.
 * Says whether any pods lost a place that they had.
 */
function grant(backlogs: readonly Backlog[], rank: number, places: Places): boolean {
  const split = splitOf(places);
  const all = asksOfRank(backlogs, rank);
  const tiers = tiersOf(places.pools);
  const preference = places.manner;
  const nodePrice = nodePriceOf(places.settings);
  if (preference === "together") useNodes(all, places);
  else placeOneByOne(all, { ...places, tiers, split, settle: settleIn(places), nodePrice, preference });
  let [helps, lost] = [true, false];
  for (let isFirst = true; helps && !places.deadline.isUp(); isFirst = false) {
    const asks = asksOfRank(backlogs, rank).filter((ask) => isFirst || isTied(ask));
    const before = countOf(asks.filter(isTied));
    const failed = launch(asks, places, split);
    lost = heed(places, failed) || lost;
    helps = failed.size > 0 || countOf(asksOfRank(backlogs, rank).filter(isTied)) < before;
  }
  return lost;
}

const isTied = ({ follows, domainTies }: Ask): boolean => follows || !isFree(domainTies);

const countOf = (asks: readonly Ask[]): number => asks.reduce((sum, { count }) => sum + count, 0);

/** Plans new nodes for the asks; says of which groups pods found no place in the domain that was meant for them. */
function launch(asks: readonly Ask[], places: Places, split: DomainSplit): ReadonlySet<TopologyGroup> {
  const [followers, others] = parted(asks, ({ follows }) => follows);
  const [free, tied] = parted(others, ({ domainTies }) => isFree(domainTies));
  const dealt = [...free, ...split.deal(tied, settleIn(places))];

  follow(followers, places.pools, { leaders: dealt, split, deadline: places.deadline });
  for (const ask of dealt) if (!places.deadline.isUp()) for (const pool of places.pools) pool.join(ask);
  for (const tier of tiersOf(places.pools)) buyNodes(tier, dealt, places);

  return split.undo(dealt);
}

/**
 * Takes pods off nodes whose rules no longer hold, now that is known what the planned ones are; says whether there were
 * any.
 * @param fewer groups of which fewer pods found places than were dealt out
 */
function heed(places: Places, fewer: Iterable<TopologyGroup> = []): boolean {
  const { filtered, contested } = places.topology;
  recount(places.pools, filtered);
  return withdraw(places, new Set([...fewer, ...filtered, ...contested]));
}

/**
 * First those that would cost most elsewhere, each where others miss the room least. Pods that follow others come last,
 * and again as long as anybody found a place: they may follow one another.
 */
function useNodes(asks: readonly Ask[], { nodes, pools, deadline }: Places): void {
  if (asks.length === 0) return;
  const least = minimum(asks.map(({ requests }) => requests));
  const open = nodes.filter((node) => node.hasRoomFor(least));
  if (open.length === 0) return;
  const [followers, leaders] = parted(asks, (ask) => ask.follows || isFollowing(ask.domainTies));
  const room = new SpareRoom(open, leaders);
  for (const ask of dearestFirst(leaders, pools)) settleOn(room.nodesFor(ask), ask, deadline);
  while (followers.map((ask) => settleOn(open, ask, deadline)).some((placed) => placed > 0));
}

const settleIn =
  ({ nodes, deadline }: Places) =>
  (ask: Ask): void =>
    void settleOn(nodes, ask, deadline);

/** More than once around where domains matter: filling one may open another. */
function settleOn(nodes: readonly ExistingNode[], ask: Ask, deadline: Deadline): number {
  let all = 0;
  for (let placed = 1; placed > 0 && ask.count > 0 && !deadline.isUp();) {
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

function buyNodes(tier: readonly PoolPlan[], all: readonly Ask[], places: Places): void {
  const asks = all.filter(({ backlog }) => !backlog.isHeldBack);
  const { settings, topology, reservations, deadline } = places;
  const groups = topology.perNode.length;
  const packing = { nodePrice: nodePriceOf(settings), groups, effort: effortFor(asks), reservations, deadline };
  const { free, bound } = useReservations(tier, asks, packing);
  openNodes(tier, free, { ...packing, goods: "all", variety: "strict" });
  const varied = tier.filter(({ template }) => template.wantsVariety);
  if (settings.minValues === "BestEffort" && varied.length > 0)
    openNodes(varied, free, { ...packing, goods: "all", variety: "relaxed" });
  holdBack(tier, bound);
}

const nodePriceOf = ({ nodePrice = 0 }: SchedulingSettings): number => nodePrice;

/**
 * How many times pods are held against nodes that have room, to make others smaller or needless. The largest problem of
 * `npm run bench` takes three quarters of it in some 0.3 s; with still more nodes, tidying must not take long either.
 */
const tidyingEffort = 3_000_000;

/** Pools of one weight only, since pods are in the heaviest pool that could take them. */
function tidy(tier: readonly PoolPlan[], { settings, deadline }: Places): void {
  const planned = (): readonly Planned[] => tier.flatMap((pool) => pool.drafts.map((draft) => ({ pool, draft })));
  improve(planned(), tidyingEffort, deadline);
  merge(planned(), { nodePrice: nodePriceOf(settings), deadline });
}

/** The ask of pods that are content to be bound after those who are spread by them: these do not mind any more then. */
const comingLate = ({ backlog, aim }: Ask): Ask =>
  new Ask(backlog, { ...aim, ties: { ...aim.ties, node: { ...aim.ties.node, crowding: [] } } });

/**
 * Finds room by letting planned nodes grow. Pods that depend on domains go one by one, on nodes of their own, too:
 * dealt out all at once they may have taken what the limits left for the domain that has to come first.
 */
function growNodes(asks: readonly Ask[], places: Places): void {
  const { deadline } = places;
  const limited = places.pools.filter(({ template }) => template.isLimited);
  const [tied, free] = parted(asks, isTied);
  follow(tied, limited, { leaders: [], split: splitOf(places), deadline });
  for (const ask of free) {
    if (deadline.isUp()) return;
    for (const pool of limited) pool.grow(ask);
  }
}

/** Pools of equal weight, which compete by price. */
function tiersOf(pools: readonly PoolPlan[]): readonly (readonly PoolPlan[])[] {
  const weights = [...new Set(pools.map(({ template }) => template.weight))];
  return weights.map((weight) => pools.filter(({ template }) => template.weight === weight));
}
