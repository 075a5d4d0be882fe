import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "mocha";
import { pulumiStack } from "#sandbox/pulumi";
import { SCENARIO_MS, walkthrough } from "./support/walkthrough";
import { deployment } from "./support/workloads";

const root = join(__dirname, "..", "..");
const examples = join(root, "examples");

interface Preview {
  readonly steps: readonly {
    readonly op: string;
    readonly newState: { readonly urn: string; readonly type: string };
  }[];
}

describe("examples", function () {
  this.timeout(SCENARIO_MS);
  const world = walkthrough();

  describe("quickstart", () => {
    const project = join(examples, "quickstart");
    const inflate = deployment({ name: "inflate", replicas: 3, requests: { cpu: "1" } });

    it("is the program that the README shows, in 15 lines at most", async () => {
      const [program, readme] = await Promise.all(
        [join(project, "index.ts"), join(root, "README.md")].map((file) => readFile(file, "utf8")),
      );
      assert.ok(readme?.includes(`\`\`\`ts\n${program}\`\`\`\n`));
      assert.ok((program ?? "").trimEnd().split("\n").length <= 15);
    });

    it("installs Karpenter, gives pods nodes, and is gone after destroy", async () => {
      const stack = await pulumiStack(world.sandbox, { project, stack: "quickstart" });
      await stack.configure({ clusterName: world.sandbox.clusterName });
      await stack.up();
      await stack.preview("--expect-no-changes");
      await world.cluster.create(inflate);
      await world.untilRunning("inflate", 3);
      await world.cluster.delete("Deployment", "inflate");
      await stack.destroy();
      await world.assertNothingLeft();
    });
  });

  describe("existing-cluster", () => {
    const project = join(examples, "existing-cluster");

    it("plans Karpenter, the dictionary's pool, and a pool and class of its own", async () => {
      const stack = await pulumiStack(world.sandbox, { project, stack: "example" });
      await stack.configure({ clusterName: world.sandbox.clusterName });
      const { steps } = JSON.parse((await stack.preview("--json")).join("\n")) as Preview;

      assert.deepEqual([...new Set(steps.map(({ op }) => op))], ["create"]);
      const objects = steps
        .map(({ newState }) => newState)
        .filter(({ type }) => /:(NodePool|EC2NodeClass)$/.test(type));
      const names = objects.map(({ type, urn }) => `${type.split(":").at(-1) ?? ""} ${urn.split("::").at(-1) ?? ""}`);
      assert.deepEqual([...new Set(names)].toSorted(), [
        "EC2NodeClass arm",
        "EC2NodeClass default",
        "NodePool arm",
        "NodePool default",
      ]);
    });

    it("says in one line that there is no such cluster", async () => {
      const stack = await pulumiStack(world.sandbox, { project, stack: "example" });
      await stack.configure({ clusterName: "nowhere" });
      await assert.rejects(stack.preview(), /error: clusterName: there is no EKS cluster "nowhere" in this account/);
      await world.assertNothingLeft();
    });
  });
});
