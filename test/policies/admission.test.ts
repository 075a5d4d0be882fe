import assert from "node:assert/strict";
import { AdmissionRules } from "#components/admission-rules";
import { classRules, poolRules } from "#policies/rules";
import type { RuleSettings } from "#policies/settings";
import { comesTrue } from "#support/eventually";
import { classExamples, classSpec, poolExamples, poolSpec } from "#support/policy-examples";
import type { TestStack } from "../sandbox/plugins/engine";
import { onCluster } from "../sandbox/plugins/kubernetes/engine";
import type { LiveCluster } from "../sandbox/plugins/kubernetes/live";

type Made = Parameters<LiveCluster["create"]>[0];

const nodePool = (name: string, spec: object, finalizers: string[] = []): Made => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name, finalizers },
  spec,
});
const nodeClass = (name: string, spec: object): Made => ({
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name, finalizers: [] },
  spec,
});

/** Every rule that the API server can be told, with its examples as objects. */
const cases = [
  ...poolRules
    .filter((rule) => "admission" in rule)
    .map((rule) => ({ rule, examples: poolExamples(rule), object: nodePool })),
  ...classRules
    .filter((rule) => "admission" in rule)
    .map((rule) => ({ rule, examples: classExamples(rule), object: nodeClass })),
];

describe("AdmissionRules, on a real API server", function () {
  // The first run on a machine builds the engines.
  this.timeout(25 * 60_000);
  let live: LiveCluster;
  let stack: TestStack;
  const old = nodePool("old", poolSpec({ limits: undefined }), ["example.com/held"]);

  /** With the rules for production, whatever the stack is called. */
  const enforce = (rules: RuleSettings): Promise<unknown> =>
    stack.up(() => {
      new AdmissionRules("rules", { rules: { "image-pinned": { stacks: "^" }, ...rules } });
      return Promise.resolve();
    });
  /** Why the API server refuses an object; undefined where it takes it. */
  const refusal = async (object: Made): Promise<string | undefined> => {
    try {
      await live.create(object);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    await live.delete(object);
    return undefined;
  };

  before(async () => {
    const given = await onCluster();
    live = given.live;
    stack = await given.engine.stack();
    await live.create(old);
    await enforce({ all: "mandatory" });
    // The API server takes a moment to heed what it was told.
    for (const { rule, object, examples } of [cases[0], cases.at(-1)].filter((each) => each !== undefined))
      await comesTrue(async () => {
        assert.match((await refusal(object("probe", examples.refused))) ?? "", new RegExp(rule.name));
      });
  });

  for (const { rule, examples, object } of cases)
    it(`refuses one example and lets the other in, as the pack does: ${rule.name}`, async () => {
      const reason = await refusal(object(`refused-${rule.name}`, examples.refused));

      assert.match(reason ?? "let in", new RegExp(`${rule.name}: `));
      assert.equal(await refusal(object(`allowed-${rule.name}`, examples.allowed)), undefined);
    });

  it("lets in what keeps every rule", async () => {
    assert.equal(await refusal(nodePool("fine", poolSpec())), undefined);
    assert.equal(await refusal(nodeClass("fine", classSpec())), undefined);
  });

  it("leaves alone who changes anything but the spec of what was there before", async () => {
    await live.patch({ ...old, metadata: { name: "old", annotations: { "example.com/seen": "yes" } }, spec: {} });

    assert.deepEqual((await live.get(old)).metadata.annotations?.["example.com/seen"], "yes");
  });

  it("refuses a change of that spec which does not mend it", async () => {
    const change = { ...old, metadata: { name: "old" }, spec: { weight: 3 } };

    await assert.rejects(live.patch(change), /limits-set: /);
    await live.patch({ ...change, spec: { weight: 3, limits: { cpu: "10" } } });
  });

  it("lets what was there before go, finalizers and all", async () => {
    await live.delete(old);
    await live.patch({ ...old, metadata: { name: "old", finalizers: [] }, spec: {} });

    assert.equal(await live.find(old), undefined);
  });

  it("only warns of what is advisory", async () => {
    await enforce({ all: "advisory", "imds-v2": "mandatory" });
    const optional = nodeClass("optional", classSpec({ metadataOptions: { httpTokens: "optional" } }));

    await comesTrue(async () => {
      assert.equal(await refusal(nodePool("endless", poolSpec({ limits: undefined }))), undefined);
    });
    assert.match((await refusal(optional)) ?? "", /imds-v2: /);
  });

  it("is gone with the stack", async () => {
    await stack.destroy();

    for (const kind of ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"])
      for (const name of ["nodepools-deny", "nodepools-warn", "ec2nodeclasses-deny", "ec2nodeclasses-warn"]) {
        const metadata = { name: `pulumi-karpenter-${name}` };
        assert.equal(await live.find({ apiVersion: "admissionregistration.k8s.io/v1", kind, metadata }), undefined);
      }
  });
});
