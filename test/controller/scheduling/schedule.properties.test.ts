import assert from "node:assert/strict";

import fc from "fast-check";

import { labels } from "#controller/api/labels";
import type { Taint } from "#controller/api/kube-object";
import type { Pod } from "#controller/api/pod";
import type { NodeState, PoolChoice, Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, nodeState, podAsking, podOn, problem, testZones } from "#support/builders";
import { violationsOf } from "#support/plan-checker";

const category = "karpenter.k8s.aws/instance-category";
const inCategory = (value: string) => [{ key: category, operator: "In" as const, values: [value] }];
const types = [
  instanceType("c.small", { cpu: 2, memoryGi: 4, requirements: inCategory("c"), capacityTypes: ["on-demand", "spot"] }),
  instanceType("c.large", {
    cpu: 8,
    memoryGi: 16,
    requirements: inCategory("c"),
    capacityTypes: ["on-demand", "spot"],
  }),
  instanceType("m.large", { cpu: 8, memoryGi: 32, requirements: inCategory("m"), pods: 6 }),
  instanceType("r.huge", { cpu: 32, memoryGi: 256, requirements: inCategory("r"), zones: testZones.slice(0, 1) }),
  instanceType("t.arm", { cpu: 4, memoryGi: 8, arch: "arm64", requirements: inCategory("t"), price: 0.01 }),
  instanceType("g.gpu", { cpu: 8, memoryGi: 32, requirements: inCategory("g"), extra: { "nvidia.com/gpu": "2" } }),
];
const taint: Taint = { key: "team", value: "a", effect: "NoSchedule" };

const selectors: readonly Pod["spec"]["nodeSelector"][] = [
  {},
  {},
  { [labels.arch]: "arm64" },
  { [labels.zone]: testZones[1] },
  { [labels.capacityType]: "spot" },
  { [category]: "m" },
  { custom: "x" },
];
const affinities: readonly Pod["spec"]["affinity"][] = [
  {},
  {},
  {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: category, operator: "In", values: ["none"] }] },
          { matchExpressions: [{ key: category, operator: "NotIn", values: ["c"] }] },
        ],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, preference: { matchExpressions: [{ key: labels.zone, operator: "In", values: ["nowhere"] }] } },
        { weight: 9, preference: { matchExpressions: [{ key: labels.zone, operator: "In", values: [testZones[2]] }] } },
      ],
    },
  },
];

const pods = fc
  .record({
    count: fc.integer({ min: 1, max: 12 }),
    cpu: fc.constantFrom("0", "100m", "900m", "1500m", "7", "40"),
    memory: fc.constantFrom("100Mi", "3Gi", "20Gi"),
    gpu: fc.constantFrom("0", "0", "0", "1"),
    nodeSelector: fc.constantFrom(...selectors),
    affinity: fc.constantFrom(...affinities),
    tolerates: fc.boolean(),
  })
  .map(({ count, cpu, memory, gpu, nodeSelector = {}, affinity = {}, tolerates }) => {
    const requests = { cpu, memory, ...(gpu === "0" ? {} : { "nvidia.com/gpu": gpu }) };
    const tolerations = tolerates ? [{ key: "team", operator: "Exists" as const }] : [];
    return Array.from({ length: count }, () => podAsking(requests, { nodeSelector, affinity, tolerations }));
  });

const pools: fc.Arbitrary<PoolChoice> = fc
  .record({
    weight: fc.constantFrom(1, 1, 50),
    tainted: fc.boolean(),
    limits: fc.constantFrom({}, {}, { cpu: "20" }, { nodes: "2" }, { memory: "64Gi", cpu: "64" }),
    label: fc.constantFrom({}, { custom: "x" }, { custom: "y" }),
    arch: fc.constantFrom([], ["amd64"], ["amd64", "arm64"]),
  })
  .map(({ weight, tainted, limits, label, arch }) =>
    choice(
      nodePool({
        spec: {
          weight,
          limits,
          template: {
            metadata: { labels: label },
            spec: {
              taints: tainted ? [taint] : [],
              requirements: arch.length > 0 ? [{ key: labels.arch, operator: "In", values: arch }] : [],
            },
          },
        },
      }),
      types,
      { cpu: "2", nodes: "1" },
    ),
  );

const nodes: fc.Arbitrary<NodeState> = fc
  .record({
    initialized: fc.boolean(),
    tainted: fc.boolean(),
    used: fc.constantFrom("1", "3500m"),
    custom: fc.boolean(),
  })
  .map(({ initialized, tainted, used, custom }) => {
    const state = nodeState({ initialized, taints: tainted ? [taint] : [] });
    return {
      ...state,
      labels: { ...state.labels, ...(custom ? { custom: "x" } : {}) },
      pods: [podOn(state.name, { cpu: used })],
    };
  });

const problems: fc.Arbitrary<Problem> = fc
  .record({
    pods: fc.array(pods, { minLength: 1, maxLength: 6 }).map((groups) => groups.flat()),
    pools: fc.array(pools, { maxLength: 3 }),
    nodes: fc.array(nodes, { maxLength: 3 }),
  })
  .map(problem);

describe("schedule", () => {
  it("never makes a plan that a simple-minded checker objects to", function () {
    this.timeout(20_000);
    fc.assert(
      fc.property(problems, (each) => {
        assert.deepEqual(violationsOf(schedule(each), each), []);
      }),
      { numRuns: 300 },
    );
  });

  it("plans the same whatever the order of pods, pools, nodes and types", function () {
    this.timeout(20_000);
    const reversed = (each: Problem): Problem => ({
      ...each,
      pods: each.pods.toReversed(),
      nodes: each.nodes.toReversed(),
      pools: each.pools.toReversed().map((pool) => ({ ...pool, instanceTypes: pool.instanceTypes.toReversed() })),
    });
    fc.assert(
      fc.property(problems, (each) => {
        assert.deepEqual(schedule(reversed(each)), schedule(each));
      }),
      { numRuns: 100 },
    );
  });

  it("leaves no pod unscheduled that would fit a machine of an untainted, unlimited pool", function () {
    this.timeout(20_000);
    const open = choice(nodePool(), types);
    const fits = ({ spec }: Pod): boolean =>
      Object.keys(spec.affinity ?? {}).length === 0 && Object.keys(spec.nodeSelector ?? {}).length === 0;

    fc.assert(
      fc.property(problems, (each) => {
        const { unschedulable } = schedule({ ...each, pools: [...each.pools, open] });
        const left = unschedulable.map(({ pod }) => pod).filter(fits);

        assert.deepEqual(
          left.filter(({ spec }) => spec.containers[0]?.resources?.requests?.["cpu"] !== "40"),
          [],
        );
      }),
    );
  });
});
