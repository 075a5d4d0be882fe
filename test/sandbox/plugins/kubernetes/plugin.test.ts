import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import { Engine, type Target } from "./engine";

const configMap = (name: string, namespace = "default"): Target => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
});

describe("the kubernetes plugin, under the real engine", function () {
  // The first run on a machine builds the engines.
  this.timeout(25 * 60_000);
  let engine: Engine;
  before(async () => {
    engine = await Engine.start();
  });
  after(() => engine.stop());

  it("makes an object, names it, gives the live object as outputs, and deletes it without the program", async () => {
    const stack = await engine.stack();
    const program = () => {
      const made = new k8s.core.v1.ConfigMap("notes", { data: { a: "1" } });
      return Promise.resolve({ name: made.metadata.name, namespace: made.metadata.namespace, uid: made.metadata.uid });
    };
    assert.equal((await stack.preview(program))["create"], 2);
    const { name, namespace, uid } = await stack.up(program);
    const found = await engine.get(configMap(String(name)));

    assert.match(String(name), /^notes-[0-9a-f]{8}$/);
    assert.deepEqual([namespace, uid, found["data"]], ["default", found.metadata.uid, { a: "1" }]);
    assert.deepEqual(await stack.preview(program), { same: 2 }, "the second run changes nothing");
    await stack.destroy();
    assert.equal(await engine.find(configMap(String(name))), undefined);
  });

  it("changes in place what can be changed, keeps what others added, and drops what is asked for no more", async () => {
    const stack = await engine.stack();
    const program = (labels: Record<string, string>) => async () => {
      new k8s.core.v1.ServiceAccount("robot", { metadata: { name: "robot", labels } });
      return Promise.resolve();
    };
    await stack.up(program({ a: "1", b: "1" }));
    const target = { ...configMap("robot"), kind: "ServiceAccount" };
    const { uid } = (await engine.get(target)).metadata;
    await engine.patch({ ...target, metadata: { ...target.metadata, labels: { theirs: "1" } } });
    assert.deepEqual(await stack.preview(program({ a: "2" })), { same: 1, update: 1 });
    await stack.up(program({ a: "2" }));

    const { metadata } = await engine.get(target);
    assert.deepEqual([metadata.uid, metadata.labels], [uid, { a: "2", theirs: "1" }]);
    await stack.destroy();
  });

  it("replaces a named object before, and an unnamed one after, its successor is made", async () => {
    const stack = await engine.stack();
    const program = (value: string) => () => {
      new k8s.core.v1.ConfigMap("named", { metadata: { name: "named" }, data: { value } });
      const unnamed = new k8s.core.v1.ConfigMap("unnamed", { data: { value } });
      return Promise.resolve({ unnamed: unnamed.metadata.name });
    };
    const first = await stack.up(program("1"));
    const { uid } = (await engine.get(configMap("named"))).metadata;
    assert.deepEqual(await stack.preview(program("2")), { same: 1, replace: 2 });
    const second = await stack.up(program("2"));

    const replaced = await engine.get(configMap("named"));
    assert.notEqual(replaced.metadata.uid, uid);
    assert.deepEqual(replaced["data"], { value: "2" });
    assert.notEqual(second["unnamed"], first["unnamed"]);
    assert.equal(await engine.find(configMap(String(first["unnamed"]))), undefined);
    await stack.destroy();
  });

  it("sees drift when it refreshes, calls spelling none, and puts things right", async () => {
    const stack = await engine.stack();
    const program = () => {
      const hard = { "limits.cpu": "2000m", pods: "10" };
      new k8s.core.v1.ResourceQuota("quota", { metadata: { name: "quota" }, spec: { hard } });
      new k8s.core.v1.ConfigMap("vanishing", { metadata: { name: "vanishing" } });
      return Promise.resolve();
    };
    await stack.up(program);
    assert.deepEqual(await stack.refresh(), { same: 3 }, "2000m is 2");
    const quota = { ...configMap("quota"), kind: "ResourceQuota" };
    await engine.patch({ ...quota, spec: { hard: { pods: "99" } } });
    await engine.delete(configMap("vanishing"));

    assert.deepEqual(await stack.refresh(), { same: 1, update: 1, delete: 1 });
    assert.doesNotMatch(await stack.previewFailure(program), /conflict with "pulumi-kubernetes/);
    assert.match(
      await stack.failure(program),
      /quota: others manage these fields: .*pods \(conflict with "somebody-else"/,
    );
    await engine.delete(quota);
    await stack.refresh();
    await stack.up(program);
    assert.deepEqual((await engine.get(quota))["spec"], { hard: { "limits.cpu": "2", pods: "10" } });
    await stack.destroy();
  });

  it("does not touch what exists already, unless told to take it over", async () => {
    await engine.create({ ...configMap("precious"), data: { theirs: "1" } });
    const stack = await engine.stack();
    const program = () => {
      new k8s.core.v1.ConfigMap("precious", { metadata: { name: "precious" }, data: { ours: "1" } });
      return Promise.resolve();
    };
    assert.match(
      await stack.failure(program),
      /v1 ConfigMap precious: .*already exists; import it, name it differently/,
    );
    assert.deepEqual((await engine.get(configMap("precious")))["data"], { theirs: "1" });

    const adopting = await engine.stack({ PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" });
    await adopting.up(program);
    assert.deepEqual((await engine.get(configMap("precious")))["data"], { theirs: "1", ours: "1" });
    await adopting.destroy();
  });

  it("takes a CRD and its first object in one program, and waits for what the object's annotation names", async () => {
    const stack = await engine.stack();
    const program = () => {
      const crd = new k8s.apiextensions.v1.CustomResourceDefinition("lamps", {
        metadata: { name: "lamps.example.com" },
        spec: {
          group: "example.com",
          scope: "Cluster",
          names: { plural: "lamps", singular: "lamp", kind: "Lamp" },
          versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: lampSchema } }],
        },
      });
      const metadata = { name: "desk", annotations: { "pulumi.com/waitFor": "jsonpath={.spec.on}=true" } };
      // No dependency on the CRD: the plugin waits for the kind to be served.
      new k8s.apiextensions.CustomResource("desk", {
        apiVersion: "example.com/v1",
        kind: "Lamp",
        metadata,
        spec: { on: true },
      });
      return Promise.resolve({ crd: crd.metadata.name });
    };
    assert.equal((await stack.preview(program))["create"], 3);
    await stack.up(program);
    const lamp: Target = { apiVersion: "example.com/v1", kind: "Lamp", metadata: { name: "desk" } };
    assert.deepEqual((await engine.get(lamp))["spec"], { on: true });
    await stack.destroy();
    assert.equal(
      await engine.find({
        ...lamp,
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "lamps.example.com" },
      }),
      undefined,
    );
  });

  it("waits for deletion, says which finalizers hold the object, and finishes once they let go", async () => {
    const stack = await engine.stack();
    const program = () => {
      const metadata = { name: "held", finalizers: ["example.com/hold"] };
      new k8s.core.v1.ConfigMap("held", { metadata }, { customTimeouts: { delete: "3s" } });
      return Promise.resolve();
    };
    await stack.up(program);
    assert.match(
      await stack.destroyFailure(),
      /deletion of v1 ConfigMap default\/held: not within 3 s: it is being deleted; finalizers still on it: example.com\/hold/,
    );
    const destroyed = stack.destroy();
    await engine.patch({ ...configMap("held"), metadata: { ...configMap("held").metadata, finalizers: [] } });
    await destroyed;
    assert.equal(await engine.find(configMap("held")), undefined);
  });

  it("gives up only its own fields when a patch is deleted", async () => {
    await engine.create({ ...configMap("shared"), data: { theirs: "1" } });
    const stack = await engine.stack();
    const program = (value: string) => () => {
      new k8s.core.v1.ConfigMapPatch("ours", { metadata: { name: "shared" }, data: { ours: value } });
      return Promise.resolve();
    };
    await stack.up(program("1"));
    await stack.up(program("2"));
    assert.deepEqual((await engine.get(configMap("shared")))["data"], { theirs: "1", ours: "2" });

    await stack.destroy();
    assert.deepEqual((await engine.get(configMap("shared")))["data"], { theirs: "1" });
    await engine.delete(configMap("shared"));
  });

  it("keeps a Secret's contents secret, and notices when they change", async () => {
    const stack = await engine.stack();
    const program = () => {
      new k8s.core.v1.Secret("token", { metadata: { name: "token" }, stringData: { key: "hunter2" } });
      return Promise.resolve();
    };
    await stack.up(program);
    const state = await engine.stateOf(stack);
    assert.ok(!state.includes("hunter2") && !state.includes(Buffer.from("hunter2").toString("base64")), state);
    assert.deepEqual(await stack.refresh(), { same: 2 });
    const data = { key: Buffer.from("other").toString("base64") };
    await engine.patch({ ...configMap("token"), kind: "Secret", data });
    assert.deepEqual(await stack.refresh(), { same: 1, update: 1 });
    await stack.destroy();
  });

  it("carries 900 KB of binary data", async () => {
    const stack = await engine.stack();
    const bundle = randomBytes(900_000).toString("base64");
    const program = () => {
      new k8s.core.v1.ConfigMap("bundle", { metadata: { name: "bundle" }, binaryData: { bundle } });
      return Promise.resolve();
    };
    await stack.up(program);
    assert.deepEqual((await engine.get(configMap("bundle")))["binaryData"], { bundle });
    assert.deepEqual(await stack.refresh(), { same: 2 });
    await stack.destroy();
  });

  it("reads what it did not make", async () => {
    const stack = await engine.stack();
    const program = () => {
      const found = k8s.core.v1.ConfigMap.get("root", "kube-system/kube-root-ca.crt");
      return Promise.resolve({ keys: found.data.apply((data) => Object.keys(data)) });
    };
    assert.deepEqual(await stack.up(program), { keys: ["ca.crt"] });
    await stack.destroy();
    assert.ok(await engine.find(configMap("kube-root-ca.crt", "kube-system")));
  });
});

const lampSchema = {
  type: "object",
  properties: { spec: { type: "object", properties: { on: { type: "boolean" } } } },
};
