import assert from "node:assert/strict";

import type { NodeClaimTemplateSpec } from "#controller/api/node-pool";
import type { RequirementSpec } from "#controller/api/requirement";
import { problemsOf } from "#controller/api/validate-node-pool";
import { nodePool } from "#support/builders";

const withSpec = (spec: Partial<NodeClaimTemplateSpec>): readonly string[] =>
  problemsOf(nodePool({ spec: { template: { spec } } }));
const withLabel = (key: string, value = "a"): readonly string[] =>
  problemsOf(nodePool({ spec: { template: { metadata: { labels: { [key]: value } } } } }));
const withRequirement = (requirement: RequirementSpec): readonly string[] => withSpec({ requirements: [requirement] });

describe("validation of pools", () => {
  it("finds nothing wrong with a good pool", () => {
    assert.deepEqual(withSpec({ taints: [{ key: "team", value: "a", effect: "NoSchedule" }] }), []);
    assert.deepEqual(withLabel("kops.k8s.io/instancegroup"), []);
    assert.deepEqual(withLabel("node.kubernetes.io/role"), []);
    assert.deepEqual(withRequirement({ key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] }), []);
    assert.deepEqual(withRequirement({ key: "karpenter.k8s.aws/instance-cpu", operator: "Gt", values: ["4"] }), []);
  });

  const bad: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      "API-012 a label of our own domain",
      withLabel("karpenter.sh/custom"),
      /labels: key "karpenter.sh\/custom" is reserved/,
    ],
    ["API-012 the pool label", withLabel("karpenter.sh/nodepool"), /is set by the controller/],
    ["API-012 the hostname label", withLabel("kubernetes.io/hostname"), /is reserved/],
    ["API-012 a label key that is none", withLabel("a b"), /key "a b" must be letters/],
    ["API-012 a label value that is none", withLabel("team", "a/b"), /value "a\/b" of team/],
    [
      "API-010 an over-long taint key",
      withSpec({ taints: [{ key: "x".repeat(64), effect: "NoSchedule" }] }),
      /taints\[0\]/,
    ],
    [
      "a taint that is there twice",
      withSpec({
        taints: [{ key: "a", effect: "NoSchedule" }],
        startupTaints: [{ key: "a", effect: "NoSchedule" }],
      }),
      /a:NoSchedule is there twice/,
    ],
    [
      "API-011 the pool as requirement",
      withRequirement({ key: "karpenter.sh/nodepool", operator: "Exists" }),
      /requirements\[0\]/,
    ],
    [
      "a bound that is no integer",
      withRequirement({ key: "a", operator: "Gt", values: ["x"] }),
      /one non-negative integer/,
    ],
    ["In without values", withRequirement({ key: "a", operator: "In", values: [] }), /needs a value/],
    ["too large minValues", withRequirement({ key: "a", operator: "Exists", minValues: 51 }), /minValues is 51/],
    [
      "more minValues than values",
      withRequirement({ key: "a", operator: "In", values: ["b"], minValues: 2 }),
      /there are 1 values/,
    ],
    [
      "POOL-006 nothing but unknown capacity types",
      withRequirement({ key: "karpenter.sh/capacity-type", operator: "In", values: ["cheap"] }),
      /must be on-demand, spot or reserved/,
    ],
  ];
  for (const [what, problems, expected] of bad) {
    it(`refuses ${what}`, () => {
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", expected);
    });
  }

  it("POOL-006 carries on when unknown capacity types stand beside known ones", () => {
    const requirement = { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot", "cheap"] } as const;

    assert.deepEqual(withRequirement(requirement), []);
  });
});
