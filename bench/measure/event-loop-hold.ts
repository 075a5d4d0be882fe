import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { ThreadPlanner } from "#controller/planning/thread-planner";
import { systemClock } from "#controller/runtime/system-clock";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { silentLog } from "#support/silence";
import { TurnMonitor } from "./turn-monitor";

const program = join(__dirname, "../../controller/planner-thread.ts");
/** For the thread to start, and for what went before to be cleared away. */
const SETTLE_MS = 500;

export interface Planned {
  readonly plan: Plan;
  /** The longest that the thread which asked was away from its event loop, less what it waited for a processor. */
  readonly heldMs: number;
}

/**
 * Has the problem solved as the controller has it, in a thread that knows nothing of it yet, and watches its own thread
 * meanwhile.
 */
export async function planAside(problem: Problem): Promise<Planned> {
  const planner = new ThreadPlanner({
    ...{ clock: systemClock, log: silentLog, memoryLimitBytes: undefined },
    start: (options) => new Worker(program, options),
  });
  try {
    await setTimeout(SETTLE_MS);
    const monitor = new TurnMonitor();
    const plan = await monitor.during(() => planner.plan(problem, new AbortController().signal));
    return { plan, heldMs: monitor.seen().longestOwnMs };
  } finally {
    await planner.close();
  }
}
