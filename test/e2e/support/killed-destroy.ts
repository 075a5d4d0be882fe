import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { killTree } from "#sandbox/processes/process-tree";
import type { Sandbox } from "#sandbox/sandbox";

const project = join(__dirname, "..", "..", "..");

/**
 * Starts `pulumi destroy` and, at the first line that matches, kills it with everything that it started, without a
 * word: what is left is as after the loss of the machine.
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
    if (line.test(text) && child.pid !== undefined) killed ??= killTree(child.pid);
  });
  await ended;
  assert.ok(killed, `the destroy never said ${String(line)}:\n${printed.join("\n")}`);
  await killed;
}
