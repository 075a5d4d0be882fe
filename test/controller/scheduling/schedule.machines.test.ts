import assert from "node:assert/strict";

import type { Labels, ResourceList } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { RequirementSpec } from "#controller/api/requirement";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { Plan } from "#controller/scheduling/plan";
import { choice, instanceType, nodePool, podAsking, podsAsking, testZones } from "#support/builders";
import { reasonsIn, solved } from "#support/solved";

const [a, b] = testZones;
const names = ({ newNodes: [node] }: Plan): readonly string[] | undefined =>
  node?.instanceTypes.map(({ name }) => name);

describe("schedule: which machines suit", () => {
  const types = [
    instanceType("small", { cpu: 2, memoryGi: 4 }),
    instanceType("wide", { cpu: 16, memoryGi: 16, zones: [b] }),
    instanceType("arm", { cpu: 4, memoryGi: 8, arch: "arm64" }),
    instanceType("windows", { cpu: 4, memoryGi: 8, os: "windows" }),
    instanceType("gpu", { cpu: 4, memoryGi: 16, zones: [a], extra: { "nvidia.com/gpu": "1" } }),
  ];
  const cases: readonly (readonly [string, Labels, ResourceList, readonly string[]])[] = [
    ["nothing in particular", {}, { cpu: "1" }, ["arm", "gpu", "small", "wide", "windows"]],
    ["an architecture", { [labels.arch]: "arm64" }, { cpu: "1" }, ["arm"]],
    ["another architecture", { [labels.arch]: "s390x" }, { cpu: "1" }, []],
    ["an operating system", { [labels.os]: "windows" }, { cpu: "1" }, ["windows"]],
    ["an operating system and an architecture", { [labels.os]: "windows", [labels.arch]: "arm64" }, { cpu: "1" }, []],
    ["a type", { [labels.instanceType]: "small" }, { cpu: "1" }, ["small"]],
    ["a type that is too small", { [labels.instanceType]: "small" }, { cpu: "3" }, []],
    ["a zone", { [labels.zone]: b }, { cpu: "5" }, ["wide"]],
    ["a zone where what is needed is not sold", { [labels.zone]: a }, { cpu: "5" }, []],
    ["much memory", {}, { memory: "12Gi" }, ["gpu", "wide"]],
    ["a device", {}, { "nvidia.com/gpu": "1" }, ["gpu"]],
    ["a device elsewhere", { [labels.zone]: b }, { "nvidia.com/gpu": "1" }, []],
    ["a device that no machine has", {}, { "amd.com/gpu": "1" }, []],
  ];
  for (const [what, nodeSelector, requests, expected] of cases) {
    it(`SCHED-013 for ${what}: ${expected.length > 0 ? expected.join(", ") : "none"}`, () => {
      const plan = solved({ pods: [podAsking(requests, { nodeSelector })], pools: [choice(nodePool(), types)] });

      assert.deepEqual([...(names(plan) ?? [])].toSorted(), expected);
    });
  }

  const apart: readonly (readonly [string, Labels, Labels])[] = [
    ["architectures", { [labels.arch]: "amd64" }, { [labels.arch]: "arm64" }],
    ["operating systems", { [labels.os]: "linux" }, { [labels.os]: "windows" }],
    ["types", { [labels.instanceType]: "small" }, { [labels.instanceType]: "wide" }],
    ["zones", { [labels.zone]: a }, { [labels.zone]: b }],
  ];
  for (const [what, one, other] of apart) {
    it(`SCHED-013 pods for different ${what} never share a node`, () => {
      const pods = [one, other].map((nodeSelector) => podAsking({ cpu: "500m" }, { nodeSelector }));

      assert.equal(solved({ pods, pools: [choice(nodePool(), types)] }).newNodes.length, 2);
    });
  }

  it("SCHED-013 pods with different devices never share a node", () => {
    const machines = ["nvidia.com/gpu", "amd.com/gpu"].map((device) =>
      instanceType(device, { cpu: 8, memoryGi: 16, extra: { [device]: "1" } }),
    );
    const pods = ["nvidia.com/gpu", "amd.com/gpu"].map((device) => podAsking({ cpu: "1", [device]: "1" }));

    assert.equal(solved({ pods, pools: [choice(nodePool(), machines)] }).newNodes.length, 2);
  });
});

