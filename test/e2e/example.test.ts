import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "mocha";
import { pulumiStack } from "#sandbox/pulumi";
import { SCENARIO_MS, walkthrough } from "./support/walkthrough";

const project = join(__dirname, "..", "..", "examples", "existing-cluster");

interface Preview {
  readonly steps: readonly {
    readonly op: string;
    readonly newState: { readonly urn: string; readonly type: string };
  }[];
}

describe("examples/existing-cluster", function () {
  this.timeout(SCENARIO_MS);
  const world = walkthrough();

  it("plans Karpenter, the dictionary's pool, and a pool and class of its own", async () => {
    const stack = await pulumiStack(world.sandbox, { project, stack: "example" });
    await stack.configure({ clusterName: world.sandbox.clusterName });
    const { steps } = JSON.parse((await stack.preview("--json")).join("\n")) as Preview;

    assert.deepEqual([...new Set(steps.map(({ op }) => op))], ["create"]);
    const objects = steps.map(({ newState }) => newState).filter(({ type }) => /:(NodePool|EC2NodeClass)$/.test(type));
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
