import assert from "node:assert/strict";

import { isRestricted, isWellKnown, normalized, suggestionFor } from "#controller/api/well-known";

describe("well-known labels", () => {
  const meant: readonly (readonly [string, string])[] = [
    ["zone", "topology.kubernetes.io/zone"],
    ["region", "topology.kubernetes.io/region"],
    ["nodepool", "karpenter.sh/nodepool"],
    ["arch", "kubernetes.io/arch"],
    ["os", "kubernetes.io/os"],
    ["node-instance-type/instance-type", "node.kubernetes.io/instance-type"],
    ["capacity-type", "karpenter.sh/capacity-type"],
    ["topology.kubernetes.io/zon", "topology.kubernetes.io/zone"],
    ["topology.kubernetesio/zone", "topology.kubernetes.io/zone"],
    ["karpenter.sh/capacty-type", "karpenter.sh/capacity-type"],
    ["node.kubernetes.io/instance-tpye", "node.kubernetes.io/instance-type"],
    ["karpenter.k8s.aws/instance-familly", "karpenter.k8s.aws/instance-family"],
  ];
  for (const [written, label] of meant) {
    it(`REQ-011 takes ${written} for ${label}`, () => {
      assert.equal(suggestionFor(written), label);
    });
  }

  it("REQ-011 takes nothing for a label that is like none", () => {
    assert.equal(suggestionFor("example.com/team"), undefined);
    assert.equal(suggestionFor("karpenter.sh/unheard-of"), undefined);
  });

  it("REQ-001 have one name, by which older ones go as well", () => {
    assert.equal(normalized("failure-domain.beta.kubernetes.io/zone"), "topology.kubernetes.io/zone");
    assert.equal(normalized("beta.kubernetes.io/instance-type"), "node.kubernetes.io/instance-type");
    assert.equal(normalized("example.com/team"), "example.com/team");
  });

  it("are allowed although their domain is not", () => {
    assert.ok(isRestricted("karpenter.sh/anything"));
    assert.ok(isRestricted("sub.karpenter.sh/anything"));
    assert.ok(isRestricted("kubernetes.io/hostname"));
    assert.equal(isRestricted("karpenter.sh/capacity-type"), false);
    assert.equal(isRestricted("notkarpenter.sh/anything"), false);
    assert.ok(isWellKnown("karpenter.sh/capacity-type"));
  });
});
