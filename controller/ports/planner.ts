import type { Plan } from "../scheduling/plan";
import type { Problem } from "../scheduling/problem";

/** Solves scheduling problems beside everything else: leases are renewed and probes answered meanwhile. */
export interface Planner {
  /**
   * The plan for a problem, made of the problem's own pods, pools and types. Problems are solved one after the
   * other. Nobody may change what a problem holds, not even later: the planner remembers it for the next one, and
   * looks only at what it has not seen.
   * @throws PlanningError when solving failed; the next problem has a fresh start. The signal's reason
   * when that is aborted first.
   */
  plan(problem: Problem, signal: AbortSignal): Promise<Plan>;
}
