import assert from "node:assert/strict";
import { AdmissionRules } from "#components/admission-rules";
import type { RuleSettings } from "#policies/settings";
import { installed } from "#support/installation";
import type { Registered } from "#support/pulumi";
import { registeredBy } from "#support/pulumi";

const policyType = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy";

/** What is done about each kind, as the bindings say it. */
const actions = (resources: readonly Registered[]): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    resources
      .filter(({ type }) => type === `${policyType}Binding`)
      .map(({ inputs }) => {
        const { policyName, validationActions } = inputs["spec"] as {
          policyName: string;
          validationActions: readonly string[];
        };
        return [policyName, validationActions];
      }),
  );

const messages = (resources: readonly Registered[], name: string): readonly string[] =>
  resources
    .filter((each) => each.type === policyType && each.name.endsWith(name))
    .flatMap(({ inputs }) => (inputs["spec"] as { validations: { message: string }[] }).validations)
    .map(({ message }) => message);

describe("admission", function () {
  this.timeout(30_000);

  it("is nothing unless asked for", async () => {
    for (const admission of [undefined, false]) assert.deepEqual(actions(await installed({ admission })), {});
  });

  it("denies what is mandatory, and warns of what is advisory", async () => {
    const resources = await installed({ admission: true });

    assert.deepEqual(actions(resources), {
      "pulumi-karpenter-nodepools-deny": ["Deny"],
      "pulumi-karpenter-nodepools-warn": ["Warn"],
      "pulumi-karpenter-ec2nodeclasses-deny": ["Deny"],
      "pulumi-karpenter-ec2nodeclasses-warn": ["Warn"],
    });
    assert.deepEqual(messages(resources, "nodepools-deny")[0], "limits-set: spec.limits must have cpu");
  });

  it("says nothing of production in another stack", async () => {
    const about = async (stacks: string): Promise<boolean> => {
      const rules = { "image-pinned": { stacks } };
      const resources = await registeredBy(() => new AdmissionRules("rules", { rules }));
      return messages(resources, "ec2nodeclasses-deny").some((message) => message.startsWith("image-pinned"));
    };

    assert.equal(await about("^prod"), false);
    assert.equal(await about("^test$"), true);
  });

  it("can be of one level, with rules of their own options, and without some", async () => {
    const rules = { all: "advisory", "limits-set": { resources: ["memory"] }, "tags-set": "disabled" } as const;
    const resources = await registeredBy(() => new AdmissionRules("rules", { rules }));

    assert.deepEqual(Object.values(actions(resources)), [["Warn"], ["Warn"]]);
    assert.equal(messages(resources, "nodepools-warn")[0], "limits-set: spec.limits must have memory");
    assert.ok(!messages(resources, "ec2nodeclasses-warn").some((message) => message.startsWith("tags-set")));
  });

  it("refuses rules and options that there are not, by their paths", async () => {
    const rules: RuleSettings = {
      "limit-set": "mandatory",
      "imds-hops": { most: "two" },
      "imds-v2": { level: "advisory" },
    };

    await assert.rejects(installed({ admission: { rules } }), (error: Error) => {
      assert.match(error.message, /admission\.rules\["limit-set"\]: is no rule; did you mean "limits-set"\?/);
      assert.match(error.message, /admission\.rules\["imds-hops"\]\.most: /);
      assert.match(error.message, /admission\.rules\["imds-v2"\]\.level: /);
      return true;
    });
  });

  it("refuses pools of the stack that the API server would refuse, before anything is made", async () => {
    const spec = { metadataOptions: { httpTokens: "optional" } } as const;
    const pools = { default: { class: { spec } }, fine: { limits: { cpu: "10" } } };

    await assert.rejects(installed({ admission: true, nodePools: pools }), (error: Error) => {
      assert.match(error.message, /nodePools\.default\.limits\.cpu: must be set/);
      assert.match(error.message, /nodePools\.default\.class\.spec\.metadataOptions\.httpTokens: must be "required"/);
      assert.doesNotMatch(error.message, /nodePools\.fine/);
      return true;
    });
    await installed({ admission: { rules: { all: "advisory" } }, nodePools: pools });
  });
});
