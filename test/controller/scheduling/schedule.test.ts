import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Plan } from "#controller/scheduling/plan";
import { schedule } from "#controller/scheduling/schedule";
import {
  choice,
  daemonSet,
  instanceType,
  nodePool,
  nodeState,
  podAsking,
  podOn,
  podsAsking,
  problem,
  testZones,
} from "#support/builders";

const small = instanceType("small", { cpu: 2, memoryGi: 8, price: 0.1 });
const large = instanceType("large", { cpu: 8, memoryGi: 32, price: 0.38 });
const arm = instanceType("arm", { cpu: 4, memoryGi: 16, price: 0.15, arch: "arm64" });
const gpu = instanceType("gpu", { cpu: 8, memoryGi: 32, price: 1, extra: { "nvidia.com/gpu": "1" } });
const types = [small, large, arm, gpu];
const one = { cpu: "1", memory: "1Gi" };

const shapes = (plan: Plan): string[] =>
  plan.newNodes.map(({ cheapest, pods }) => `${cheapest.instanceType} × ${pods.length}`);
const reasons = (plan: Plan): string[] => plan.unschedulable.map(({ reason }) => reason);
const typesOf = (plan: Plan): string[][] =>
  plan.newNodes.map(({ instanceTypes }) => instanceTypes.map(({ name }) => name));

describe("schedule: machines", () => {
  it("SCHED-015 takes the machine that holds the pods most cheaply", () => {
    assert.deepEqual(shapes(schedule(problem({ pods: podsAsking(1, one), pools: [choice(nodePool(), types)] }))), [
      "small × 1",
    ]);
    assert.deepEqual(shapes(schedule(problem({ pods: podsAsking(8, one), pools: [choice(nodePool(), types)] }))), [
      "arm × 4",
      "arm × 4",
    ]);
  });

  it("leaves no crumbs after a giant node", () => {
    const plan = schedule(problem({ pods: podsAsking(9, one), pools: [choice(nodePool(), [small, large])] }));

    assert.deepEqual(shapes(plan), ["large × 8", "small × 1"]);
  });

  it("SCHED-001 lists every machine that holds the pods, the cheapest first", () => {
    const plan = schedule(problem({ pods: podsAsking(1, { cpu: "3" }), pools: [choice(nodePool(), types)] }));

    assert.deepEqual(typesOf(plan), [["arm", "large", "gpu"]]);
    assert.equal(plan.newNodes[0]?.cheapest.offering.price, 0.15);
  });

  it("lists no more than sixty machines", () => {
    const many = Array.from({ length: 80 }, (_, i) => instanceType(`type-${i}`, { cpu: 4, memoryGi: 8, price: 1 + i }));
    const [node] = schedule(problem({ pods: podsAsking(1, one), pools: [choice(nodePool(), many)] })).newNodes;

    assert.equal(node?.instanceTypes.length, 60);
    assert.equal(node.instanceTypes[0]?.name, "type-0");
  });

  it("PROV-002 gives pods that ask for a GPU a node that has one", () => {
    const plan = schedule(
      problem({ pods: podsAsking(2, { ...one, "nvidia.com/gpu": "1" }), pools: [choice(nodePool(), types)] }),
    );

    assert.deepEqual(shapes(plan), ["gpu × 1", "gpu × 1"]);
  });

  it("SCHED-015 keeps to how many pods a node may have", () => {
    const crowded = instanceType("crowded", { cpu: 64, memoryGi: 64, pods: 3 });
    const plan = schedule(problem({ pods: podsAsking(7, { cpu: "0" }), pools: [choice(nodePool(), [crowded])] }));

    assert.deepEqual(shapes(plan), ["crowded × 3", "crowded × 3", "crowded × 1"]);
  });

  it("does not plan with what is not available", () => {
    const gone = { ...small, offerings: small.offerings.map((offering) => ({ ...offering, available: false })) };
    const plan = schedule(problem({ pods: podsAsking(1, one), pools: [choice(nodePool(), [gone])] }));

    assert.match(reasons(plan)[0] ?? "", /1 type excluded by having no available offering/);
  });

  it("SCHED-001 narrows the claim to where its machines are sold", () => {
    const pods = [podAsking(one, { nodeSelector: { [labels.zone]: testZones[1] } })];
    const [node] = schedule(problem({ pods, pools: [choice(nodePool(), types)] })).newNodes;

    assert.equal(node?.cheapest.offering.zone, testZones[1]);
    assert.deepEqual(
      node.requirements.find(({ key }) => key === labels.zone),
      { key: labels.zone, operator: "In", values: [testZones[1]] },
    );
  });

  it("SCHED-010 keeps pods of different zones apart, and compatible ones together", () => {
    const at = (zone: string) => podAsking({ cpu: "500m" }, { nodeSelector: { [labels.zone]: zone } });
    const pods = [at(testZones[0]), at(testZones[1]), podAsking({ cpu: "500m" })];
    const plan = schedule(problem({ pods, pools: [choice(nodePool(), [small])] }));

    assert.deepEqual(plan.newNodes.map(({ pods: own }) => own.length).sort(), [1, 2]);
  });

  it("SCHED-016 lets two pods with one host port never share a node", () => {
    const ports = [{ containerPort: 80, hostPort: 80 }];
    const pods = Array.from({ length: 3 }, () =>
      podAsking({}, { containers: [{ name: "main", resources: { requests: { cpu: "100m" } }, ports }] }),
    );

    assert.equal(schedule(problem({ pods, pools: [choice(nodePool(), types)] })).newNodes.length, 3);
  });
});

