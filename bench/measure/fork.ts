import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { ResourceLimits } from "node:worker_threads";

/**
 * Has one of the programs here do its one task in a process of its own.
 * @param heap what V8 may have there; what Node gives it if undefined
 * @throws Error with its complaints when it ends without an answer
 */
export async function answerOf<T>(program: string, task: unknown, heap?: ResourceLimits): Promise<T> {
  const child = fork(join(__dirname, program), [JSON.stringify(task)], {
    stdio: ["ignore", "inherit", "pipe", "ipc"],
    execArgv: [...process.execArgv, "--expose-gc", ...optionsFor(heap)],
  });
  const complaints = child.stderr === null ? "" : text(child.stderr);
  const answers: T[] = [];
  // Each program sends one message, which is what its caller takes it for.
  child.on("message", (message) => answers.push(message as T));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  const [answer] = answers;
  if (answer !== undefined) return answer;
  throw new Error(`${program} ${JSON.stringify(task)} ended with ${String(code ?? signal)}: ${await complaints}`);
}

/** V8 counts three semi-spaces as its young generation. */
const SEMI_SPACES = 3;

function optionsFor({ maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb: young }: ResourceLimits = {}) {
  return [
    ...(old === undefined ? [] : [`--max-old-space-size=${old}`]),
    ...(young === undefined ? [] : [`--max-semi-space-size=${Math.floor(young / SEMI_SPACES)}`]),
  ];
}
