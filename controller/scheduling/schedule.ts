import type { NodePool } from "../api/node-pool";
import type { Pod } from "../api/pod";
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
import { parted } from "./parted";
import { isBetter, type Merit, meritOf } from "./merit";
import { type Manner, place } from "./placement";
import type { Plan } from "./plan";
import { plannedNodes } from "./planned-node";
import { labelKeysIn } from "./pod-identity";
import type { PodClass } from "./pod-class";
import { PoolPlan } from "./pool-plan";
import type { PoolChoice, Problem } from "./problem";
import { Reservations } from "./reservations";
import { isRepelling } from "./prospects";
import { PoolScopes } from "./scope";
import { templateOf } from "./template";
import { Topology } from "./topology";
import { Dimensions } from "./vector";
import { VolumeMap } from "./volumes";

/**
 * Places pods: on nodes that are there, on nodes already planned, on new nodes, in that order; for each pod its best
 * aim first, and the next only when nothing grants the one before. Where others took the room of pods that could have
 * had some, these go first in up to three more attempts, and the plan counts that leaves fewest waiting ("squeaky
 * wheel" optimization, Joslin and Clements 1999). Few pods are also placed one by one, which may suit them better, and
 * without what they would like where that leaves fewer waiting. Pure: equal problems have equal plans.
 * @param isTimeUp asked now and then; once it says yes, what is placed is the plan
 */
export function schedule(problem: Problem, isTimeUp: () => boolean = () => false): Plan {
  const deadline = new Deadline(isTimeUp);
  const best = inEveryManner(problem, deadline);
  return regardless(problem, modest(problem, best, deadline), deadline);
}

/** A place for one pod more counts more than what others would like. */
function modest(problem: Problem, best: Attempt, deadline: Deadline): Attempt {
  if (!isSmall(problem) || !best.hasWishes || best.crowdedOut.length === 0 || deadline.hasPassed) return best;
  const anew = inEveryManner({ ...problem, settings: { ...problem.settings, preferences: "Ignore" } }, deadline);
  return anew.merit.waiting < best.merit.waiting ? anew : best;
}

/** Where that is better, a plan for the others alone: they need not go elsewhere for pods that nothing can hold. */
function regardless(problem: Problem, { plan, merit, hopeless }: Attempt, deadline: Deadline): Plan {
  if (!isSmall(problem) || hopeless.size === 0 || deadline.hasPassed) return plan;
  const anew = inEveryManner({ ...problem, pods: problem.pods.filter((pod) => !hopeless.has(pod)) }, deadline);
  const waiting = anew.merit.waiting + hopeless.size;
  if (!isBetter({ ...anew.merit, waiting }, merit)) return plan;
  const left = plan.unschedulable.filter(({ pod }) => hopeless.has(pod));
  return { ...anew.plan, unschedulable: [...anew.plan.unschedulable, ...left], zones: plan.zones };
}

function inEveryManner(problem: Problem, deadline: Deadline): Attempt {
  let best = bestOf(problem, deadline);
  if (!isSmall(problem) || best.plan.newNodes.length === 0) return best;
  const { turns } = best;
  for (const manner of ["choosiest first", "bound first", "dearest first", "few nodes"] as const) {
    if (deadline.hasPassed) break;
    const oneByOne = attempt(problem, { turns, manner, deadline });
    if (isBetter(oneByOne.merit, best.merit)) best = oneByOne;
  }
  return best;
}

/** One attempt, or several where pods were crowded out. */
function bestOf(problem: Problem, deadline: Deadline): Attempt {
  const turns: ReadonlySet<Pod>[] = [];
  const together = (): Attempt => attempt(problem, { turns: [...turns], manner: "together", deadline });
  let last = together();
  let best = last;
  while (turns.length < retriesFor(problem)) {
    const next = nextTurn(last, turns);
    if (next.size === 0) break;
    turns.push(next);
    last = together();
    if (last.merit.waiting < best.merit.waiting) best = last;
  }
  return best;
}

/** What every pod can be held against each node and each other pod for, without anybody noticing. */
const isSmall = ({ pods, nodes }: Problem): boolean => pods.length + nodes.length <= 100;

/** Pods that had no turn yet; those that keep others away only when there are no others left. */
function nextTurn({ crowdedOut }: Attempt, turns: readonly ReadonlySet<Pod>[]): ReadonlySet<Pod> {
  const fresh = crowdedOut.filter(({ pods: [pod] }) => !turns.some((turn) => turn.has(pod)));
  const [repelling, others] = parted(fresh, isRepelling);
  return new Set((others.length > 0 ? others : repelling).flatMap(({ pods }) => pods));
}

