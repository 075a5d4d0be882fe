import { constants, setPriority } from "node:os";
import { solveProblems } from "./planning/solving";
import { schedule } from "./scheduling/schedule";

// On Linux this is the thread's own priority: where cores are scarce, whoever answers probes and renews the lease goes first.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

solveProblems(schedule);
