import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { freePort } from "#sandbox/processes/free-ports";
import { onCluster, type OnCluster } from "./engine";
import { configMap } from "./live";

describe("the kubernetes plugin, where it cannot go on", function () {
  // The first run on a machine builds the engines.
  this.timeout(25 * 60_000);
  let given: OnCluster;
  before(async () => {
    given = await onCluster();
  });

  it("does not touch what exists already, unless told to take it over", async () => {
    const { engine, live } = given;
    await live.create({ ...configMap("precious"), data: { theirs: "1" } });
    const stack = await engine.stack();
    const program = () => {
      new k8s.core.v1.ConfigMap("precious", { metadata: { name: "precious" }, data: { ours: "1" } });
      return Promise.resolve();
    };
    assert.match(
      await stack.failure(program),
      /v1 ConfigMap precious: .*already exists; import it, name it differently/,
    );
    assert.deepEqual((await live.get(configMap("precious")))["data"], { theirs: "1" });

    stack.environment({ PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" });
    await stack.up(program);
    assert.deepEqual((await live.get(configMap("precious")))["data"], { theirs: "1", ours: "1" });
    await stack.destroy();
  });

  it("waits for deletion, says which finalizers hold the object, and finishes once they let go", async () => {
    const { engine, live } = given;
    const stack = await engine.stack();
    await stack.up(() => {
      const metadata = { name: "held", finalizers: ["example.com/hold"] };
      new k8s.core.v1.ConfigMap("held", { metadata }, { customTimeouts: { delete: "3s" } });
      return Promise.resolve();
    });
    assert.match(
      await stack.destroyFailure(),
      /deletion of v1 ConfigMap default\/held: not within 3 s: it is being deleted; finalizers still on it: example.com\/hold/,
    );
    const destroyed = stack.destroy();
    await live.patch({ ...configMap("held"), metadata: { ...configMap("held").metadata, finalizers: [] } });
    await destroyed;
    assert.equal(await live.find(configMap("held")), undefined);
  });

  it("says what to do when the cluster is out of reach, and drops resources only when told to", async () => {
    const { engine, kubeconfig } = given;
    const port = await freePort();
    const elsewhere = JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "gone",
      contexts: [{ name: "gone", context: { cluster: "gone", user: "nobody" } }],
      clusters: [{ name: "gone", cluster: { server: `https://127.0.0.1:${port}` } }],
      users: [{ name: "nobody", user: {} }],
    });
    const program = (config: string) => () => {
      const provider = new k8s.Provider("cluster", { kubeconfig: config, clusterIdentifier: "one" });
      new k8s.core.v1.ConfigMap("lost", { metadata: { name: "lost" } }, { provider });
      return Promise.resolve();
    };
    const unreachable = `cluster at https://127.0.0.1:${port} is unreachable (connect ECONNREFUSED 127.0.0.1:${port})`;
    const stack = await engine.stack();
    await stack.up(program(kubeconfig));
    // The provider alone changes; its resources are the same and are not asked about.
    await stack.up(program(elsewhere));

    const failure = await stack.destroyFailure();
    assert.ok(failure.includes(unreachable) && failure.includes("PULUMI_K8S_DELETE_UNREACHABLE"), failure);
    stack.environment({ PULUMI_K8S_DELETE_UNREACHABLE: "true" });
    assert.match(await stack.destroy(), /v1 ConfigMap default\/lost was dropped from the state unseen/);
  });
});
