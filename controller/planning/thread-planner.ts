import type { Planner } from "../ports/planner";
import type { Plan } from "../scheduling/plan";
import type { Problem } from "../scheduling/problem";
import { PlanningThread, type ThreadPorts } from "./planning-thread";

/**
 * Plans in a thread of its own. The thread keeps what it was told from problem to problem; when it dies, or a problem
 * is given up, another takes its place that knows nothing yet.
 */
export class ThreadPlanner implements Planner {
  readonly #ports: ThreadPorts;
  #thread: PlanningThread;
  /** Settles when the problem before is done with. */
  #before: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(ports: ThreadPorts) {
    this.#ports = ports;
    this.#thread = new PlanningThread(ports);
  }

  plan(problem: Problem, signal: AbortSignal): Promise<Plan> {
    const planned = this.#before.then(() => this.#planNow(problem, signal));
    this.#before = planned.catch(() => undefined);
    return planned;
  }

  /** Stops the thread, whatever it is at, and starts none any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread.end();
  }

  async #planNow(problem: Problem, signal: AbortSignal): Promise<Plan> {
    signal.throwIfAborted();
    if (this.#thread.death.aborted && !this.#closed) this.#thread = new PlanningThread(this.#ports);
    const thread = this.#thread;
    try {
      return await thread.solve(problem, signal);
    } catch (error) {
      await thread.end();
      // Whoever had a problem that failed will be back in a while: the next thread can rehearse until then.
      if (!signal.aborted && !this.#closed) this.#thread = new PlanningThread(this.#ports);
      throw error;
    }
  }
}
