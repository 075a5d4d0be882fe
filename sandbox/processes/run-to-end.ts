import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { lastLines } from "./log-file";
import { Reaper } from "./reaper";

/** A program that does its work and ends. */
export interface Task {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets everything it prints, after what is there already. */
  readonly logFile: string;
}

/**
 * Runs a program to its end, and ends it when this process goes first. Throws, with its last lines, unless it ends
 * well.
 */
export async function runToEnd(task: Task): Promise<void> {
  mkdirSync(dirname(task.logFile), { recursive: true });
  const reaper = new Reaper();
  try {
    const how = await ended(task, reaper);
    if (how === 0) return;
    const what = [task.command, ...task.args.slice(0, 2)].join(" ");
    throw new Error(
      [`${what} failed (${how}); the end of ${task.logFile}:`, ...(await lastLines(task.logFile))].join("\n"),
    );
  } finally {
    reaper.close();
  }
}

function ended({ command, args, cwd, env, logFile }: Task, reaper: Reaper): Promise<number | string> {
  const log = openSync(logFile, "a");
  return new Promise<number | string>((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", log, log] });
    const { pid } = child;
    if (pid !== undefined) reaper.watch(pid);
    child.once("error", reject);
    child.once("exit", (exitCode, signal) => {
      if (pid !== undefined) reaper.forget(pid);
      resolve(exitCode ?? signal ?? "unknown");
    });
  }).finally(() => {
    closeSync(log);
  });
}
