import assert from "node:assert/strict";
import { isTrue } from "#controller/api/conditions";
import { labels } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import { nodeClaimConsolidatable } from "#controller/controllers/node-claim-consolidatable";
import { nodeClaimExpiration } from "#controller/controllers/node-claim-expiration";
import { nodeClaimPodEvents } from "#controller/controllers/node-claim-pod-events";
import { node, nodeClaim, nodePool, podOn } from "#support/builders";
import type { ControllerWorld } from "#support/controller-world";
import type { DeepPartial } from "#support/merge";
import { aWorldForEachTest } from "#support/worlds";

describe("the upkeep of a claim", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  aWorldForEachTest((opened) => {
    world = opened;
  });

  const rfc = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
  const gone = async ({ metadata }: NodeClaim): Promise<boolean> =>
    (await world.found("NodeClaim", metadata)) === undefined;

  describe("expiration", () => {
    const claimOf = (expireAfter: string): Promise<NodeClaim> =>
      world.create("NodeClaim", nodeClaim({ spec: { expireAfter } }));

    it("NC-014 never takes a claim that never expires", async () => {
      const claim = await claimOf("Never");
      await world.clock.advance(1e12);

      assert.deepEqual(await world.reconcile(nodeClaimExpiration(world.context), claim.metadata), {});
      assert.equal(await gone(claim), false);
    });

    it("NC-013 NC-014 takes a claim once its time is over, and says when that is", async () => {
      const claim = await claimOf("1h");
      const expiration = nodeClaimExpiration(world.context);
      const { after = 0 } = await world.reconcile(expiration, claim.metadata);
      assert.ok(after > 59 * 60_000 && after <= 3_600_000, String(after));
      await world.clock.advance(after - 1);
      await world.reconcile(expiration, claim.metadata);
      assert.equal(await gone(claim), false);
      await world.clock.advance(1);
      await world.reconcile(expiration, claim.metadata);

      assert.equal(await gone(claim), true);
      assert.deepEqual(
        world.counted.map(({ labels: of }) => of?.["reason"]),
        ["expired"],
      );
    });
  });

  describe("the mark that it may be consolidated", () => {
    async function marked(
      disruption: NodePool["spec"]["disruption"],
      {
        quietMs,
        met = ["Launched", "Registered", "Initialized"],
      }: { readonly quietMs: number; readonly met?: string[] },
    ): Promise<{ readonly is: boolean; readonly after: number | undefined }> {
      const pool = await world.create("NodePool", nodePool({ spec: { disruption } }));
      const now = world.clock.now();
      const conditions = met.map((type) => ({
        ...{ type, reason: type, message: "", status: "True" as const },
        lastTransitionTime: rfc(now - 3_600_000),
      }));
      const claim = await world.create(
        "NodeClaim",
        nodeClaim({
          metadata: { labels: { [labels.nodePool]: pool.metadata.name } },
          status: { conditions, lastPodEventTime: rfc(now - quietMs) },
        }),
      );
      const consolidatable = nodeClaimConsolidatable(world.context);
      const { after } = await world.reconcile(consolidatable, claim.metadata);
      await world.settle(consolidatable, claim.metadata);
      return { is: isTrue(await world.shown("NodeClaim", claim.metadata), "Consolidatable"), after };
    }

    it("NC-003 comes once no pod came or went for consolidateAfter", async () => {
      assert.deepEqual(await marked({ consolidateAfter: "30s" }, { quietMs: 31_000 }), { is: true, after: undefined });
      assert.deepEqual(await marked({ consolidateAfter: "0s" }, { quietMs: 1_000 }), { is: true, after: undefined });
      const early = await marked({ consolidateAfter: "30s" }, { quietMs: 10_000 });
      assert.equal(early.is, false);
      assert.ok((early.after ?? 0) >= 19_000 && (early.after ?? 0) <= 21_000);
    });

    it("NC-003 does not come to what is not initialized, or never consolidates", async () => {
      assert.equal((await marked({ consolidateAfter: "0s" }, { quietMs: 1_000, met: ["Launched"] })).is, false);
      assert.equal((await marked({ consolidateAfter: "Never" }, { quietMs: 1e9 })).is, false);
    });

    it("NC-003 goes again when a pod comes", async () => {
      const met = ["Initialized", "Consolidatable"];

      assert.equal((await marked({ consolidateAfter: "30s" }, { quietMs: 1_000, met })).is, false);
    });

    it("NC-011 never comes to claims of static pools", async () => {
      const pool = await world.create("NodePool", nodePool({ spec: { replicas: 1, disruption: undefined } }));
      const condition = { type: "Initialized", reason: "", message: "", status: "True" as const };
      const claim = await world.create(
        "NodeClaim",
        nodeClaim({
          metadata: { labels: { [labels.nodePool]: pool.metadata.name } },
          status: { conditions: [{ ...condition, lastTransitionTime: rfc(world.clock.now() - 1e7) }] },
        }),
      );
      await world.settle(nodeClaimConsolidatable(world.context), claim.metadata);

      assert.equal(isTrue(await world.shown("NodeClaim", claim.metadata), "Consolidatable"), false);
    });
  });

  describe("the time of the last pod event", () => {
    let claim: NodeClaim;
    let nodeName: string;
    beforeEach(async () => {
      claim = await world.create("NodeClaim", nodeClaim({ status: { providerID: "aws:///test-zone-a/i-events" } }));
      const host = await world.create("Node", node({ spec: { providerID: "aws:///test-zone-a/i-events" } }));
      nodeName = host.metadata.name;
    });

    /** When the claim says a pod last came or went, after this pod was looked at; milliseconds from now. */
    async function noted(...pod: readonly DeepPartial<Pod>[]): Promise<number | undefined> {
      const seen = podOn(nodeName, {}, ...pod);
      await nodeClaimPodEvents(world.context).reconcile(seen, new AbortController().signal);
      const { lastPodEventTime } = (await world.shown("NodeClaim", claim.metadata)).status ?? {};
      return lastPodEventTime === undefined ? undefined : Date.parse(lastPodEventTime) - inSeconds(world.clock.now());
    }
    const inSeconds = (ms: number): number => Math.floor(ms / 1_000) * 1_000;
    const bound = (agoMs: number, type = "PodScheduled"): DeepPartial<Pod> => ({
      status: { conditions: [{ type, status: "True", lastTransitionTime: rfc(world.clock.now() - agoMs) }] },
    });

    it("NC-031 is when a pod was bound, finished or told to go", async () => {
      assert.equal(await noted(bound(60_000)), -60_000);
      assert.equal(await noted(bound(40_000, "Ready"), { status: { phase: "Succeeded" } }), -40_000);
      assert.equal(await noted({ metadata: { deletionTimestamp: rfc(world.clock.now() + 30_000) } }), 0);
    });

    it("NC-031 moves at most every ten seconds, and never back", async () => {
      assert.equal(await noted(bound(60_000)), -60_000);
      assert.equal(await noted(bound(51_000)), -60_000);
      assert.equal(await noted(bound(70_000)), -60_000);
      assert.equal(await noted(bound(50_000)), -50_000);
    });

    it("does not count daemons, nor pods of other machines", async () => {
      const daemon = [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "1" }];
      assert.equal(await noted(bound(60_000), { metadata: { ownerReferences: daemon } }), undefined);
      assert.equal(await noted(bound(60_000), { spec: { nodeName: "elsewhere" } }), undefined);
    });
  });
});
