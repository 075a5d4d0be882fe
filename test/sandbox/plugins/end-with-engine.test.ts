import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const bin = join(__dirname, "../../../sandbox/plugins/bin");
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
};

describe("a plugin whose engine is killed", function () {
  this.timeout(60_000);

  it("ends as well, whichever it is", async () => {
    await Promise.all(["aws", "eks", "kubernetes"].map(endsWithItsEngine));
  });
});

async function endsWithItsEngine(name: string): Promise<void> {
  // Starts the plugin as the engine does, says which process it is and which port it serves, and waits to be killed.
  const script = `${join(bin, `pulumi-resource-${name}`)} 127.0.0.1:1 & echo $!; wait`;
  const engine = spawn("/bin/sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  const lines: string[] = [];
  engine.stdout.on("data", (chunk: Buffer) => lines.push(...chunk.toString().split("\n").filter(Boolean)));
  while (lines.length < 2) await sleep(50);
  const plugin = Number(lines[0]);
  assert.ok(isAlive(plugin), name);

  engine.kill("SIGKILL");
  await once(engine, "exit");
  while (isAlive(plugin)) await sleep(100);
}
