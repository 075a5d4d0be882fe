import { Worker } from "node:worker_threads";
import { join } from "node:path";
import { ThreadPlanner } from "#controller/planning/thread-planner";
import type { ThreadPorts } from "#controller/planning/planning-thread";
import { systemClock } from "#controller/runtime/system-clock";
import { silentLog } from "./silence";

const root = join(__dirname, "../..");

/** A planner in a real thread, which runs this file of the project. */
export const plannerIn = (file: string, ports: Partial<ThreadPorts> = {}): ThreadPlanner =>
  new ThreadPlanner({
    ...{ clock: systemClock, log: silentLog, memoryLimitBytes: undefined },
    start: (options) => new Worker(join(root, file), options),
    ...ports,
  });
