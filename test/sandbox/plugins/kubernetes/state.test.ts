import assert from "node:assert/strict";
import { mergePatch } from "#sandbox/plugins/kubernetes/merge-patch";
import { takeOwnership } from "#sandbox/plugins/kubernetes/ownership";
import { diffSettings, readSettings } from "#sandbox/plugins/kubernetes/settings";
import { importedInputs, inputsSeen } from "#sandbox/plugins/kubernetes/state";
import { parseWaitFor } from "#sandbox/plugins/kubernetes/wait-for";
import { decodeYaml } from "#sandbox/plugins/kubernetes/yaml-decode";
import type { Properties } from "#sandbox/plugins/provider";

describe("inputs seen in a live Kubernetes object", () => {
  it("keep their spelling where the server only wrote them differently", () => {
    const inputs = { spec: { cpu: "1000m", replicas: 2 } };

    assert.deepEqual(
      inputsSeen(
        inputs,
        { spec: { cpu: "1", replicas: 2, added: true } },
        { spec: { cpu: "1", replicas: 3, added: true } },
      ),
      { spec: { cpu: "1000m", replicas: 3 } },
    );
  });

  it("lack what was taken away, and leave out what others added", () => {
    const inputs = { data: { a: "1", b: "2" } };

    assert.deepEqual(inputsSeen(inputs, inputs, { data: { a: "1", theirs: "3" } }), { data: { a: "1" } });
  });

  it("of a Secret are read from its data", () => {
    const inputs = { apiVersion: "v1", kind: "Secret", stringData: { key: "old" } };
    const holding = (text: string) => ({
      ...inputs,
      stringData: undefined,
      data: { key: Buffer.from(text).toString("base64") },
    });

    assert.deepEqual(inputsSeen(inputs, holding("old"), holding("new"))["stringData"], { key: "new" });
    assert.deepEqual(inputsSeen(inputs, holding("old"), holding("old")), inputs);
  });

  it("are all that is not the server's when it is imported", () => {
    const live = { kind: "A", metadata: { name: "it", uid: "1", resourceVersion: "2" }, spec: {}, status: {} };

    assert.deepEqual(importedInputs(live), { kind: "A", metadata: { name: "it" }, spec: {} });
  });
});

describe("ownership of a Kubernetes object's fields", () => {
  const entry = (manager: string, operation: string, fieldsV1: Properties) => ({
    manager,
    operation,
    fieldsV1,
  });

  it("moves from our creation to our applies, others' untouched", () => {
    const theirs = entry("theirs", "Update", { "f:b": {} });
    const managedFields = [entry("ours", "Update", { "f:a": {} }), theirs, entry("ours", "Apply", { "f:c": {} })];
    const patch = takeOwnership({ metadata: { resourceVersion: "7", managedFields } }, "ours");

    assert.deepEqual(patch?.body, [
      {
        op: "replace",
        path: "/metadata/managedFields",
        value: [theirs, entry("ours", "Apply", { "f:a": {}, "f:c": {} })],
      },
      { op: "replace", path: "/metadata/resourceVersion", value: "7" },
    ]);
  });

  it("stays when it is with our applies already", () => {
    assert.equal(takeOwnership({ metadata: { managedFields: [entry("ours", "Apply", {})] } }, "ours"), undefined);
  });
});

describe("the annotation pulumi.com/waitFor", () => {
  const object = {
    spec: { tags: ["a", "b"] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
  const holds: Readonly<Record<string, boolean>> = {
    "condition=Ready": true,
    "condition=Ready=false": false,
    "condition=Gone": false,
    "jsonpath={.status.phase}=Running": true,
    "jsonpath={.status.phase}": true,
    "jsonpath={.status.missing}": false,
    "jsonpath={.spec.tags[1]}=b": true,
    'jsonpath={.status.conditions[?(@.type=="Ready")].status}=True': true,
    '["condition=Ready", "jsonpath={.status.phase}=Pending"]': false,
  };
  for (const [expression, expected] of Object.entries(holds)) {
    it(`${expected ? "holds" : "does not hold yet"} for ${expression}`, () => {
      assert.equal(parseWaitFor(expression)(object).is === "ready", expected);
    });
  }

  it("is refused when it cannot be read", () => {
    assert.throws(() => parseWaitFor("Ready"), /has "Ready": it is condition=<type>\[=<status>\] or jsonpath=/);
    assert.throws(() => parseWaitFor("[]"), /a list is of at least one expression/);
  });
});

describe("the Kubernetes provider's settings", () => {
  it("come from the program first, then from the environment", () => {
    const settings = readSettings(
      { deleteUnreachable: "false" },
      { PULUMI_K8S_DELETE_UNREACHABLE: "true", PULUMI_K8S_ENABLE_PATCH_FORCE: "1" },
    );

    assert.deepEqual(
      [settings.deleteUnreachable, settings.enablePatchForce, settings.enableServerSideApply],
      [false, true, true],
    );
  });

  it("are refused when they are neither true nor false", () => {
    assert.throws(
      () => readSettings({ deleteUnreachable: "yes" }, {}),
      /deleteUnreachable is "yes": it is either true or false/,
    );
  });

  it("mean another cluster when the identifier, or without one the server's address, is another", () => {
    const at = (server: string) => ({
      kubeconfig: JSON.stringify({
        "current-context": "it",
        contexts: [{ name: "it", context: { cluster: "it" } }],
        clusters: [{ name: "it", cluster: { server } }],
      }),
    });

    assert.deepEqual(diffSettings(at("https://a"), at("https://b")).replaces, ["kubeconfig"]);
    assert.deepEqual(diffSettings(at("https://a"), { ...at("https://a"), namespace: "x" }).replaces, []);
    const clusterIdentifier = "one";
    assert.deepEqual(
      diffSettings({ ...at("https://a"), clusterIdentifier }, { ...at("https://b"), clusterIdentifier }).replaces,
      [],
    );
  });
});

describe("a merge patch between inputs", () => {
  it("removes what is asked for no more", () => {
    assert.deepEqual(mergePatch({ a: { b: 1, c: [1] }, d: 1 }, { a: { b: 2, c: [2] } }), {
      a: { b: 2, c: [2] },
      d: null,
    });
  });
});

describe("a manifest", () => {
  it("is taken apart into its objects, lists too", () => {
    const text = "kind: A\n---\n---\nkind: ThingList\nitems:\n- kind: B\n  metadata: {namespace: x}\n";

    assert.deepEqual(decodeYaml({ text, defaultNamespace: "d" })["result"], [
      { kind: "A", metadata: { namespace: "d" } },
      { kind: "B", metadata: { namespace: "x" } },
    ]);
  });
});
