import assert from "node:assert/strict";
import { kinds } from "#controller/api/kinds";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import { KubeClient } from "#controller/kube/client";
import type { Connection } from "#controller/kube/connection";
import { listAll } from "#controller/kube/list";
import { AlreadyExistsError, ConflictError, InvalidError, NotFoundError } from "#controller/ports/errors";
import { systemClock } from "#controller/runtime/system-clock";
import { systemRandom } from "#controller/runtime/system-random";
import { adminConnection, STARTING_MS } from "#support/control-plane";
import { silentLog, silentMetrics } from "#support/silence";

const pool = (name: string) => ({
  metadata: { name },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass" as const, name: "default" },
        requirements: [],
      },
    },
  },
});

const clientOf = (connection: Connection): KubeClient =>
  new KubeClient({
    connection,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    metrics: silentMetrics,
    kinds: [],
  });

describe("the Kubernetes client", function () {
  this.timeout(60_000);

  before(async function () {
    this.timeout(STARTING_MS);
    await adminConnection();
  });

  it("creates, reads, patches and deletes an object of a custom kind", async () => {
    const kube = clientOf(await adminConnection());
    const created = await kube.create("NodePool", pool("crud"));
    await kube.patch("NodePool", { name: "crud" }, { metadata: { labels: { team: "a" } } });
    await kube.patchStatus("NodePool", { name: "crud" }, { status: { nodes: 3 } });
    const read = await kube.get("NodePool", { name: "crud" });
    await kube.delete("NodePool", { name: "crud" });

    assert.ok(read);
    assert.equal(created.apiVersion, "karpenter.sh/v1");
    assert.equal("managedFields" in created.metadata, false);
    assert.equal(read.metadata.labels?.["team"], "a");
    assert.equal(read.status?.nodes, 3);
    assert.equal(await kube.get("NodePool", { name: "crud" }), undefined);
  });

  it("says which way a write was refused", async () => {
    const kube = clientOf(await adminConnection());
    const created = await kube.create("NodePool", pool("refused"));
    const stale = { metadata: { resourceVersion: created.metadata.resourceVersion, labels: { team: "b" } } };
    await kube.patch("NodePool", { name: "refused" }, { metadata: { labels: { team: "a" } } });

    await assert.rejects(kube.create("NodePool", pool("refused")), AlreadyExistsError);
    await assert.rejects(kube.patch("NodePool", { name: "refused" }, stale), ConflictError);
    await assert.rejects(kube.patch("NodePool", { name: "absent" }, {}), NotFoundError);
    await assert.rejects(kube.patch("NodePool", { name: "refused" }, { spec: { weight: 1_000 } }), InvalidError);
    await kube.delete("NodePool", { name: "refused" });
  });

  it("takes the deletion of what is gone, or has been replaced, for done", async () => {
    const kube = clientOf(await adminConnection());
    await kube.create("NodePool", pool("replaced"));
    await kube.delete("NodePool", { name: "absent" });
    await kube.delete("NodePool", { name: "replaced" }, { uid: "00000000-0000-0000-0000-000000000000" });

    assert.ok(await kube.get("NodePool", { name: "replaced" }));
    await kube.delete("NodePool", { name: "replaced" });
  });

  it("lists page by page", async () => {
    const connection = await adminConnection();
    const kube = clientOf(connection);
    const names = Array.from({ length: 7 }, (_, index) => `page-${index}`);
    await Promise.all(names.map((name) => kube.create("NodePool", pool(name))));
    const { items } = await listAll<NodePool>(connection, kinds.NodePool, { pageSize: 3 });
    await Promise.all(names.map((name) => kube.delete("NodePool", { name })));

    const found = items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith("page-"));
    assert.deepEqual(found.sort(), names);
  });

  it("evicts a pod, and says why when a disruption budget is in the way", async () => {
    const kube = clientOf(await adminConnection());
    const namespace = "evictions";
    await kube.create("Namespace", { metadata: { name: namespace } });
    await create(kube, namespace, "guarded");
    await create(kube, namespace, "free");
    await kube.create("PodDisruptionBudget", {
      metadata: { name: "guard", namespace },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "guarded" } } },
    });
    await becomesHealthy(kube, { name: "guarded", namespace });
    const uid = (await kube.get("Pod", { name: "free", namespace }))?.metadata.uid;
    const blocked = await kube.evict({ name: "guarded", namespace });

    assert.match(blocked.result === "blocked" ? blocked.message : blocked.result, /disruption budget/);
    assert.deepEqual(await kube.evict({ name: "free", namespace }, "00000000-0000-0000-0000-000000000000"), {
      result: "gone",
    });
    assert.deepEqual(await kube.evict({ name: "free", namespace }, uid), { result: "evicted" });
    assert.deepEqual(await kube.evict({ name: "absent", namespace }), { result: "gone" });
    await kube.delete("Namespace", { name: namespace });
  });

  it("calls two budgets over one pod blocked as well", async () => {
    const kube = clientOf(await adminConnection());
    const namespace = "double-guard";
    await kube.create("Namespace", { metadata: { name: namespace } });
    await create(kube, namespace, "guarded");
    for (const name of ["first", "second"])
      await kube.create("PodDisruptionBudget", {
        metadata: { name, namespace },
        spec: { minAvailable: 0, selector: { matchLabels: { app: "guarded" } } },
      });
    await becomesHealthy(kube, { name: "guarded", namespace });

    assert.equal((await kube.evict({ name: "guarded", namespace })).result, "blocked");
    await kube.delete("Namespace", { name: namespace });
  });
});

/** A pod bound to a node that does not exist: nobody runs it, so it stays as it is told to be. */
async function create(kube: KubeClient, namespace: string, name: string): Promise<Pod> {
  const labels = { app: name };
  const spec = { nodeName: "nowhere", containers: [{ name: "main", image: "none" }], terminationGracePeriodSeconds: 0 };
  for (;;)
    try {
      return await kube.create("Pod", { metadata: { name, namespace, labels }, spec });
    } catch (error) {
      // The namespace's service account is made a moment after the namespace.
      if (!(error instanceof Error && error.message.includes("serviceaccount"))) throw error;
      await systemClock.sleep(100);
    }
}

const becomesHealthy = async (kube: KubeClient, pod: { name: string; namespace: string }): Promise<void> => {
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  await kube.patchStatus("Pod", pod, { status });
};
