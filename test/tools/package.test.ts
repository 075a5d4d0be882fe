import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { dependencies, peerDependencies } from "../../package.json";
import { makeBundle } from "../../tools/bundle";
import { makeLibrary } from "../../tools/library";

const run = promisify(execFile);
const root = join(__dirname, "..", "..");

/** A program of a user's: strict, against the declarations that the package brings. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { Karpenter, lookUpCluster, NodePool, type KarpenterArgs } from "pulumi-karpenter";
import { policies } from "pulumi-karpenter/policies";

const pools: KarpenterArgs["nodePools"] = { default: { limits: { cpu: "100" } } };
// @ts-expect-error -- a limit is a quantity
const wrong: KarpenterArgs["nodePools"] = { default: { limits: 100 } };
const karpenter = lookUpCluster("production").then((cluster) => new Karpenter("karpenter", { cluster, nodePools: pools }));
export const role: Promise<pulumi.Output<string>> = karpenter.then(({ nodeRoleName }) => nodeRoleName);
export const made = [wrong, NodePool];
export const rules: number = policies().length;
`;

/** What loads everything, and says what it found. */
const loading = `
const { Karpenter, EC2NodeClass } = require("pulumi-karpenter");
const { resources } = require("pulumi-karpenter/resources");
const { readBundle } = require(require.resolve("pulumi-karpenter").replace("index.js", "bundle.js"));
console.log(JSON.stringify([typeof Karpenter, typeof EC2NodeClass, typeof resources.Teardown, readBundle().parts.length > 0]));
`;

describe("the package", function () {
  this.timeout(240_000);
  let project = "";

  /** A project of a user's, with the package as npm would unpack it and with what it depends on. */
  before(async () => {
    for (const name of ["controller", "loader", "resources", "policies", "cli"])
      await makeBundle(name, join(root, "dist"));
    await makeLibrary(join(root, "dist"));
    project = await mkdtemp(join(tmpdir(), "pulumi-karpenter-package-"));
    const modules = join(project, "node_modules");
    const own = join(modules, "pulumi-karpenter");
    await mkdir(own, { recursive: true });
    const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], {
      cwd: root,
    });
    const [{ filename } = { filename: "" }] = JSON.parse(stdout) as { filename: string }[]; // as npm documents
    await run("tar", ["-xzf", join(project, filename), "-C", own, "--strip-components=1"]);
    // Only what it says that it needs, and the types that a program on Node has.
    for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), "@types/node"]) {
      await mkdir(dirname(join(modules, name)), { recursive: true });
      await symlink(join(root, "node_modules", name), join(modules, name));
    }
    await writeFile(join(project, "index.ts"), program);
    await writeFile(join(project, "load.cjs"), loading);
  });
  after(() => rm(project, { recursive: true, force: true }));

  const inProject = (file: string, ...args: readonly string[]) =>
    run(process.execPath, [file, ...args], { cwd: project });

  it("brings types that a strict program is checked against", async () => {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    await inProject(
      tsc,
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "index.ts",
    );
  });

  it("loads where it is installed, with the controller and the resources of its own", async () => {
    const { stdout } = await inProject("load.cjs");
    assert.deepEqual(JSON.parse(stdout), ["function", "function", "object", true]);
  });

  it("brings the command line", async () => {
    const { stdout } = await inProject(
      join("node_modules", "pulumi-karpenter", "cli", "bin.cjs"),
      ...["instance-types", "--requirement", "node.kubernetes.io/instance-type In m5.large", "--output", "json"],
    );
    assert.deepEqual(Object.keys(JSON.parse(stdout) as object), ["m5.large"]);
  });

  it("brings no sources, tests or tools", async () => {
    assert.deepEqual((await readdir(join(project, "node_modules", "pulumi-karpenter"))).toSorted(), [
      "README.md",
      "cli",
      "controller",
      "dist",
      "package.json",
      "policies",
    ]);
  });
});
