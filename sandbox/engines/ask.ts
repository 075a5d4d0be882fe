import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ANSWER_WITHIN_MS = 15_000;

/** Where PATH has a program. */
export function onPath(program: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** The first version number in what a program says when asked; undefined when it does not run or names none. */
export async function versionOf(program: string, ask: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, ask, { timeout: ANSWER_WITHIN_MS });
    return /\d+\.\d+(\.\d+)?/.exec(`${stdout}\n${stderr}`)?.[0];
  } catch (error) {
    // A program that does not run is as good as none; anything but an Error is no answer of a program.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Whether the first of two dotted versions is the same or newer. */
export function isAtLeast(version: string, least: string): boolean {
  return version.localeCompare(least, "en", { numeric: true }) >= 0;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
