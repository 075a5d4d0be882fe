import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeBundle } from "../../tools/bundle";
import packageJson from "../../package.json";
import type { PlanReport } from "#cli/plan-report";
import type { TypeReport } from "#cli/instance-types";
import { nodePool, podAsking } from "#support/builders";
import { scenarioFile } from "#support/command-line";

const root = join(__dirname, "../..");
const program = join(root, packageJson.bin["pulumi-karpenter"]);

const runAt = (path: string, args: readonly string[], input = ""): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [path, ...args], { encoding: "utf8", input, cwd: tmpdir(), maxBuffer: 2 ** 26 });

describe("the command", function () {
  this.timeout(30_000);

  before(() => makeBundle("cli", join(root, "dist")));

  it("plans with the catalog of its package, from anywhere", () => {
    const file = scenarioFile([nodePool(), podAsking({ cpu: "1" })]);
    const { status, stdout, stderr } = runAt(program, ["simulate", "--scenario", file, "--output", "json"]);

    assert.equal(stderr, "");
    assert.equal(status, 0);
    assert.deepEqual(
      (JSON.parse(stdout) as PlanReport).newNodes.map(({ pods }) => pods),
      [["default/pod-1"]],
    );
  });

  it("reads a scenario from its input", () => {
    const { status, stdout } = runAt(program, ["simulate", "--scenario", "-"], JSON.stringify(nodePool()));

    assert.equal(status, 0);
    assert.match(stdout, /0 new nodes for 0 pods: \$0\.0000 per hour/);
  });

  it("prints all of a long answer before it ends", () => {
    const { status, stdout } = runAt(program, ["instance-types", "--output", "json"]);

    assert.equal(status, 0);
    assert.ok(Object.keys(JSON.parse(stdout) as Readonly<Record<string, TypeReport>>).length > 1_000);
  });

  it("ends with 2 and one line for bad input, and says nothing else", () => {
    const { status, stdout, stderr } = runAt(program, ["simulate", "--scenario", "/no/such/file"]);

    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, /^error: \/no\/such\/file: cannot be read: [^\n]+\n$/);
  });

  it("explains itself", () => {
    for (const args of [["--help"], ["simulate", "--help"], ["instance-types", "--help"]]) {
      const { status, stdout } = runAt(program, args);

      assert.equal(status, 0, args.join(" "));
      assert.match(stdout, /^Usage: pulumi-karpenter /);
    }
    assert.equal(runAt(program, ["--version"]).stdout, `${packageJson.version}\n`);
    assert.equal(runAt(program, []).status, 2);
  });

  it("works where nothing but the files of the package is installed", () => {
    const project = mkdtempSync(join(tmpdir(), "installed-"));
    const installed = join(project, "node_modules", packageJson.name);
    const link = join(project, "node_modules", ".bin", "pulumi-karpenter");
    for (const file of ["package.json", "cli/bin.cjs", "dist/cli.cjs", "controller/providers/data"])
      cpSync(join(root, file), join(installed, file), { recursive: true });
    mkdirSync(join(link, ".."));
    symlinkSync(join(installed, packageJson.bin["pulumi-karpenter"]), link);
    const { status, stdout, stderr } = runAt(link, [
      "instance-types",
      "--requirement",
      "node.kubernetes.io/instance-type In m5.large",
    ]);

    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /m5\.large +amd64/);
  });
});
