import type { NodeReport, PlanReport } from "#cli/plan-report";
import type { RequirementSpec } from "#controller/api/requirement";
import type { Problem } from "#controller/scheduling/problem";
import { LineProcess } from "./line-process";
import { buildPeer, type BuildOptions } from "./build";
import { scenarioOf } from "./scenario";

/** What the peer planned, in the shape of `pulumi-karpenter simulate --output json`. */
export interface PeerPlan extends PlanReport {
  readonly newNodes: readonly PeerNode[];
  /** The most memory that the peer's process has had so far, over all problems it was given. */
  readonly peakRssBytes: number;
}

export interface PeerNode extends NodeReport {
  /** Of the claim, in no order. */
  readonly requirements: readonly RequirementSpec[];
}

export interface PeerOptions {
  /** How often to solve; each time is told. @default 1 */
  readonly repeat?: number;
}

/** The peer's scheduler in a process of its own, which answers one problem after the other. */
export interface Peer {
  plan(problem: Problem, options?: PeerOptions): Promise<PeerPlan>;
  /** Lets it answer what it was asked, and ends it. */
  stop(): Promise<void>;
}

/** Starts the peer; the first time on a machine, it is built before that, which takes minutes. */
export async function startPeer(options: BuildOptions = {}): Promise<Peer> {
  const process = new LineProcess(await buildPeer(options));
  return {
    plan: async (problem, { repeat = 1 } = {}) =>
      planIn(await process.ask(JSON.stringify(scenarioOf(problem, repeat)))),
    stop: () => process.stop(),
  };
}

/** One plan from a peer of its own. */
export async function planOfPeer(problem: Problem, options: PeerOptions & BuildOptions = {}): Promise<PeerPlan> {
  const peer = await startPeer(options);
  try {
    return await peer.plan(problem, options);
  } finally {
    await peer.stop();
  }
}

function planIn(line: string): PeerPlan {
  // The shape that `program/plan.go` and `program/main.go` write.
  const answer = JSON.parse(line) as PeerPlan | { readonly error: string };
  if ("error" in answer) throw new Error(`the peer has no plan: ${answer.error}`);
  return answer;
}
