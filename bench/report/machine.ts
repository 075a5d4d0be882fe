import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";

/** What the figures were measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  /** Undefined when there is no Go, and so no peer. */
  readonly go: string | undefined;
}

export const thisMachine = (): Machine => ({
  processor: cpus()[0]?.model.trim() ?? "unknown processor",
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  node: process.version,
  go: goVersion(),
});

function goVersion(): string | undefined {
  try {
    return execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

/** In one line. */
export const describeMachine = ({ processor, cores, memoryBytes, node, go }: Machine): string =>
  [`${cores} cores (${processor})`, `${Math.round(memoryBytes / 2 ** 30)} GiB`, `Node ${node}`, go ?? "no Go"].join(
    ", ",
  );
