import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Sandbox } from "#sandbox/sandbox";

const project = join(__dirname, "..", "..", "..");

/**
 * Starts `pulumi destroy` and, at the first line that matches, kills it with everything that it started, without a word:
 * what is left is as after the loss of the machine.
 */
export async function killDestroyAt(line: RegExp, { directory, environment }: Sandbox): Promise<void> {
  const configFile = join(directory, "pulumi-config", "Pulumi.dev.yaml");
  const args = ["destroy", "--yes", "--skip-preview", "--stack", "dev", "--config-file", configFile];
  const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
    cwd: project,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const printed: string[] = [];
  let killed: Promise<void> | undefined;
  createInterface({ input: child.stdout }).on("line", (text) => {
    printed.push(text);
    if (line.test(text)) killed ??= killTree(child.pid);
  });
  await ended;
  assert.ok(killed, `the destroy never said ${String(line)}:\n${printed.join("\n")}`);
  await killed;
}

/** Plugins have process groups of their own; they are known by their parents. */
async function killTree(root: number | undefined): Promise<void> {
  assert.ok(root);
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="]);
  const processes = stdout.split("\n").flatMap((row) => {
    const [pid, parent] = row.trim().split(/\s+/).map(Number);
    return pid === undefined || parent === undefined ? [] : [{ pid, parent }];
  });
  const doomed = [root];
  for (const ancestor of doomed) {
    doomed.push(...processes.filter(({ parent }) => parent === ancestor).map(({ pid }) => pid));
  }
  for (const pid of doomed) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
