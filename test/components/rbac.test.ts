import assert from "node:assert/strict";
import { type Rule, readRules, writeRules } from "#components/rbac";
import { kinds } from "#controller/api/kinds";

const allows = (rules: readonly Rule[], verb: string, [group, resource]: readonly [string, string]): boolean =>
  rules.some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb),
  );

describe("the controller's rules", () => {
  it("let it watch every kind that it may look at, those of features that are off included", () => {
    for (const { apiVersion, plural } of Object.values(kinds)) {
      const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
      for (const verb of ["get", "list", "watch"]) assert.ok(allows(readRules(), verb, [group, plural]), plural);
    }
  });

  it("let it write what it found about overlays and buffers, and nothing else of them", () => {
    const written = [
      ["karpenter.sh", "nodeoverlays"],
      ["autoscaling.x-k8s.io", "capacitybuffers"],
    ] as const;
    for (const [group, resource] of written) {
      assert.ok(allows(writeRules, "patch", [group, `${resource}/status`]));
      for (const verb of ["create", "patch", "update", "delete"]) {
        assert.equal(allows(writeRules, verb, [group, resource]), false);
      }
    }
  });
});
