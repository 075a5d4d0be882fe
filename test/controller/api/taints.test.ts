import assert from "node:assert/strict";

import type { Taint } from "#controller/api/kube-object";
import { isEphemeral, isSameTaint } from "#controller/api/taints";

describe("ephemeral taints", () => {
  const effects = ["NoSchedule", "NoExecute", "PreferNoSchedule"] as const;
  const known: readonly Taint[] = [
    { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
    { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
    { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
    { key: "node.cloudprovider.kubernetes.io/uninitialized", value: "true", effect: "NoSchedule" },
    { key: "karpenter.sh/unregistered", effect: "NoExecute" },
  ];

  for (const taint of known) {
    it(`REQ-015 have ${taint.key}:${taint.effect} among them`, () => {
      assert.ok(isEphemeral(taint));
    });
  }

  it("REQ-015 are these and no others: neither another effect nor a key that is nearly the same", () => {
    const asKnown = ({ key, effect }: Taint): boolean =>
      known.some((each) => each.key === key && each.effect === effect);
    const keys = [
      ...known.map(({ key }) => key),
      "karpenter.sh/disrupted",
      "node.kubernetes.io/not-ready-yet",
      "not-ready",
    ];
    for (const key of keys) {
      for (const effect of effects) {
        const taint: Taint = { key, effect, ...(key.endsWith("uninitialized") ? { value: "true" } : {}) };
        assert.equal(isEphemeral(taint), asKnown(taint), `${key}:${effect}`);
      }
    }
    assert.equal(isEphemeral({ key: "node.cloudprovider.kubernetes.io/uninitialized", effect: "NoSchedule" }), false);
  });

  it("REQ-015 are all of the Node Readiness Controller's, whatever their effect", () => {
    for (const effect of effects) assert.ok(isEphemeral({ key: "readiness.k8s.io/network", effect }));
    assert.equal(isEphemeral({ key: "readiness.k8s.io.example.com/network", effect: "NoSchedule" }), false);
    assert.equal(isEphemeral({ key: "not-readiness.k8s.io/network", effect: "NoSchedule" }), false);
  });

  it("REQ-015 are told apart by key and effect, as all taints are", () => {
    const taint: Taint = { key: "a", value: "1", effect: "NoSchedule" };

    assert.ok(isSameTaint(taint, { key: "a", effect: "NoSchedule" }));
    assert.equal(isSameTaint(taint, { ...taint, effect: "NoExecute" }), false);
    assert.equal(isSameTaint(taint, { ...taint, key: "b" }), false);
  });
});
