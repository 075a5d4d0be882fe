import { planOfPeer } from "../peer/peer";
import { scenarios } from "../scenarios";
import type { Outcome } from "./outcome";

/** What `peer-planner.ts` asks this process, as its only argument. */
export interface PeerAssignment {
  readonly scenario: string;
  readonly pods: number;
}

/** What this process sends. */
export type PeerAnswer = Outcome | { readonly failed: string };

/** Lets the peer plan, from a process that can be ended with it. */
async function main({ scenario, pods }: PeerAssignment): Promise<PeerAnswer> {
  const chosen = scenarios.find(({ name }) => name === scenario);
  if (chosen === undefined) throw new RangeError(`no scenario is called ${scenario}`);
  const plan = await planOfPeer(chosen.problem(pods));
  return {
    seconds: plan.solveSeconds,
    price: plan.hourlyPrice,
    nodes: plan.newNodes.length,
    unscheduled: Object.keys(plan.unschedulable),
    peakRssBytes: plan.peakRssBytes,
  };
}

// Whoever starts this wrote the argument just before.
main(JSON.parse(process.argv[2] ?? "{}") as PeerAssignment).then(
  (outcome) => process.send?.(outcome),
  (error: unknown) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }),
);
