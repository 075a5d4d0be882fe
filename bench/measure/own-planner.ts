import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { OwnOutcome } from "./outcome";
import type { Assignment } from "./own-process";

const program = join(__dirname, "own-process.ts");

/** Solves one case with our scheduler in a process of its own. @throws Error when that process fails */
export async function solveOurselves(assignment: Assignment): Promise<OwnOutcome> {
  const child = fork(program, [JSON.stringify(assignment)], { stdio: ["ignore", "inherit", "pipe", "ipc"] });
  const complaints = child.stderr === null ? "" : text(child.stderr);
  const outcomes: OwnOutcome[] = [];
  // Nothing else is sent by the program.
  child.on("message", (message) => outcomes.push(message as OwnOutcome));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  const [outcome] = outcomes;
  if (outcome !== undefined) return outcome;
  throw new Error(`${assignment.scenario}: our planner ended with ${String(code ?? signal)}: ${await complaints}`);
}
