import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Listing, listAccount, listingChanges } from "#sandbox/aws/listing/listing";
import { pulumiStack } from "#sandbox/pulumi";
import { killDestroyAt } from "./support/killed-destroy";
import { machines } from "./support/machines";
import { SCENARIO_MS, walkthrough } from "./support/walkthrough";
import { deployment, unevictable } from "./support/workloads";

const config = { nodePools: { default: {} }, teardown: { evictAfterSeconds: 10 } };
const stubborn = deployment({ name: "stubborn", replicas: 2, requests: { cpu: "500m" } });

describe("destroy against the odds", function () {
  this.timeout(SCENARIO_MS);
  // Nodes are let in by a ConfigMap, so that there is something of ours in the cluster that no provider looks after.
  const world = walkthrough({ authenticationMode: "CONFIG_MAP" });
  let account: Listing;

  async function upWithNode(): Promise<void> {
    const { cluster, sandbox } = world;
    await world.up(config);
    await cluster.create(stubborn);
    await cluster.create(unevictable("stubborn", 2));
    await world.untilRunning("stubborn", 2);
    assert.equal((await machines(sandbox.aws)).length, 1);
  }

  async function withoutWorkload(): Promise<void> {
    await world.cluster.delete("Deployment", "stubborn");
    await world.cluster.delete("PodDisruptionBudget", "stubborn");
  }

  it("can be run again after it was killed half-way", async () => {
    const { sandbox, stack } = world;
    account = await listAccount(sandbox.aws);
    await upWithNode();

    await killDestroyAt(/waiting for 1 node claims/, sandbox);
    // The controller went on meanwhile, or did not get that far; either is fine. A killed CLI leaves its lock.
    await stack.run(["cancel", "--yes"]);
    await stack.destroy();
    await withoutWorkload();
    await world.assertNothingLeft();
  });

  it("clears the account of a cluster whose API server is dead", async () => {
    const { sandbox } = world;
    await upWithNode();
    const pid = sandbox.supervisor.pidOf("kube-apiserver");
    assert.ok(pid);
    process.kill(pid, "SIGKILL");

    const environment = { ...sandbox.environment, PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    const stack = await pulumiStack({ ...sandbox, environment });
    const printed = await stack.destroy();
    assert.ok(printed.some((line) => /does not answer .*: going on with what is in AWS/.test(line)));
    assert.deepEqual(await machines(sandbox.aws), []);
    assert.deepEqual(listingChanges(account, await listAccount(sandbox.aws)), []);
    const { deployment: left } = JSON.parse((await stack.run(["stack", "export"])).join("\n")) as State;
    assert.deepEqual(left.resources ?? [], []);
  });
});

interface State {
  readonly deployment: { readonly resources?: readonly object[] };
}
