import type { Pod } from "../api/pod";
import { Backlog, type Ask } from "./backlog";
import { type Daemon, daemonOf } from "./daemons";
import { demandOf, portsOnNodes } from "./demand";
import { ExistingNode, inOrder } from "./existing-node";
import { explain, type PoolView } from "./explain";
import { portsOf } from "./host-ports";
import { openNodes } from "./packing";
import type { Plan } from "./plan";
import { plannedNodes } from "./planned-node";
import { PoolPlan } from "./pool-plan";
import type { PoolChoice, Problem } from "./problem";
import { templateOf } from "./template";
import { Dimensions } from "./vector";

/**
 * Places pods: on nodes that are there, on nodes already planned, on new nodes, in that order; for each pod its best
 * wish first, and the next only when nothing grants the one before. Pure: equal problems have equal plans.
 */
export function schedule(problem: Problem): Plan {
  const { classes, refused } = demandOf(problem);
  const ports = [...portsOnNodes(problem), ...problem.pods.flatMap(({ spec }) => portsOf(spec))];
  const daemons = problem.daemonSets.map((set) => daemonOf(set, problem.nodes, ports));
  const dimensions = dimensionsOf(problem, [...classes, ...daemons]);
  const nodes = inOrder(problem.nodes).map((state) => new ExistingNode(state, { dimensions, daemons, ports }));
  const views = viewsOf(problem.pools, { dimensions, daemons });
  const backlogs = classes.map((podClass) => new Backlog(podClass, dimensions));

  place(backlogs, {
    nodes,
    tiers: tiersOf(views.map(({ plan }) => plan)),
    lowersVariety: problem.settings.minValues === "BestEffort",
  });
  return {
    newNodes: views.flatMap(({ plan }) => plannedNodes(plan, dimensions)),
    existing: new Map(nodes.filter(({ pods }) => pods.length > 0).map(({ state, pods }) => [state.name, pods])),
    unschedulable: [...refused, ...backlogs.flatMap((backlog) => leftOver(backlog, views, dimensions))],
  };
}

const dimensionsOf = ({ pools }: Problem, asking: readonly Pick<Daemon, "requests">[]): Dimensions =>
  new Dimensions([
    ...asking.flatMap(({ requests }) => Object.keys(requests)),
    ...pools.flatMap(({ pool }) => Object.keys(pool.spec.limits ?? {})),
  ]);

/** The heaviest pool first, then by name. */
const viewsOf = (pools: readonly PoolChoice[], surroundings: Parameters<typeof templateOf>[1]): readonly PoolView[] =>
  pools
    .map((choice) => ({ choice, plan: new PoolPlan(templateOf(choice, surroundings)) }))
    .sort(
      ({ plan: { template: a } }, { plan: { template: b } }) =>
        b.weight - a.weight || (a.pool.metadata.name < b.pool.metadata.name ? -1 : 1),
    );

/** Pools of equal weight, which compete by price. */
function tiersOf(pools: readonly PoolPlan[]): readonly (readonly PoolPlan[])[] {
  const weights = [...new Set(pools.map(({ template }) => template.weight))];
  return weights.map((weight) => pools.filter(({ template }) => template.weight === weight));
}

interface Options {
  readonly nodes: readonly ExistingNode[];
  readonly tiers: readonly (readonly PoolPlan[])[];
  readonly lowersVariety: boolean;
}

function place(backlogs: readonly Backlog[], options: Options): void {
  const mostWishes = Math.max(0, ...backlogs.map(({ podClass }) => podClass.wishes.length));
  for (let rank = 0; rank < mostWishes; rank++) grant(asksOfRank(backlogs, rank), options);
  for (let rank = 0; rank < mostWishes; rank++) {
    for (const ask of asksOfRank(backlogs, rank))
      options.tiers.flat().forEach((pool) => {
        pool.grow(ask);
      });
  }
}

/** What is still asked for when each pod is down to its wish of this rank. */
const asksOfRank = (backlogs: readonly Backlog[], rank: number): readonly Ask[] =>
  backlogs.flatMap((backlog) => {
    const wish = backlog.podClass.wishes[rank];
    return wish === undefined || backlog.count === 0 ? [] : [{ backlog, wish }];
  });

function grant(asks: readonly Ask[], { nodes, tiers, lowersVariety }: Options): void {
  for (const ask of asks) {
    nodes.forEach((node) => {
      node.place(ask);
    });
    tiers.flat().forEach((pool) => {
      pool.join(ask);
    });
  }
  for (const tier of tiers) {
    openNodes(tier, asks, "strict");
    const varied = tier.filter(({ template }) => template.wantsVariety);
    if (lowersVariety && varied.length > 0) openNodes(varied, asks, "relaxed");
  }
}

function leftOver(backlog: Backlog, views: readonly PoolView[], dimensions: Dimensions): Plan["unschedulable"] {
  const pods: readonly Pod[] = backlog.rest();
  if (pods.length === 0) return [];
  const reason = explain(backlog, views, dimensions);
  return pods.map((pod) => ({ pod, reason }));
}