describe("schedule: labels of the provider", () => {
  const of = (name: string, own: Labels): InstanceType =>
    instanceType(name, {
      ...{ cpu: 2, memoryGi: 8 },
      requirements: Object.entries(own).map(([key, value]) => ({ key, operator: "In", values: [value] })),
    });
  const [category, nvme] = ["karpenter.k8s.aws/instance-category", "karpenter.k8s.aws/instance-local-nvme"];
  const types = [
    of("c.large", { [category]: "c" }),
    of("m.large", { [category]: "m" }),
    of("md.large", { [category]: "m", [nvme]: "75" }),
  ];
  const asking = (...matchExpressions: readonly RequirementSpec[]) => {
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
    };
    const pods = [podAsking({ cpu: "1" }, { affinity: { nodeAffinity } })];
    return [...(names(solved({ pods, pools: [choice(nodePool(), types)] })) ?? [])].toSorted();
  };

  it("SCHED-014 choose among its machines", () => {
    assert.deepEqual(asking({ key: category, operator: "In", values: ["m", "r"] }), ["m.large", "md.large"]);
    assert.deepEqual(asking({ key: category, operator: "NotIn", values: ["m"] }), ["c.large"]);
    assert.deepEqual(asking({ key: category, operator: "In", values: ["x"] }), []);
  });

  it("SCHED-014 may be absent from some: those suit where absence does", () => {
    assert.deepEqual(asking({ key: nvme, operator: "Exists" }), ["md.large"]);
    assert.deepEqual(asking({ key: nvme, operator: "Gt", values: ["50"] }), ["md.large"]);
    assert.deepEqual(asking({ key: nvme, operator: "DoesNotExist" }), ["c.large", "m.large"]);
    assert.deepEqual(
      asking({ key: category, operator: "In", values: ["m"] }, { key: nvme, operator: "DoesNotExist" }),
      ["m.large"],
    );
  });
});

describe("schedule: pools that are left without machines", () => {
  const types = [instanceType("small", { cpu: 2, memoryGi: 8 })];
  const strict = nodePool({
    metadata: { name: "strict" },
    spec: {
      weight: 10,
      template: { spec: { requirements: [{ key: labels.arch, operator: "In", values: ["arm64"] }] } },
    },
  });

  it("SCHED-031 say so to every pod", () => {
    const plan = solved({ pods: podsAsking(2, { cpu: "1" }), pools: [choice(strict, types)] });

    assert.deepEqual(reasonsIn(plan).length, 2);
    for (const reason of reasonsIn(plan)) assert.match(reason, /strict: .*type/);
  });

  it("SCHED-031 leave the pods to other pools", () => {
    const plan = solved({
      pods: podsAsking(2, { cpu: "1" }),
      pools: [choice(strict, types), choice(nodePool(), types)],
    });

    assert.deepEqual([plan.newNodes.length, reasonsIn(plan).length], [1, 0]);
  });

  it("SCHED-031 say so when nothing is for sale", () => {
    const none = types.map((type) => ({ ...type, offerings: [] }));
    const plan = solved({
      pods: podsAsking(1, { cpu: "1" }),
      pools: [choice(nodePool({ metadata: { name: "web" } }), none)],
    });

    assert.match(reasonsIn(plan)[0] ?? "", /web: .*available offering/);
  });

  it("SCHED-031 say so when the class has no types at all", () => {
    const plan = solved({
      pods: podsAsking(1, { cpu: "1" }),
      pools: [choice(nodePool({ metadata: { name: "web" } }), [])],
    });

    assert.match(reasonsIn(plan)[0] ?? "", /web/);
  });
});