describe("schedule: nodes that are there", () => {
  it("SCHED-020 come before new ones, initialized ones first", () => {
    const nodes = [nodeState({ name: "a", initialized: false }), nodeState({ name: "b" })];
    const plan = schedule(problem({ pods: podsAsking(6, one), nodes, pools: [choice(nodePool(), types)] }));

    assert.deepEqual(
      [...plan.existing].map(([name, pods]) => [name, pods.length]),
      [
        ["b", 4],
        ["a", 2],
      ],
    );
    assert.deepEqual(plan.newNodes, []);
  });

  it("hold what pods on them leave", () => {
    const nodes = [nodeState({ name: "a", pods: [podOn("a", { cpu: "2500m" })] })];
    const plan = schedule(problem({ pods: podsAsking(3, one), nodes }));

    assert.equal(plan.existing.get("a")?.length, 1);
    assert.equal(plan.unschedulable.length, 2);
  });

  it("hold what pods on them leave while one of them is resized", () => {
    const containerStatuses = [{ name: "main", allocatedResources: { cpu: "3" } }];
    const nodes = [nodeState({ name: "a", pods: [podOn("a", { cpu: "1" }, { status: { containerStatuses } })] })];
    const plan = schedule(problem({ pods: podsAsking(3, one), nodes }));

    assert.equal(plan.existing.get("a")?.length, 1);
  });

  it("SCHED-019 keep room for daemons that have not come yet, and none for those that have", () => {
    const set = daemonSet({ cpu: "2" });
    const running = podOn(
      "b",
      { cpu: "2" },
      {
        metadata: {
          ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: set.metadata.name, uid: "1" }],
          namespace: "kube-system",
        },
      },
    );
    const nodes = [nodeState({ name: "a" }), nodeState({ name: "b", pods: [running] })];
    const plan = schedule(problem({ pods: podsAsking(5, one), nodes, daemonSets: [set] }));

    assert.deepEqual([plan.existing.get("a")?.length, plan.existing.get("b")?.length], [2, 2]);
    assert.equal(plan.unschedulable.length, 1);
  });

  it("refuse pods that do not tolerate their taints or do not want their labels", () => {
    const nodes = [nodeState({ taints: [{ key: "team", effect: "NoSchedule" }] }), nodeState()];
    const picky = podAsking(one, { nodeSelector: { disk: "ssd" } });
    const tolerant = podAsking({ cpu: "3" }, { tolerations: [{ key: "team", operator: "Exists" }] });
    const plan = schedule(problem({ pods: [picky, tolerant, podAsking({ cpu: "4" })], nodes }));

    assert.equal(plan.existing.size, 2);
    assert.deepEqual(
      plan.unschedulable.map(({ pod }) => pod),
      [picky],
    );
  });
});

