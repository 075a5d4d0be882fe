import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  const manifest = await readFile(join(directory, "bundle.json"), "utf8");
  const { sha256, parts } = JSON.parse(manifest) as { sha256: string; parts: readonly string[] }; // as makeBundle writes it
  const mounted = parts.map((part, index) => join(directory, `bundle-${index}`, part));
  for (const [index, part] of parts.entries()) {
    await mkdir(join(directory, `bundle-${index}`));
    await rename(join(directory, part), mounted[index] ?? "");
  }
  return { directory, sha256, parts: mounted };
}

describe("the bundle", function () {
  this.timeout(120_000);

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

  it("is not built again while nothing has changed", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pulumi-karpenter-bundle-"));
    const first = await makeBundle("loader", directory);
    const again = await makeBundle("loader", directory);
    const inputs = join(directory, "loader.inputs.json");
    await writeFile(inputs, (await readFile(inputs, "utf8")).replace(/"[0-9a-f]{64}"/, '"0"'));
    const changed = await makeBundle("loader", directory);
    await rm(directory, { recursive: true });

    assert.deepEqual([first, again, changed], [true, false, true]);
  });
});
