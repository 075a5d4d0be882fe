import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** Has one of the programs here do its one task in a process of its own. @throws Error with its complaints when it ends without an answer */
export async function answerOf<T>(program: string, task: unknown): Promise<T> {
  const child = fork(join(__dirname, program), [JSON.stringify(task)], { stdio: ["ignore", "inherit", "pipe", "ipc"] });
  const complaints = child.stderr === null ? "" : text(child.stderr);
  const answers: T[] = [];
  // Each program sends one message, which is what its caller takes it for.
  child.on("message", (message) => answers.push(message as T));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  const [answer] = answers;
  if (answer !== undefined) return answer;
  throw new Error(`${program} ${JSON.stringify(task)} ended with ${String(code ?? signal)}: ${await complaints}`);
}