describe("schedule: pools", () => {
  const heavy = nodePool({ metadata: { name: "heavy" }, spec: { weight: 90 } });
  const light = nodePool({ metadata: { name: "light" } });
  const poolsOf = (plan: Plan): string[] => plan.newNodes.map(({ pool }) => pool.metadata.name);

  it("PROV-016 tries the heaviest first, though it be dearer", () => {
    const plan = schedule(
      problem({ pods: podsAsking(1, one), pools: [choice(light, [small]), choice(heavy, [large])] }),
    );

    assert.deepEqual(poolsOf(plan), ["heavy"]);
  });

  it("takes the cheaper of equal weight", () => {
    const other = nodePool({ metadata: { name: "another" } });
    const plan = schedule(
      problem({ pods: podsAsking(1, one), pools: [choice(other, [large]), choice(light, [small])] }),
    );

    assert.deepEqual(poolsOf(plan), ["light"]);
  });

  it("PROV-016 goes by the pod's own choice before weight", () => {
    const pods = [podAsking(one, { nodeSelector: { [labels.nodePool]: "light" } })];
    const plan = schedule(problem({ pods, pools: [choice(heavy, types), choice(light, types)] }));

    assert.deepEqual(poolsOf(plan), ["light"]);
  });

  it("SCHED-007 has the label of its class, so that pods may choose by class", () => {
    const chosen = podAsking({ cpu: "1" }, { nodeSelector: { "karpenter.k8s.aws/ec2nodeclass": "default" } });
    const other = podAsking({ cpu: "1" }, { nodeSelector: { "karpenter.k8s.aws/ec2nodeclass": "other" } });
    const plan = schedule(
      problem({ pods: [chosen, other], pools: [choice(nodePool(), [instanceType("m", { cpu: 4, memoryGi: 16 })])] }),
    );
    assert.deepEqual(
      plan.newNodes.map(({ pods }) => pods),
      [[chosen]],
    );
    assert.deepEqual(
      plan.unschedulable.map(({ pod }) => pod),
      [other],
    );
  });

  it("SCHED-007 matches the pool's labels, and refuses labels that no pool defines", () => {
    const labelled = nodePool({ spec: { template: { metadata: { labels: { team: "a" } } } } });
    const asking = (team: string) => podAsking(one, { nodeSelector: { team } });
    const plan = schedule(problem({ pods: [asking("a"), asking("b")], pools: [choice(labelled, types)] }));

    assert.equal(plan.newNodes.length, 1);
    assert.match(reasons(plan)[0] ?? "", /team In \[b\] against team In \[a\]/);
    assert.match(
      reasons(schedule(problem({ pods: [asking("a")], pools: [choice(light, types)] })))[0] ?? "",
      /light: label team does not have known values/,
    );
  });

  it("PROV-007 gives a tainted pool's nodes only to those that tolerate them", () => {
    const taints = [{ key: "team", effect: "NoSchedule" as const }];
    const tainted = nodePool({ metadata: { name: "tainted" }, spec: { template: { spec: { taints } } } });
    const tolerant = podAsking(one, { tolerations: [{ key: "team", operator: "Exists" }] });
    const plan = schedule(problem({ pods: [tolerant, podAsking(one)], pools: [choice(tainted, types)] }));

    assert.deepEqual(
      plan.newNodes.map(({ pods }) => pods),
      [[tolerant]],
    );
    assert.match(reasons(plan)[0] ?? "", /tainted: taint team:NoSchedule is not tolerated/);
  });

  it("PROV-015 prefers pools without a PreferNoSchedule taint, but takes them before failing", () => {
    const taints = [{ key: "old", effect: "PreferNoSchedule" as const }];
    const soft = nodePool({ metadata: { name: "soft" }, spec: { weight: 100, template: { spec: { taints } } } });
    const pods = podsAsking(1, one);

    assert.deepEqual(poolsOf(schedule(problem({ pods, pools: [choice(soft, types), choice(light, types)] }))), [
      "light",
    ]);
    assert.deepEqual(poolsOf(schedule(problem({ pods, pools: [choice(soft, types)] }))), ["soft"]);
  });
});
