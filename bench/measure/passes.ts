import { answerOf } from "./fork";
import type { Size } from "./large-cluster";
import type { Turns } from "./turn-monitor";

/** What passes of the provisioner over a large cluster did to the thread that they run on. */
export interface PassOutcome extends Turns {
  readonly size: Size;
  /** The first pass tells the planner everything, the others only what changed. */
  readonly firstPassMs: number;
  readonly laterPassMs: number;
  /** New ones, of each pass. */
  readonly claims: number;
}

const sizes: readonly Size[] = [5_000, 20_000].map((pending) => ({
  ...{ nodes: 2_000, running: 20_000, types: 600 },
  pending,
}));

/** One size after the other, each in a process of its own. */
export async function measurePasses(): Promise<readonly PassOutcome[]> {
  const outcomes: PassOutcome[] = [];
  for (const size of sizes) outcomes.push(await answerOf<PassOutcome>("passes-process.ts", size));
  return outcomes;
}
