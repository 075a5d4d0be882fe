import assert from "node:assert/strict";
import { conditionOf } from "#controller/api/conditions";
import { nodeClassHash, nodePoolHash, nodePoolHashVersion } from "#controller/api/hash";
import { annotations, labels } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import type { NodePool } from "#controller/api/node-pool";
import { nodeClassHashing, nodePoolHashing } from "#controller/controllers/drift-hash";
import { nodePoolStatus } from "#controller/controllers/node-pool-status";
import { node, nodeClaim, nodeClass, nodePool } from "#support/builders";
import type { ControllerWorld } from "#support/controller-world";
import type { DeepPartial } from "#support/merge";
import { aWorldForEachTest } from "#support/worlds";

describe("the status of a pool", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  aWorldForEachTest((opened) => {
    world = opened;
  });

  const settled = async ({ metadata }: NodePool): Promise<NodePool> => {
    await world.settle(nodePoolStatus(world.context), metadata);
    return world.shown("NodePool", metadata);
  };
  const newPool = (...overrides: readonly DeepPartial<NodePool>[]): Promise<NodePool> =>
    world.create("NodePool", nodePool(...overrides));
  const saysOf = (pool: NodePool, type: string) => {
    const { status, reason } = conditionOf(pool, type) ?? {};
    return [status, reason];
  };
  const classThat = (status: "True" | "False" | "Unknown", observedGeneration = 1) => {
    const common = { observedGeneration, lastTransitionTime: "2026-01-01T00:00:00Z" };
    const ready = { type: "Ready", status, reason: "UnhealthyDependents", message: "", ...common };
    const part = { type: "AMIsReady", status, reason: "AMINotFound", message: "no image", ...common };
    return world.create("EC2NodeClass", nodeClass({ status: { conditions: [part, ready] } }));
  };

  it("POOL-004 says that the class is missing", async () => {
    const pool = await settled(await newPool());

    assert.deepEqual(saysOf(pool, "NodeClassReady"), ["False", "NodeClassNotFound"]);
    assert.deepEqual(saysOf(pool, "Ready"), ["False", "UnhealthyDependents"]);
  });

  it("POOL-004 is ready with its class, and says in the class's words why it is not", async () => {
    const pool = await newPool();
    const made = await classThat("False");
    const { message } = conditionOf(await settled(pool), "NodeClassReady") ?? {};
    assert.equal(message, "EC2NodeClass default: AMIsReady: no image");

    const conditions = [{ ...conditionOf(made, "Ready"), status: "True" }];
    await world.kube.patchStatus("EC2NodeClass", made.metadata, { status: { conditions } });
    await world.shown("EC2NodeClass", made.metadata);
    assert.deepEqual(saysOf(await settled(pool), "Ready"), ["True", "Ready"]);
  });

  it("POOL-004 waits for a class that was not looked at yet, or changed since", async () => {
    const pool = await newPool();
    const made = await world.create("EC2NodeClass", nodeClass());
    assert.deepEqual(saysOf(await settled(pool), "NodeClassReady"), ["Unknown", "NodeClassReadinessUnknown"]);

    const common = { reason: "Ready", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" };
    const conditions = [{ type: "Ready", status: "True", observedGeneration: 0, ...common }];
    await world.kube.patchStatus("EC2NodeClass", made.metadata, { status: { conditions } });
    await world.shown("EC2NodeClass", made.metadata);
    assert.deepEqual(saysOf(await settled(pool), "NodeClassReady"), ["Unknown", "NodeClassReadinessUnknown"]);
  });

  it("POOL-004 says that the class is being deleted", async () => {
    const pool = await newPool();
    const made = await world.create("EC2NodeClass", nodeClass({ metadata: { finalizers: ["test.example/hold"] } }));
    await world.kube.delete("EC2NodeClass", made.metadata);
    await world.shown("EC2NodeClass", made.metadata);

    assert.deepEqual(saysOf(await settled(pool), "NodeClassReady"), ["False", "NodeClassTerminating"]);
  });

  it("POOL-006 says what the API server let pass and cannot work", async () => {
    const capacityTypes = (...values: readonly string[]): DeepPartial<NodePool> => ({
      spec: { template: { spec: { requirements: [{ key: labels.capacityType, operator: "In", values }] } } },
    });

    const bad = await settled(await newPool(capacityTypes("preemptible")));
    assert.deepEqual(saysOf(bad, "ValidationSucceeded"), ["False", "NodePoolValidationFailed"]);
    assert.match(conditionOf(bad, "ValidationSucceeded")?.message ?? "", /must be on-demand, spot or reserved/);
    const mixed = await settled(await newPool(capacityTypes("preemptible", "spot")));
    assert.deepEqual(saysOf(mixed, "ValidationSucceeded"), ["True", "ValidationSucceeded"]);
  });

  it("POOL-001 POOL-002 counts what its machines have, by claim and then by node, growing and shrinking", async () => {
    const pool = await newPool();
    const own = { metadata: { labels: { [labels.nodePool]: pool.metadata.name } } };
    const resources = async () => (await settled(pool)).status;
    const none = { cpu: "0", memory: "0", pods: "0", "ephemeral-storage": "0", nodes: "0" };
    assert.deepEqual([(await resources())?.resources, (await resources())?.nodes], [none, 0]);

    const capacity = { cpu: "4", memory: "16Gi", pods: "110", "example.com/gpu": "1" };
    const claim = await world.create(
      "NodeClaim",
      nodeClaim(own, { status: { capacity, providerID: "aws:///a/i-count" } }),
    );
    const other = await world.create("NodeClaim", nodeClaim(own, { status: { capacity } }));
    await world.create("NodeClaim", nodeClaim({ status: { capacity } }));
    const two = await resources();
    assert.equal(two?.nodes, 2);
    assert.deepEqual(two.resources, {
      ...none,
      ...{ cpu: "8", memory: "32Gi", pods: "220", "example.com/gpu": "2", nodes: "2" },
    });

    const reported = { cpu: "4", memory: "15Gi", pods: "110", "ephemeral-storage": "20Gi" };
    await world.create("Node", node({ spec: { providerID: "aws:///a/i-count" }, status: { capacity: reported } }));
    await world.kube.delete("NodeClaim", other.metadata);
    await world.found("NodeClaim", other.metadata);
    const one = { ...reported, "example.com/gpu": "1", nodes: "1" };
    assert.deepEqual((await resources())?.resources, one);

    await world.kube.delete("NodeClaim", claim.metadata);
    await world.found("NodeClaim", claim.metadata);
    assert.deepEqual((await resources())?.resources, none);
  });

  describe("and its hash", () => {
    const hashing = () => nodePoolHashing(world.context);
    const claimOf = ({ metadata }: NodePool, ...more: readonly DeepPartial<NodeClaim>[]): Promise<NodeClaim> =>
      world.create("NodeClaim", nodeClaim({ metadata: { labels: { [labels.nodePool]: metadata.name } } }, ...more));
    const old = { [annotations.nodePoolHash]: "1", [annotations.nodePoolHashVersion]: "v3" };
    const stampOf = async (kind: "NodePool" | "NodeClaim", { metadata }: NodePool | NodeClaim) => {
      const { annotations: has } = (await world.shown(kind, metadata)).metadata;
      return [has?.[annotations.nodePoolHash], has?.[annotations.nodePoolHashVersion]];
    };

    it("POOL-003 is stamped, and follows the template", async () => {
      const pool = await newPool();
      const first = await world.settle(hashing(), pool.metadata);
      assert.deepEqual(await stampOf("NodePool", pool), [nodePoolHash(pool), nodePoolHashVersion]);

      const template = { metadata: { labels: { team: "a" } } };
      await world.kube.patch("NodePool", pool.metadata, { spec: { template } });
      await world.settle(hashing(), pool.metadata);
      const [changed] = await stampOf("NodePool", pool);
      assert.notEqual(changed, first?.metadata.annotations?.[annotations.nodePoolHash]);

      await world.kube.patch("NodePool", pool.metadata, { spec: { weight: 10, limits: { cpu: "1" } } });
      await world.settle(hashing(), pool.metadata);
      assert.equal((await stampOf("NodePool", pool))[0], changed);
    });

    it("POOL-003 of another version is rewritten on the pool and its claims, but not on those that have drifted", async () => {
      const pool = await newPool({ metadata: { annotations: old } });
      const claim = await claimOf(pool, { metadata: { annotations: old } });
      const drifted = await claimOf(pool, {
        metadata: { annotations: old },
        status: {
          conditions: [
            { type: "Drifted", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z", reason: "", message: "" },
          ],
        },
      });
      await world.settle(hashing(), pool.metadata);
      const stamp = [nodePoolHash(pool), nodePoolHashVersion];

      assert.deepEqual(await stampOf("NodePool", pool), stamp);
      assert.deepEqual(await stampOf("NodeClaim", claim), stamp);
      assert.deepEqual(await stampOf("NodeClaim", drifted), ["1", nodePoolHashVersion]);
    });

    it("of the same version stays on claims, which is how they show that they drifted", async () => {
      const stale = { [annotations.nodePoolHash]: "1", [annotations.nodePoolHashVersion]: nodePoolHashVersion };
      const pool = await newPool({ metadata: { annotations: stale } });
      const claim = await claimOf(pool, { metadata: { annotations: stale } });
      await world.settle(hashing(), pool.metadata);

      assert.equal((await stampOf("NodePool", pool))[0], nodePoolHash(pool));
      assert.equal((await stampOf("NodeClaim", claim))[0], "1");
    });

    it("is stamped on classes and their claims in the same way", async () => {
      const made = await world.create("EC2NodeClass", nodeClass());
      const claim = await world.create("NodeClaim", nodeClaim());
      await world.settle(nodeClassHashing(world.context), made.metadata);
      const { metadata } = await world.shown("NodeClaim", claim.metadata);
      const { metadata: own } = await world.shown("EC2NodeClass", made.metadata);

      assert.equal(own.annotations?.[annotations.nodeClassHash], nodeClassHash(made));
      assert.equal(metadata.annotations?.[annotations.nodeClassHash], nodeClassHash(made));
    });
  });
});
