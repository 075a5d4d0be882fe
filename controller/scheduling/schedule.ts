import type { NodePool } from "../api/node-pool";
import { classesOf } from "./aims";
import { Backlog } from "./backlog";
import { type Daemon, daemonOf } from "./daemons";
import { Deadline } from "./deadline";
import { demandOf, type RefusedPod } from "./demand";
import { podsByZone } from "./effective-zone";
import { ExistingNode, inOrder } from "./existing-node";
import { Explainer } from "./explain";
import type { PoolView } from "./explain-pool";
import { portsIn, type PortUse } from "./host-ports";
import { place } from "./placement";
import type { Plan } from "./plan";
import { plannedNodes } from "./planned-node";
import { labelKeysIn } from "./pod-identity";
import { PoolPlan } from "./pool-plan";
import type { PoolChoice, Problem } from "./problem";
import { ScopeDesk } from "./scope";
import { templateOf } from "./template";
import { Topology } from "./topology";
import { Dimensions } from "./vector";
import { VolumeMap } from "./volumes";

/**
 * Places pods: on nodes that are there, on nodes already planned, on new nodes, in that order; for each pod its best aim
 * first, and the next only when nothing grants the one before. Pure: equal problems have equal plans.
 * @param isTimeUp asked now and then, where the answer comes at once: once it says yes, what is placed is the plan
 */
export function schedule(problem: Problem, isTimeUp: () => boolean = () => false): Plan {
  const deadline = new Deadline(isTimeUp);
  const ports = portsIn(problem);
  const daemons = problem.daemonSets.map((set) => daemonOf(set, problem.nodes, ports));
  const { classes, refused, topology, dimensions, pools, volumes } = prepared(problem, daemons, ports);
  const groups = topology.perNode;
  const nodes = inOrder(problem.nodes).map(
    (state) => new ExistingNode(state, { dimensions, daemons, ports, groups, volumes }),
  );
  const views = pools.map(({ choice, root }) => ({ choice, plan: new PoolPlan(root, groups.length) }));
  const zones = podsByZone(classes, topology);
  const backlogs = classes.map((podClass) => new Backlog(podClass, dimensions));

  place(backlogs, { nodes, pools: views.map(({ plan }) => plan), settings: problem.settings, topology, deadline });
  const left = backlogs.filter(({ count }) => count > 0);
  return {
    newNodes: views.flatMap(({ plan }) => plannedNodes(plan, dimensions)),
    existing: new Map(nodes.filter(({ pods }) => pods.length > 0).map(({ state, pods }) => [state.name, pods])),
    // When something was left undone, nobody knows whether they would have found a place.
    unschedulable: deadline.hasPassed ? refused : [...refused, ...explained(left, views, dimensions)],
    deferred: deadline.hasPassed ? left.flatMap((backlog) => backlog.rest()) : [],
    zones,
  };
}

function prepared(problem: Problem, daemons: readonly Daemon[], ports: readonly PortUse[]) {
  const labelKeys = labelKeysIn(problem);
  const volumes = new VolumeMap(problem.volumes);
  const { groups, refused } = demandOf(problem.pods, { volumes, labelKeys, ports });
  const dimensions = dimensionsOf(problem, [...groups, ...daemons]);
  const pools = inWeightOrder(problem.pools).map((choice) => ({
    choice,
    root: new ScopeDesk(templateOf(choice, { dimensions, daemons })).root,
  }));
  const roots = pools.map(({ root }) => root);
  const topology = new Topology(problem, roots, labelKeys);
  const classes = classesOf(groups, { problem, topology, pools: roots, dimensions });
  return { volumes, refused, dimensions, pools, topology, classes };
}

const dimensionsOf = ({ pools }: Problem, asking: readonly Pick<Daemon, "requests">[]): Dimensions =>
  new Dimensions([
    ...asking.flatMap(({ requests }) => Object.keys(requests)),
    ...pools.flatMap(({ pool }) => Object.keys(pool.spec.limits ?? {})),
  ]);

/** The heaviest pool first, then by name. */
const inWeightOrder = (pools: readonly PoolChoice[]): readonly PoolChoice[] =>
  [...pools].sort(
    ({ pool: a }, { pool: b }) => weightOf(b) - weightOf(a) || (a.metadata.name < b.metadata.name ? -1 : 1),
  );

const weightOf = ({ spec }: NodePool): number => spec.weight ?? 0;

function explained(
  backlogs: readonly Backlog[],
  views: readonly PoolView[],
  dimensions: Dimensions,
): readonly RefusedPod[] {
  const explainer = new Explainer(views, dimensions);
  return backlogs.flatMap((backlog) => {
    const reason = explainer.explain(backlog);
    return backlog.rest().map((pod) => ({ pod, reason }));
  });
}
