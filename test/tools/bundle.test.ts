import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { readBundle } from "#components/bundle";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, podsAsking, problem } from "#support/builders";
import { eventually } from "#support/eventually";
import { plannerIn } from "#support/planner-threads";
import { makeBundle } from "../../tools/bundle";

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a script in an empty environment, away from this project. */
const node = (directory: string, ...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: directory, env: {} }, (error, output, errors) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, output, errors });
    });
  });

/** A folder with the bundles, made once: the parts where each ConfigMap of its own would put them. */
let building: Promise<{ directory: string; sha256: string; parts: readonly string[] }> | undefined;

const bundled = () => (building ??= build());

async function build() {
  const directory = await mkdtemp(join(tmpdir(), "pulumi-karpenter-bundle-"));
  for (const name of ["controller", "loader"]) await makeBundle(name, directory);
  const { sha256, parts } = readBundle(directory);
  const mounted = parts.map((_, index) => join(directory, `bundle-${index}`, `part-${index}`));
  for (const [index, part] of parts.entries()) {
    await mkdir(join(directory, `bundle-${index}`));
    await writeFile(mounted[index] ?? "", Buffer.from(part, "base64"));
  }
  return { directory, sha256, parts: mounted };
}

/** A cluster that nobody answers for, and settings that are right. */
const nowhere = {
  "current-context": "nowhere",
  contexts: [{ name: "nowhere", context: { cluster: "nowhere", user: "nobody" } }],
  clusters: [{ name: "nowhere", cluster: { server: "http://127.0.0.1:1" } }],
  users: [{ name: "nobody", user: { token: "none" } }],
};
const ready = {
  ...{ CLUSTER_NAME: "nowhere", AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: "http://127.0.0.1:1", LOG_LEVEL: "debug" },
  ...{ AWS_ACCESS_KEY_ID: "none", AWS_SECRET_ACCESS_KEY: "none", METRICS_PORT: "0", HEALTH_PROBE_PORT: "0" },
};

describe("the bundle", function () {
  this.timeout(180_000);

  after(async () => {
    const { directory } = await bundled();
    await rm(directory, { recursive: true });
  });

  it("starts by itself, far from any node_modules", async () => {
    const { directory } = await bundled();
    const { code, output } = await node(directory, "controller.cjs", "--help");

    assert.equal(code, 0);
    assert.match(output, /--batch-idle-duration/);
  });

  it("starts through the loader, from several mounted parts, with the arguments after --", async () => {
    const { directory, sha256, parts } = await bundled();
    const { code, output } = await node(directory, "loader.cjs", sha256, ...parts, "--", "--version");

    assert.equal(code, 0);
    assert.match(output, /^\d+\.\d+\.\d+\n$/);
  });

  it("plans in a thread that the loader starts", async () => {
    const { directory, sha256, parts } = await bundled();
    const argv = [sha256, ...parts, "--"];
    const planner = plannerIn("", {
      start: (options) => new Worker(join(directory, "loader.cjs"), { ...options, argv, env: {}, execArgv: [] }),
    });
    const types = [instanceType("m5.large", { cpu: 2, memoryGi: 8 })];
    const each = problem({ pods: podsAsking(3, { cpu: "1" }), pools: [choice(nodePool(), types)] });
    try {
      const plan = await planner.plan(each, new AbortController().signal);

      assert.deepEqual(plan, schedule(each));
      assert.equal(plan.newNodes.length, 2);
    } finally {
      await planner.close();
    }
  });

  it("starts that thread by itself, also from memory, and ends with it as soon as it is told to", async () => {
    const { directory, sha256, parts } = await bundled();
    const kubeconfig = join(directory, "kubeconfig");
    await writeFile(kubeconfig, JSON.stringify(nowhere));
    for (const program of [["controller.cjs"], ["loader.cjs", sha256, ...parts]]) {
      const child = spawn(process.execPath, program, { cwd: directory, env: { ...ready, KUBECONFIG: kubeconfig } });
      try {
        const said: { readonly word?: string }[] = [];
        createInterface(child.stdout).on("line", (line) => said.push(JSON.parse(line) as object)); // as all it says
        const isReady = (): boolean => said.some(({ word }) => word === "ready");
        await eventually(`the thread of ${program.join(" ")}`, isReady, 60_000);
        const ended = once(child, "exit");
        child.kill("SIGTERM");

        assert.deepEqual(await ended, [0, null], JSON.stringify(said));
      } finally {
        child.kill("SIGKILL");
      }
    }
  });

  it("says what is wrong with its settings on one line, and fails", async () => {
    const { directory, sha256, parts } = await bundled();
    const { code, output } = await node(directory, "loader.cjs", sha256, ...parts);

    assert.equal(code, 1);
    const [line = "", ...rest] = output.trimEnd().split("\n");
    assert.deepEqual(rest, []);
    assert.match((JSON.parse(line) as { error: { message: string } }).error.message, /CLUSTER_NAME .* is not set/);
  });

  it("is refused by the loader when it is not what was built", async () => {
    const { directory, sha256, parts } = await bundled();
    const wrong = sha256.replace(/^./, sha256.startsWith("0") ? "1" : "0");
    const altered = await node(directory, "loader.cjs", wrong, ...parts);
    const incomplete = await node(directory, "loader.cjs", sha256, ...parts.slice(1), parts[0] ?? "");
    const absent = await node(directory, "loader.cjs", sha256, "absent");

    for (const { code, output, errors } of [altered, incomplete, absent]) {
      assert.deepEqual([code, output], [1, ""]);
      assert.equal(errors.trimEnd().split("\n").length, 1);
    }
    assert.match(altered.errors, new RegExp(`have sha256 ${sha256}, not ${wrong}`));
    assert.match(absent.errors, /cannot read absent/);
  });

  it("is built into a directory that is not there yet, and not again while nothing has changed", async () => {
    const parent = await mkdtemp(join(tmpdir(), "pulumi-karpenter-bundle-"));
    const directory = join(parent, "dist");
    const first = await makeBundle("loader", directory);
    const again = await makeBundle("loader", directory);
    const inputs = join(directory, "loader.inputs.json");
    await writeFile(inputs, (await readFile(inputs, "utf8")).replace(/"[0-9a-f]{64}"/, '"0"'));
    const changed = await makeBundle("loader", directory);
    await rm(parent, { recursive: true });

    assert.deepEqual([first, again, changed], [true, false, true]);
  });
});
