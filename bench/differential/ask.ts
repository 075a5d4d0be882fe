import { schedule } from "#controller/scheduling/schedule";
import type { Problem } from "#controller/scheduling/problem";
import type { Peer, PeerPlan } from "../peer/peer";
import { compare, type Comparison } from "./compare";
import { unexplainedIn } from "./explanations";

/**
 * The peer takes one of several equal domains by chance; so often it is asked before its answer counts, and when its
 * answers are written down.
 */
const times = { compared: 20, recorded: 5 };

/**
 * Our plan beside that of the peer's answers to which it comes closest: whatever the peer might have answered as well
 * is no rule that we break.
 */
export function closest(problem: Problem, answers: readonly PeerPlan[]): Comparison {
  const ours = schedule(problem);
  const comparisons = answers.map((answer) => compare(problem, answer, ours));
  const open = comparisons.map((comparison) => unexplainedIn(comparison).length);
  const best = comparisons[open.indexOf(Math.min(...open))];
  if (best === undefined) throw new RangeError("the peer was not asked");
  return best;
}

/** Asks the peer again as long as its answer differs from our plan. */
export async function compareWith(peer: Peer, problem: Problem): Promise<Comparison> {
  const answers: PeerPlan[] = [];
  for (;;) {
    answers.push(await peer.plan(problem));
    const comparison = closest(problem, answers);
    if (answers.length === times.compared || unexplainedIn(comparison).length === 0) return comparison;
  }
}

/** Every different answer that the peer gives in so many times. */
export async function answersOf(peer: Peer, problem: Problem): Promise<readonly PeerPlan[]> {
  const answers = new Map<string, PeerPlan>();
  for (let time = 0; time < times.recorded; time++) {
    // How long it took and how much memory is another thing every time, and so is the order.
    const answer = sorted({ ...(await peer.plan(problem)), solveSeconds: [], peakRssBytes: 0 });
    answers.set(JSON.stringify(answer), answer);
  }
  return [...answers.values()];
}

const sorted = (answer: PeerPlan): PeerPlan => ({
  ...answer,
  unschedulable: Object.fromEntries(Object.entries(answer.unschedulable).sort(byName)),
  newNodes: answer.newNodes
    .map((node) => ({ ...node, requirements: [...node.requirements].sort((a, b) => (a.key < b.key ? -1 : 1)) }))
    .sort((a, b) => (a.pods.join() < b.pods.join() ? -1 : 1)),
});

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);
