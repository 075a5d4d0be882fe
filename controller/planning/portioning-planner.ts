import type { Pod } from "../api/pod";
import { PlanningError } from "../ports/errors";
import type { Planner } from "../ports/planner";
import type { Plan } from "../scheduling/plan";
import type { Problem } from "../scheduling/problem";

/**
 * Goes on with fewer pods when planning failed, so that too many of them, or one that the scheduler cannot bear, do not
 * keep all others waiting for ever. Each failure halves how many are planned at a time and each plan that comes doubles
 * it; the others are deferred, and have their turn before any has a second one.
 */
export class PortioningPlanner implements Planner {
  readonly #planner: Planner;
  #most = Infinity;
  #hadTurn = new WeakSet<Pod>();

  constructor(planner: Planner) {
    this.#planner = planner;
  }

  async plan(problem: Problem, signal: AbortSignal): Promise<Plan> {
    const { now, later } = this.#portionOf(problem.pods);
    try {
      const plan = await this.#planner.plan(later.length === 0 ? problem : { ...problem, pods: now }, signal);
      this.#most = later.length === 0 ? Infinity : this.#most * 2;
      return later.length === 0 ? plan : { ...plan, deferred: [...plan.deferred, ...later] };
    } catch (error) {
      if (error instanceof PlanningError) this.#most = Math.max(1, Math.floor(now.length / 2));
      throw error;
    }
  }

  #portionOf(pods: readonly Pod[]): { readonly now: readonly Pod[]; readonly later: readonly Pod[] } {
    if (pods.length <= this.#most) return { now: pods, later: [] };
    if (pods.every((pod) => this.#hadTurn.has(pod))) this.#hadTurn = new WeakSet();
    const now = pods.filter((pod) => !this.#hadTurn.has(pod)).slice(0, this.#most);
    for (const pod of now) this.#hadTurn.add(pod);
    const chosen = new Set(now);
    return { now, later: pods.filter((pod) => !chosen.has(pod)) };
  }
}