/** With very many pods, the few that this helps are not worth the time; they are planned again soon in any case. */
const retriesFor = ({ pods }: Problem): number => (pods.length > 2_000 ? 0 : 3);

/** How an attempt is made. */
interface Approach {
  /** Pods that go before all others, one turn after the other. */
  readonly turns: readonly ReadonlySet<Pod>[];
  readonly manner: Manner;
  readonly deadline: Deadline;
}

interface Attempt extends Pick<Approach, "turns"> {
  readonly plan: Plan;
  readonly merit: Merit;
  /** Whether preferences gave any pods more than one aim. */
  readonly hasWishes: boolean;
  /** Whose pods have no place, but might have one if others did not ask. */
  readonly crowdedOut: readonly PodClass[];
  /** Those without a place who would have something of others, though they have none whoever else asks. */
  readonly hopeless: ReadonlySet<Pod>;
}

function attempt(problem: Problem, { turns, manner, deadline }: Approach): Attempt {
  const ports = portsIn(problem);
  const daemons = problem.daemonSets.map((set) => daemonOf(set, problem.nodes, ports));
  const { classes, refused, topology, dimensions, pools, volumes, prospects } = prepared(problem, daemons, ports);
  const nodes = inOrder(problem.nodes).map(
    (state) => new ExistingNode(state, { dimensions, daemons, ports, topology, volumes }),
  );
  const reservations = new Reservations(
    pools.flatMap(({ root }) => root.template.offers),
    (problem.settings.reservations ?? "Strict") === "Strict",
  );
  const views = pools.map(({ choice, root }) => ({
    choice,
    plan: new PoolPlan(root, topology.perNode.length, reservations),
  }));
  const zones = podsByZone(classes, topology);
  const backlogs = classes.map((podClass) => new Backlog(podClass, dimensions));

  const places = {
    nodes,
    pools: views.map(({ plan }) => plan),
    settings: problem.settings,
    topology,
    reservations,
    deadline,
    manner,
  };
  place(
    backlogs,
    places,
    turns.map((turn) => backlogs.filter(({ podClass }) => podClass.pods.some((pod) => turn.has(pod)))),
  );
  const left = backlogs.filter(({ count }) => count > 0);
  // When something was left undone, nobody knows whether they would have found a place.
  const [deferred, homeless] = parted(left, ({ isHeldBack }) => isHeldBack || deadline.hasPassed);
  const plan = {
    newNodes: views.flatMap(({ plan }) => plannedNodes(plan, dimensions)),
    existing: new Map(nodes.filter(({ pods }) => pods.length > 0).map(({ state, pods }) => [state.name, pods])),
    unschedulable: [...refused, ...explained(homeless, views, dimensions)],
    deferred: deferred.flatMap((backlog) => backlog.rest()),
    zones,
  };
  const [crowdedOut, others] = parted(
    homeless.map(({ podClass }) => podClass),
    (podClass) => prospects.hasAny(podClass),
  );
  const hopeless = new Set(others.filter(isTied).flatMap(({ pods }) => pods));
  const hasWishes = problem.settings.preferences === "Respect" && classes.some(({ aims }) => aims.length > 1);
  return { plan, merit: meritOf(plan, places), turns, hasWishes, crowdedOut, hopeless };
}

const isTied = ({ aims }: PodClass): boolean =>
  aims.some(({ ties: { node, domain } }) => node.rules.length + domain.rules.length > 0);

function prepared(problem: Problem, daemons: readonly Daemon[], ports: readonly PortUse[]) {
  const labelKeys = labelKeysIn(problem);
  const volumes = new VolumeMap(problem.volumes);
  const { groups, refused } = demandOf(problem.pods, { volumes, labelKeys, ports });
  const dimensions = dimensionsOf(problem, [...groups, ...daemons]);
  const usesReservations = problem.settings.reservations !== "Ignore";
  const pools = inWeightOrder(problem.pools).map((choice) => ({
    choice,
    root: new PoolScopes(templateOf(choice, { dimensions, daemons, usesReservations })).root,
  }));
  const roots = pools.map(({ root }) => root);
  const topology = new Topology({ ...problem, nodes: inOrder(problem.nodes) }, roots, labelKeys);
  const { classes, prospects } = classesOf(groups, { problem, topology, pools: roots, dimensions });
  return { volumes, refused, dimensions, pools, topology, classes, prospects };
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
