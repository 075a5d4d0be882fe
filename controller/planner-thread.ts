import { constants, setPriority } from "node:os";
import { solveProblems } from "./planning/solving";
import { schedule } from "./scheduling/schedule";

/**
 * Where processors are scarce, whoever answers probes and renews the lease goes first. On Linux a thread
 * has a priority of its own.
 */
function stepBack(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A sandbox that forbids it keeps its threads equal, which is no reason not to plan.
  }
}

stepBack();
solveProblems(schedule);
