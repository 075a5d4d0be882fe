import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { ResourceList } from "#controller/api/kube-object";
import type { NodePool } from "#controller/api/node-pool";
import { schedule } from "#controller/scheduling/schedule";
import { choice, daemonSet, instanceType, nodePool, podAsking, podsAsking, problem } from "#support/builders";
import { violationsOf } from "#support/plan-checker";

const small = instanceType("small", { cpu: 2, memoryGi: 8, price: 0.1 });
const large = instanceType("large", { cpu: 8, memoryGi: 32, price: 0.38 });
const arm = instanceType("arm", { cpu: 4, memoryGi: 16, price: 0.3, arch: "arm64" });
const types = [small, large, arm];
const one = { cpu: "1", memory: "1Gi" };
const limited = (limits: ResourceList): NodePool => nodePool({ metadata: { name: "default" }, spec: { limits } });

describe("schedule: limits", () => {
  it("PROV-003 are met exactly", () => {
    const each = problem({ pods: podsAsking(8, one), pools: [choice(limited({ cpu: "8" }), types)] });
    const plan = schedule(each);

    assert.deepEqual(plan.unschedulable, []);
    assert.deepEqual(violationsOf(plan, each), []);
  });

  it("PROV-003 count what the pool has already", () => {
    const pools = [choice(limited({ cpu: "8" }), types, { cpu: "7" })];
    const plan = schedule(problem({ pods: podsAsking(1, one), pools }));

    assert.deepEqual(plan.newNodes, []);
    assert.match(plan.unschedulable[0]?.reason ?? "", /default: limit cpu 8 reached/);
  });

  it("PROV-003 on nodes are kept within one round, with larger nodes instead of more", () => {
    const each = problem({ pods: podsAsking(9, one), pools: [choice(limited({ nodes: "2" }), [small, large])] });
    const plan = schedule(each);

    assert.equal(plan.newNodes.length, 2);
    assert.deepEqual(plan.unschedulable, []);
    assert.deepEqual(violationsOf(plan, each), []);
  });

  it("let as many pods through as they allow", () => {
    const each = problem({ pods: podsAsking(30, one), pools: [choice(limited({ cpu: "10" }), types)] });
    const plan = schedule(each);

    assert.equal(plan.unschedulable.length, 20);
    assert.deepEqual(violationsOf(plan, each), []);
  });

  it("PROV-003 on memory and GPUs count, too", () => {
    const pools = [choice(limited({ memory: "16Gi" }), types)];

    assert.equal(schedule(problem({ pods: podsAsking(9, { memory: "8Gi" }), pools })).unschedulable.length, 7);
  });
});

describe("schedule: limits on devices, and again in the next round", () => {
  const gpu = instanceType("gpu", { cpu: 4, memoryGi: 16, extra: { "nvidia.com/gpu": "2" } });
  const pools = (used: ResourceList) => [choice(limited({ "nvidia.com/gpu": "4" }), [gpu], used)];
  const asking = (count: number) => podsAsking(count, { "nvidia.com/gpu": "1" });

  it("PROV-003 count what a machine has, not what its pods ask for", () => {
    assert.equal(schedule(problem({ pods: asking(5), pools: pools({}) })).unschedulable.length, 1);
    assert.equal(
      schedule(problem({ pods: asking(1), pools: pools({ "nvidia.com/gpu": "3" }) })).unschedulable.length,
      1,
    );
  });

  it("PROV-003 let pods through once there is room again", () => {
    assert.equal(schedule(problem({ pods: asking(2), pools: pools({ "nvidia.com/gpu": "4" }) })).newNodes.length, 0);
    assert.equal(schedule(problem({ pods: asking(2), pools: pools({ "nvidia.com/gpu": "2" }) })).newNodes.length, 1);
  });
});

describe("schedule: daemons", () => {
  it("PROV-004 take their part of every new node", () => {
    const pools = [choice(nodePool(), [small])];
    const plan = schedule(problem({ pods: podsAsking(2, one), pools, daemonSets: [daemonSet({ cpu: "500m" })] }));

    assert.deepEqual(
      plan.newNodes.map(({ requests }) => requests),
      [
        { cpu: "1500m", memory: "1Gi", pods: "2" },
        { cpu: "1500m", memory: "1Gi", pods: "2" },
      ],
    );
  });

  it("PROV-004 count only where they run", () => {
    const sets = [
      daemonSet({ cpu: "2" }, { nodeSelector: { [labels.arch]: "arm64" } }),
      daemonSet({ cpu: "2" }, { nodeSelector: { team: "a" } }),
    ];
    const plan = schedule(
      problem({ pods: podsAsking(2, one), pools: [choice(nodePool(), [small])], daemonSets: sets }),
    );

    assert.equal(plan.newNodes.length, 1);
  });

  it("SCHED-019 are counted when they select on labels that nodes get once they run", () => {
    const set = daemonSet({ cpu: "1" }, { nodeSelector: { "karpenter.sh/initialized": "true" } });
    const plan = schedule(
      problem({ pods: podsAsking(2, one), pools: [choice(nodePool(), [small])], daemonSets: [set] }),
    );

    assert.equal(plan.newNodes.length, 2);
  });
});

