import { parentPort } from "node:worker_threads";
import { NAMESPACE } from "#controller/planning/invented-pods";
import { solveProblems } from "#controller/planning/solving";
import { schedule } from "#controller/scheduling/schedule";

/** A planner that, when it rehearses, says so and goes on with the first problem until it is wanted. */
solveProblems((problem, isTimeUp) => {
  if (problem.pods[0]?.metadata.namespace !== NAMESPACE) return schedule(problem, isTimeUp);
  parentPort?.postMessage("in the midst of it");
  while (!isTimeUp());
  return schedule(problem, isTimeUp);
});
