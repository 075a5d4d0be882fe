import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, it } from "mocha";
import { Karpenter } from "#components/karpenter";
import { type Existing, planFor } from "#support/existing-stack";
import type { Provider } from "#components/resources/provider";
import { atEnd } from "#support/at-end";
import packageJson from "../../package.json";
import state from "../fixtures/stack-0.1.0.json";

const issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/DDD9633A7AFEF7787E2793D4B606D624";
const cluster = {
  name: "sandbox",
  endpoint: "https://api.example.com",
  oidcIssuer: issuer,
  authenticationMode: "API",
  privateSubnetIds: ["subnet-1", "subnet-2", "subnet-3"],
  publicSubnetIds: [],
  securityGroupId: "sg-1",
} as const;

/** As it was exported, but for what follows from the program that is installed, such as its ConfigMaps. */
const existing: readonly Existing[] = state;

describe("a stack of version 0.1.0", function () {
  this.timeout(30_000);

  it("loses nothing to this version, nor has anything replaced", async () => {
    const controller = { image: "example.com/karpenter" };
    const plan = await planFor(
      existing,
      () => new Karpenter("karpenter", { cluster, controller, nodePools: { default: {} } }),
    );
    assert.deepEqual(plan.deleted, []);
    assert.deepEqual(plan.replaced, []);
    assert.deepEqual(plan.created, [
      "pulumi-karpenter:index:Survey karpenter",
      "pulumi-karpenter:index:Survey$pulumi-nodejs:dynamic/pulumi-karpenter:Survey karpenter",
    ]);
  });

  it("holds programs that find their way into this version", async () => {
    const packages = join(await mkdtemp(join(tmpdir(), "existing-stack-")), "node_modules");
    atEnd(() => rm(dirname(packages), { recursive: true }));
    const installed = join(packages, "pulumi-karpenter");
    await mkdir(installed, { recursive: true });
    // Where the bundle is in the package that users install; here it is loaded from source.
    const exports = { "./resources": packageJson.exports["./resources"].replace("dist/", "") };
    await writeFile(join(installed, "package.json"), JSON.stringify({ name: "pulumi-karpenter", exports }));
    const source = JSON.stringify(join(__dirname, "../../components/resources/index.ts"));
    await writeFile(join(installed, "resources.cjs"), `module.exports = require(${source});`);

    const programs = existing.flatMap(({ name, inputs }) => {
      const text = inputs?.["__provider"];
      return typeof text === "string" ? [{ name, text }] : [];
    });
    assert.equal(programs.length, 4);
    for (const { name, text } of programs) {
      const program = { exports: {} as { handler: () => Provider } };
      runInNewContext(text, {
        ...{ exports: program.exports, require: createRequire(__filename) },
        process: { cwd: () => dirname(packages) },
      });
      const { inputs } = await program.exports.handler().check({}, { anything: "at all" });
      assert.equal(inputs["anything"], "at all", name);
    }
  });

  it("would lose its pools to another name of theirs, and its node role to another cluster", async () => {
    const other = { ...cluster, name: "other" };
    const plan = await planFor(
      existing,
      () => new Karpenter("karpenter", { cluster: other, controller: { image: "x" }, nodePools: { renamed: {} } }),
    );
    const told = (urns: readonly string[]): readonly string[] => urns.map((urn) => urn.split("$").at(-1) ?? urn);
    assert.ok(told(plan.deleted).includes("kubernetes:karpenter.sh/v1:NodePool default"));
    assert.ok(told(plan.replaced).includes("aws:iam/role:Role karpenter-node"));
    assert.ok(told(plan.replaced).includes("pulumi-nodejs:dynamic/pulumi-karpenter:Teardown karpenter-machines"));
  });
});
