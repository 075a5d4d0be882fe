import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** Writes a line, with the time before it. */
export type Log = (line: string) => void;

/**
 * The log of a component that runs within this process: `<directory>/logs/<component>.log`, beside those of the others.
 */
export function componentLog(directory: string, component: string): Log {
  mkdirSync(join(directory, "logs"), { recursive: true });
  const file = join(directory, "logs", `${component}.log`);
  return (line) => {
    appendFileSync(file, `${new Date().toISOString()} ${line}\n`);
  };
}

/** An error on one line. */
export const oneLine = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replace(/\s+/g, " ").slice(0, 300);
