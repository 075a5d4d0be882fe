import { nextTurn } from "../runtime/turns";
import type { Plan } from "../scheduling/plan";
import type { Problem } from "../scheduling/problem";
import { inventedProblems } from "./invented-problem";
import { inventedTypes } from "./invented-types";
import { Retelling } from "./retelling";

/** @param isTimeUp asked now and then: once it says yes, what is placed is the plan. */
export type Solve = (problem: Problem, isTimeUp: () => boolean) => Plan;

/** Another round is due as long as the last one took less than this part of the one before. */
const WORTHWHILE = 0.9;
/** Of processor time, whatever comes of it. */
const MOST_MS = 2_000;

/**
 * Solves invented problems until doing so gets no faster: V8 compiles code that has run for a while, for what it met
 * by then, and the first real problem should find it compiled. Nothing of it stays but that.
 * @param isWanted asked now and then; once it says yes, the rehearsal is over
 */
export async function rehearse(solve: Solve, isWanted: () => boolean = () => false): Promise<void> {
  const types = inventedTypes();
  const retelling = new Retelling();
  const startedAt = processorMs();
  let [before, last] = [Infinity, Infinity];
  do {
    const roundAt = processorMs();
    for (const problem of inventedProblems(types)) {
      await nextTurn();
      if (isWanted() || processorMs() - startedAt > MOST_MS) return;
      retelling.solve(problem, (told) => solve(told, isWanted));
    }
    [before, last] = [last, processorMs() - roundAt];
  } while (last < before * WORTHWHILE);
}

/** What this thread has had of a processor: waiting for one, as under a CPU limit, is not getting slower. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
