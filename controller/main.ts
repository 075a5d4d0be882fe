import { isMainThread, Worker, type WorkerOptions } from "node:worker_threads";
import { collectWhenDoubled } from "./runtime/garbage-collection";

/** What runs a program from memory says how to run it once more: the file to give to node, and its arguments. */
interface Program {
  readonly rerun?: readonly [string, ...string[]];
}

/** Runs this very file again, as a thread. */
function startThread(options: WorkerOptions): Worker {
  const [file, ...argv] = (module as Program).rerun ?? [__filename];
  return new Worker(file, { ...options, argv });
}

// One file is shipped, and both begin with it: the controller, and the thread that it plans in, which
// needs little of the rest.
if (isMainThread) {
  collectWhenDoubled();
  void import("./program.js").then(({ runProgram }) => runProgram(startThread));
} else void import("./planner-thread.js");