describe("schedule: minValues", () => {
  const varied = (minValues: number): NodePool =>
    nodePool({
      spec: { template: { spec: { requirements: [{ key: labels.instanceType, operator: "Exists", minValues }] } } },
    });
  const cpu2 = ["a", "b", "c"].map((name, i) =>
    instanceType(name, { cpu: 2 + 2 * i, memoryGi: 8, price: 0.1 * (i + 1) }),
  );

  it("SCHED-002 keeps nodes small enough for enough machines to hold them", () => {
    const plan = schedule(problem({ pods: podsAsking(4, one), pools: [choice(varied(2), cpu2)] }));

    assert.deepEqual(plan.unschedulable, []);
    assert.ok(plan.newNodes.every(({ instanceTypes }) => instanceTypes.length >= 2));
  });

  it("PROV-018 refuses under Strict, and lowers under BestEffort", () => {
    const parts = problem({ pods: podsAsking(1, one), pools: [choice(varied(4), cpu2)] });
    const lenient = schedule({ ...parts, settings: { preferences: "Respect", minValues: "BestEffort" } });

    assert.match(schedule(parts).unschedulable[0]?.reason ?? "", /minValues cannot be met/);
    assert.equal(lenient.newNodes[0]?.minValuesRelaxed, true);
    assert.equal(lenient.newNodes[0].requirements.find(({ key }) => key === labels.instanceType)?.minValues, 3);
  });
});

describe("schedule: minValues of several pools", () => {
  const needing = (key: string, minValues: number, weight: number): NodePool =>
    nodePool({
      metadata: { name: `weight-${weight}` },
      spec: { weight, template: { spec: { requirements: [{ key, operator: "Exists", minValues }] } } },
    });
  const one = instanceType("one", { cpu: 2, memoryGi: 8, zones: ["test-zone-a"] });
  const poolOf = (pools: readonly NodePool[], minValues: "Strict" | "BestEffort") => {
    const asked = problem({
      pods: podsAsking(1, { cpu: "1" }),
      pools: pools.map((pool) => choice(pool, [one])),
      settings: { preferences: "Respect", minValues },
    });
    const plan = schedule(asked);
    assert.deepEqual(violationsOf(plan, asked), []);
    const [node] = plan.newNodes;
    return node && [node.pool.metadata.name, node.minValuesRelaxed];
  };

  for (const key of [labels.instanceType, labels.zone]) {
    it(`PROV-018 of ${key} are lowered before a lighter pool is tried, under BestEffort only`, () => {
      const pools = [needing(key, 2, 50), needing(key, 1, 1)];

      assert.deepEqual(poolOf(pools, "Strict"), ["weight-1", false]);
      assert.deepEqual(poolOf(pools, "BestEffort"), ["weight-50", true]);
    });

    it(`PROV-018 of ${key} that no pool can meet are lowered in the heaviest, under BestEffort only`, () => {
      const pools = [needing(key, 2, 1), needing(key, 3, 50)];

      assert.equal(poolOf(pools, "Strict"), undefined);
      assert.deepEqual(poolOf(pools, "BestEffort"), ["weight-50", true]);
    });
  }

  it("PROV-018 of two labels are lowered together", () => {
    const both = nodePool({
      metadata: { name: "both" },
      spec: {
        template: {
          spec: {
            requirements: [labels.instanceType, labels.zone].map((key) => ({ key, operator: "Exists", minValues: 2 })),
          },
        },
      },
    });

    assert.equal(poolOf([both], "Strict"), undefined);
    assert.deepEqual(poolOf([both], "BestEffort"), ["both", true]);
  });
});

describe("schedule: reasons", () => {
  it("says per pool how many machines each constraint excluded", () => {
    const asking = podAsking({ cpu: "6", memory: "64Gi" }, { nodeSelector: { [labels.arch]: "amd64" } });
    const plan = schedule(problem({ pods: [asking], pools: [choice(limited({}), types)] }));

    assert.equal(
      plan.unschedulable[0]?.reason,
      "no node has room and no pool can add one. default: 1 type excluded by arch (asks In [amd64]), 1 by cpu (asks 6, the largest has 8), 1 by memory (asks 64Gi, the largest has 32Gi)",
    );
  });

  it("says so when there is no pool", () => {
    const plan = schedule(problem({ pods: podsAsking(1, one) }));

    assert.equal(plan.unschedulable[0]?.reason, "no node has room and no pool is ready to add one");
  });

  it("suggests the label that was probably meant", () => {
    const plan = schedule(
      problem({
        pods: [podAsking(one, { nodeSelector: { "karpenter.k8s.aws/instance-famil": "m5" } })],
        pools: [choice(nodePool(), types)],
      }),
    );

    assert.match(plan.unschedulable[0]?.reason ?? "", /did you mean karpenter.k8s.aws\/instance-family\?/);
  });
});
