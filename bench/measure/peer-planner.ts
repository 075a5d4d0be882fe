import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Row } from "./outcome";
import type { PeerAnswer, PeerAssignment } from "./peer-process";

const program = join(__dirname, "peer-process.ts");

/** The peer's plan for one case, or why there is none: it failed, or took longer than the limit. */
export async function askPeer(assignment: PeerAssignment, limitSeconds: number): Promise<NonNullable<Row["peer"]>> {
  // A group of its own, so that the peer's program ends with it.
  const child = fork(program, [JSON.stringify(assignment)], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const answers: PeerAnswer[] = [];
  // Nothing else is sent by the program.
  child.on("message", (message) => answers.push(message as PeerAnswer));
  const endWithMe = (): void => {
    endGroup(child);
  };
  process.once("exit", endWithMe);
  const ended = once(child, "close");
  const limit = new AbortController();
  const isLate = await Promise.race([
    ended.then(() => false),
    setTimeout(limitSeconds * 1000, true, { signal: limit.signal }).catch(() => false),
  ]);
  limit.abort();
  endGroup(child);
  await ended;
  process.off("exit", endWithMe);
  if (isLate) return { because: `no plan after ${limitSeconds} s`, waitedSeconds: limitSeconds };
  const [answer = { failed: "it ended without an answer" }] = answers;
  return "failed" in answer ? { because: answer.failed, waitedSeconds: 0 } : answer;
}

/** Negative: the whole group. */
function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, "SIGKILL");
}
