import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { ThreadPlanner } from "#controller/planning/thread-planner";
import { systemClock } from "#controller/runtime/system-clock";
import type { Plan } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { silentLog } from "#support/silence";

const program = join(__dirname, "../../controller/planner-thread.ts");
/** For the thread to start, and for what went before to be cleared away. */
const SETTLE_MS = 500;

export interface Planned {
  readonly plan: Plan;
  /** The longest that the thread which asked was busy without a turn for others. */
  readonly heldMs: number;
}

/** Has the problem solved as the controller has it, in a thread that knows nothing of it yet, and watches its own thread meanwhile. */
export async function planAside(problem: Problem): Promise<Planned> {
  const planner = new ThreadPlanner({
    ...{ clock: systemClock, log: silentLog, memoryLimitBytes: undefined },
    start: (options) => new Worker(program, options),
  });
  try {
    await setTimeout(SETTLE_MS);
    const stop = watch();
    const plan = await planner.plan(problem, new AbortController().signal);
    return { plan, heldMs: stop() };
  } finally {
    await planner.close();
  }
}

/**
 * Watches how much this thread computes between two ticks of a timer that is always due. It is its own computing that
 * counts, not time that the machine gives to other programs. Returns how to stop, which says the most of it in ms.
 */
function watch(): () => number {
  let most = 0;
  let before = process.threadCpuUsage();
  const tick = (): void => {
    const { user, system } = process.threadCpuUsage(before);
    most = Math.max(most, (user + system) / 1000);
    before = process.threadCpuUsage();
  };
  const timer = setInterval(tick, 1);
  return () => {
    clearInterval(timer);
    tick();
    return most;
  };
}
