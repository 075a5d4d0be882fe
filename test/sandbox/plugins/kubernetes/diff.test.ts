import assert from "node:assert/strict";
import { difference } from "#sandbox/plugins/kubernetes/diff";
import { kindOf } from "#sandbox/plugins/kubernetes/identity";
import { unknown, type Difference, type Properties } from "#sandbox/plugins/provider";

const byDefault = { enableConfigMapMutable: false, enableSecretMutable: false };

interface Case {
  readonly type: string;
  readonly id: string;
  readonly olds: Properties;
  readonly news: Properties;
  readonly mutable?: typeof byDefault;
}

const diff = ({ type, mutable = byDefault, ...request }: Case): Difference =>
  difference(kindOf(type, request.news), { ...request, state: {} }, { mutable, namespace: "default" });

const deployment = (image: string, app = "web"): Properties => ({
  metadata: { name: "web" },
  spec: { selector: { matchLabels: { app } }, template: { spec: { containers: [{ name: "main", image }] } } },
});
const configMap = (metadata: Properties, data: Properties = { a: "1" }): Properties => ({ metadata, data });

describe("difference of a Kubernetes object", () => {
  it("is told path by path", () => {
    const type = "kubernetes:apps/v1:Deployment";
    const { details, replaces } = diff({ type, id: "default/web", olds: deployment("a"), news: deployment("b") });

    assert.deepEqual(details, { "spec.template.spec.containers[0].image": "UPDATE" });
    assert.deepEqual(replaces, []);
  });

  it("replaces the object where a field cannot change", () => {
    const type = "kubernetes:apps/v1:Deployment";
    const found = diff({ type, id: "default/web", olds: deployment("a"), news: deployment("a", "site") });

    assert.deepEqual(found.details, { "spec.selector.matchLabels.app": "UPDATE_REPLACE" });
    assert.deepEqual([found.replaces, found.deleteBeforeReplace], [["spec"], true]);
  });

  it("replaces a ConfigMap for its data, unless the provider may change it", () => {
    const type = "kubernetes:core/v1:ConfigMap";
    const change = {
      type,
      id: "default/it",
      olds: configMap({ name: "it" }),
      news: configMap({ name: "it" }, { b: "2" }),
    };

    assert.deepEqual(diff(change).details, { "data.a": "DELETE_REPLACE", "data.b": "ADD_REPLACE" });
    assert.deepEqual(diff({ ...change, mutable: { ...byDefault, enableConfigMapMutable: true } }).replaces, []);
    assert.deepEqual(diff({ ...change, type: "kubernetes:core/v1:ConfigMapPatch" }).replaces, []);
  });

  it("lets a new generated name stand beside the old object", () => {
    const annotations = { "pulumi.com/autonamed": "true" };
    const [olds, news] = ["it-1", "it-2"].map((name) => configMap({ name, annotations })) as [Properties, Properties];
    const found = diff({ type: "kubernetes:core/v1:ConfigMap", id: "default/it-1", olds, news });

    assert.deepEqual([found.replaces, found.deleteBeforeReplace], [["metadata"], false]);
  });

  it("takes the default namespace for the one that is not named", () => {
    const type = "kubernetes:core/v1:ConfigMap";
    const olds = configMap({ name: "it" });
    const move = (namespace: string) =>
      diff({ type, id: "default/it", olds, news: configMap({ name: "it", namespace }) });

    assert.deepEqual(move("default").changes, []);
    assert.deepEqual([move("other").replaces, move("other").deleteBeforeReplace], [["metadata"], false]);
  });

  it("counts a value that is not known yet as a change", () => {
    const type = "kubernetes:karpenter.sh/v1:NodePool";
    const [olds, news] = [1, unknown].map((weight) => ({ metadata: { name: "it" }, spec: { weight } }));

    assert.deepEqual(diff({ type, id: "it", olds: olds ?? {}, news: news ?? {} }).details, { "spec.weight": "UPDATE" });
  });
});
