import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod, PodSpec } from "#controller/api/pod";
import type { PlannedNode } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, nodeState, pod } from "#support/builders";
import { inZone, saidOfNewNode, saidOfNode } from "#support/plans";

const small = instanceType("m.small", { cpu: 2, memoryGi: 8 });
const large = instanceType("m.large", { cpu: 8, memoryGi: 32 });
const pool = choice(nodePool({ metadata: { name: "pool" } }), [small, large]);

const onNewNode = (pods: readonly Pod[], parts: Partial<PlannedNode> = {}, from = pool) =>
  saidOfNewNode(from, pods, parts);
const onNode = (pods: readonly Pod[], state = nodeState({ name: "node" }), rest: Partial<Problem> = {}) =>
  saidOfNode(state, pods, rest);

const named = (name: string, spec: Partial<PodSpec> = {}, requests = { cpu: "1" }): Pod =>
  pod({ metadata: { name } }, { spec: { containers: [{ name: "main", resources: { requests } }], ...spec } });

describe("plan checker: selectors and node affinity", () => {
  const arm = instanceType("a.large", { cpu: 8, memoryGi: 32, arch: "arm64" });
  const both = choice(nodePool(), [large, arm]);
  const required = (
    ...terms: readonly (readonly { key: string; operator: "In" | "NotIn" | "Gt"; values: string[] }[])[]
  ) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
      },
    },
  });

  it("hold for every machine and zone that the claim leaves open", () => {
    const wantsArm = [named("one", { nodeSelector: { [labels.arch]: "arm64" } })];
    assert.deepEqual(onNewNode(wantsArm, {}, both), [
      "default/one does not want planned node 1 as m.large, on-demand in test-zone-a",
    ]);
    assert.deepEqual(onNewNode(wantsArm, { instanceTypes: [arm] }, both), []);
    const wantsZone = [named("one", { nodeSelector: { [labels.zone]: "test-zone-a" } })];
    assert.deepEqual(onNewNode(wantsZone, { instanceTypes: [arm] }, both), [
      "default/one does not want planned node 1 as a.large, on-demand in test-zone-b",
    ]);
    assert.deepEqual(onNewNode(wantsZone, { requirements: [inZone("test-zone-a")] }, both), []);
  });

  it("are met by one term of several, and by none of none", () => {
    const amd = [{ key: labels.arch, operator: "In" as const, values: ["amd64"] }];
    const arm64 = [{ key: labels.arch, operator: "In" as const, values: ["arm64"] }];
    const none = [{ key: labels.arch, operator: "In" as const, values: ["none"] }];
    assert.deepEqual(onNewNode([named("one", { affinity: required(none, arm64, amd) })], {}, both), []);
    assert.equal(onNewNode([named("one", { affinity: required(none, arm64) })], {}, both).length, 1);
    assert.equal(onNewNode([named("one", { affinity: required([]) })], {}, both).length, 1);
  });

  it("count a label that nobody defines as absent, and a beta name as today's", () => {
    const said = (nodeSelector: Record<string, string>) => onNode([named("one", { nodeSelector })]);
    assert.equal(said({ unheard: "of" }).length, 1);
    assert.deepEqual(said({ "beta.kubernetes.io/arch": "amd64" }), []);
    const affinity = required([{ key: "unheard", operator: "NotIn", values: ["of"] }]);
    assert.deepEqual(onNode([named("one", { affinity })]), []);
  });

  it("asking for no team by affinity and for team red by selector suit no node", () => {
    const red = choice(nodePool({ spec: { template: { metadata: { labels: { team: "red" } } } } }), [large]);
    const nobody = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "team", operator: "DoesNotExist" as const }] }],
        },
      },
    };
    assert.equal(onNewNode([named("one", { nodeSelector: { team: "red" } })], {}, red).length, 0);
    assert.equal(onNewNode([named("one", { nodeSelector: { team: "red" }, affinity: nobody })], {}, red).length, 1);
    assert.equal(onNewNode([named("one", { nodeSelector: { team: "red" }, affinity: nobody })], {}, both).length, 1);
  });

  it("compare labels of one's own that the claim leaves open with every value they may get", () => {
    const open = choice(
      nodePool({ spec: { template: { spec: { requirements: [{ key: "size", operator: "Gt", values: ["3"] }] } } } }),
      [large],
    );
    const asking = (operator: "In" | "NotIn" | "Gt", value: string) =>
      onNewNode([named("one", { affinity: required([{ key: "size", operator, values: [value] }]) })], {}, open)
        .length === 0;
    assert.equal(asking("Gt", "2"), true);
    assert.equal(asking("Gt", "3"), true);
    assert.equal(asking("Gt", "4"), false);
    assert.equal(asking("In", "4"), false);
    assert.equal(asking("NotIn", "4"), false);
    assert.equal(asking("NotIn", "2"), true);
  });

  it("cannot ask for the name of a node that is still to come", () => {
    const byName = named("one", { nodeSelector: { [labels.hostname]: "node" } });
    assert.deepEqual(onNode([byName]), []);
    assert.equal(onNewNode([byName]).length > 0, true);
  });
});
