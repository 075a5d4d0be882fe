import assert from "node:assert/strict";
import type { Counts, TestStack } from "../engine";
import { onCluster } from "./engine";
import { bundle, first, life, second } from "./life-program";
import { configMap, type Live, type LiveCluster, type Target } from "./live";

const of = (kind: string, name: string): Target => ({ ...configMap(name), kind });
const definition: Target = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "lamps.example.com" },
};
const desk: Target = { apiVersion: "example.com/v1", kind: "Lamp", metadata: { name: "desk" } };
const RESOURCES = 12;

/** One program's life: each run of the engine is looked at by several tests, so they build on each other. */
describe("the kubernetes plugin, under the real engine", function () {
  // The first run on a machine builds the engines.
  this.timeout(25 * 60_000);
  let live: LiveCluster;
  let stack: TestStack;
  before(async () => {
    const given = await onCluster();
    live = given.live;
    stack = await given.engine.stack();
    await live.create({ ...configMap("shared"), data: { theirs: "1" } });
  });
  after(() => live.delete(configMap("shared")));

  describe("from nothing", () => {
    let planned: Counts;
    before(async () => {
      planned = await stack.preview(life(first));
      await stack.up(life(first));
    });

    it("says in a preview what it would make, of kinds that are not there yet too", () => {
      assert.deepEqual(planned, { create: RESOURCES });
    });

    it("makes an object, names it, and gives the live object as outputs", async () => {
      const { name, namespace, uid } = stack.outputs;
      const found = await live.get(configMap(String(name)));

      assert.match(String(name), /^notes-[0-9a-f]{8}$/);
      assert.deepEqual([namespace, uid, found["data"]], ["default", found.metadata.uid, { a: "1" }]);
    });

    it("takes a CRD and its first object in one program, and waits for what the object's annotation names", async () => {
      assert.deepEqual((await live.get(desk))["spec"], { on: true });
    });

    it("carries 900 KB of binary data", async () => {
      assert.deepEqual((await live.get(configMap("bundle")))["binaryData"], { bundle });
    });

    it("keeps a Secret's contents secret", async () => {
      const state = await stack.state();
      const encoded = Buffer.from("hunter2").toString("base64");

      assert.ok(state.includes("kubernetes:core/v1:Secret"));
      assert.ok(!state.includes("hunter2") && !state.includes(encoded));
    });

    it("adds its fields to what somebody else made", async () => {
      assert.deepEqual((await live.get(configMap("shared")))["data"], { theirs: "1", ours: "1" });
    });

    it("reads what it did not make", () => {
      assert.deepEqual(stack.outputs["rootKeys"], ["ca.crt"]);
    });

    it("sees no drift, however the server spells it, and changes nothing in a second run", async () => {
      assert.deepEqual(await stack.refresh(), { same: RESOURCES + 1 }, "2000m is 2");
      assert.deepEqual(await stack.preview(life(first)), { same: RESOURCES });
    });
  });

  describe("when others changed things", () => {
    const quota = of("ResourceQuota", "quota");
    before(async () => {
      await live.patch({ ...quota, spec: { hard: { pods: "99" } } });
      await live.patch({ ...of("Secret", "token"), data: { key: Buffer.from("other").toString("base64") } });
      await live.delete(configMap("vanishing"));
    });

    it("sees what they changed, a Secret too, and what they deleted", async () => {
      assert.deepEqual(await stack.refresh(), { same: RESOURCES - 2, update: 2, delete: 1 });
    });

    it("does not take back a field that somebody else manages by now, and names it", async () => {
      const failure = await stack.failure(life(first));

      assert.match(failure, /quota: others manage these fields: .*pods \(conflict with "somebody-else"/);
      assert.doesNotMatch(failure, /conflict with "pulumi-kubernetes/);
    });

    it("puts things right once nobody does", async () => {
      await live.delete(quota);
      await stack.refresh();
      await stack.up(life(first));

      assert.deepEqual((await live.get(quota))["spec"], { hard: { "limits.cpu": "2", pods: "10" } });
      assert.ok(await live.find(configMap("vanishing")));
      const { data } = await live.get(of("Secret", "token"));
      assert.deepEqual(data, { key: Buffer.from("hunter2").toString("base64") });
    });
  });

  describe("when the program changed", () => {
    const robot = of("ServiceAccount", "robot");
    let earlier: { readonly robot: Live; readonly named: Live; readonly unnamed: string };
    let planned: Counts;
    before(async () => {
      await live.patch({ ...robot, metadata: { ...robot.metadata, labels: { theirs: "1" } } });
      earlier = {
        robot: await live.get(robot),
        named: await live.get(configMap("named")),
        unnamed: stack.output("unnamed"),
      };
      planned = await stack.preview(life(second));
      await stack.up(life(second));
    });

    it("says in a preview what it would change, and what it would replace", () => {
      assert.deepEqual(planned, { same: RESOURCES - 4, update: 2, replace: 2 });
    });

    it("changes in place what can be changed, keeps what others added, and drops what is asked for no more", async () => {
      const { metadata } = await live.get(robot);

      assert.deepEqual([metadata.uid, metadata.labels], [earlier.robot.metadata.uid, { a: "2", theirs: "1" }]);
      assert.deepEqual((await live.get(configMap("shared")))["data"], { theirs: "1", ours: "2" });
    });

    it("replaces a named object before, and an unnamed one after, its successor is made", async () => {
      const replaced = await live.get(configMap("named"));

      assert.notEqual(replaced.metadata.uid, earlier.named.metadata.uid);
      assert.deepEqual(replaced["data"], { value: "2" });
      assert.notEqual(stack.output("unnamed"), earlier.unnamed);
      assert.equal(await live.find(configMap(earlier.unnamed)), undefined);
    });
  });

  describe("back to nothing", () => {
    before(async () => {
      await stack.destroy();
    });

    it("deletes what it made, without the program", async () => {
      for (const object of [configMap(stack.output("name")), definition, of("Secret", "token")]) {
        assert.equal(await live.find(object), undefined, object.metadata.name);
      }
    });

    it("gives up only its own fields of what somebody else made", async () => {
      assert.deepEqual((await live.get(configMap("shared")))["data"], { theirs: "1" });
    });

    it("leaves what it only read", async () => {
      assert.ok(await live.find(configMap("kube-root-ca.crt", "kube-system")));
    });
  });
});
