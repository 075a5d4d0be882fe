import assert from "node:assert/strict";
import { policyDocument } from "#components/policy-document";
import type { PolicyScope } from "#controller/contract/permissions";
import { controllerPolicies } from "#controller/contract/permissions";
import recorded from "../fixtures/controller-policies.json";

const demo: PolicyScope = {
  partition: "aws",
  region: "us-west-2",
  account: "111122223333",
  cluster: "demo",
  nodeRoleArn: "arn:aws:iam::111122223333:role/KarpenterNodeRole-demo",
  queueArn: "arn:aws:sqs:us-west-2:111122223333:demo",
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const longestPolicy = 6144;

interface Document {
  readonly Statement: readonly { readonly Sid: string }[];
}

describe("the controller's policies", () => {
  it("are the six that upstream publishes", () => {
    assert.deepEqual(Object.keys(controllerPolicies).sort(), Object.keys(recorded).sort());
  });

  for (const [name, statements] of Object.entries(recorded)) {
    const made = JSON.parse(policyDocument(controllerPolicies[name]?.(demo) ?? [])) as Document;
    for (const statement of statements) {
      it(`say what is published: ${name}, ${statement.Sid}`, () => {
        assert.deepEqual(
          made.Statement.find(({ Sid }) => Sid === statement.Sid),
          statement,
        );
      });
    }
    it(`say nothing more: ${name}`, () => {
      assert.equal(made.Statement.length, statements.length);
    });
  }

  for (const partition of ["aws", "aws-cn", "aws-us-gov", "aws-iso-b"]) {
    it(`fit even with the longest cluster name: ${partition}`, () => {
      const cluster = "c".repeat(100);
      const nodeRoleArn = `arn:${partition}:iam::111122223333:role/${"r".repeat(64)}`;
      const scope = { ...demo, partition, region: "us-gov-west-1", cluster, nodeRoleArn };

      const sizes = Object.values(controllerPolicies).map((statements) => policyDocument(statements(scope)).length);
      assert.ok(Math.max(...sizes) <= longestPolicy, `the largest has ${Math.max(...sizes)} characters`);
    });
  }

  it("leave out the queue where there is none", () => {
    assert.deepEqual(
      controllerPolicies["KarpenterControllerInterruptionPolicy"]?.({ ...demo, queueArn: undefined }),
      [],
    );
  });
});
