import assert from "node:assert/strict";

import type { ResourceList } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { Container, PodSpec } from "#controller/api/pod";
import {
  choice,
  daemonSet,
  instanceType,
  nodePool,
  nodeState,
  podAsking,
  podOn,
  podsAsking,
  testZones,
} from "#support/builders";
import { merge } from "#support/merge";
import { reasonsIn, solved } from "#support/solved";

const [a, b] = testZones;

describe("schedule: packing", () => {
  const sizes = [1, 2, 4, 8].map((cpu) => instanceType(`cpu-${cpu}`, { cpu, memoryGi: 4 * cpu }));
  const cheapest = (...containers: readonly Partial<PodSpec>[]): readonly string[] =>
    solved({
      pods: containers.map((spec) => podAsking({}, spec)),
      pools: [choice(nodePool(), sizes)],
    }).newNodes.map((node) => node.cheapest.instanceType);
  const container = (name: string, requests: ResourceList): Container => ({ name, resources: { requests } });

  const one: readonly (readonly [string, Partial<PodSpec>, string])[] = [
    ["asks for nothing", {}, "cpu-1"],
    ["asks for zero", { containers: [container("main", { cpu: "0", memory: "0" })] }, "cpu-1"],
    ["fits exactly", { containers: [container("main", { cpu: "2" })] }, "cpu-2"],
    [
      "has several containers",
      { containers: [container("a", { cpu: "1500m" }), container("b", { cpu: "1" })] },
      "cpu-4",
    ],
    ["asks for memory most of all", { containers: [container("main", { cpu: "1", memory: "12Gi" })] }, "cpu-4"],
    [
      "has the overhead of its runtime class",
      { containers: [container("main", { cpu: "1" })], overhead: { cpu: "1" } },
      "cpu-2",
    ],
    [
      "has a hungry init container",
      { containers: [container("main", { cpu: "1" })], initContainers: [container("first", { cpu: "3" })] },
      "cpu-4",
    ],
    [
      "has init containers that run one after another",
      {
        containers: [container("main", { cpu: "1" })],
        initContainers: [container("a", { cpu: "1" }), container("b", { cpu: "1" })],
      },
      "cpu-1",
    ],
    [
      "has a sidecar",
      {
        containers: [container("main", { cpu: "1" })],
        initContainers: [{ ...container("proxy", { cpu: "1" }), restartPolicy: "Always" }],
      },
      "cpu-2",
    ],
  ];
  for (const [what, spec, expected] of one) {
    it(`SCHED-015 a pod that ${what} gets the smallest machine that holds it`, () => {
      assert.deepEqual(cheapest(spec), [expected]);
    });
  }

  it("SCHED-015 a pod that no machine holds waits, and the others do not", () => {
    const plan = solved({
      pods: [podAsking({ cpu: "9" }), podAsking({ cpu: "1" })],
      pools: [choice(nodePool(), sizes)],
    });

    assert.deepEqual([plan.newNodes.length, plan.unschedulable.length], [1, 1]);
  });

  it("SCHED-015 many small pods fill machines to the brim", () => {
    const plan = solved({ pods: podsAsking(40, { cpu: "200m", memory: "100Mi" }), pools: [choice(nodePool(), sizes)] });

    assert.deepEqual(
      plan.newNodes.map(
        ({ cheapest: { instanceType: type }, pods }) => pods.length * 0.2 - Number(type.replace("cpu-", "")),
      ),
      plan.newNodes.map(() => 0),
    );
  });

  it("SCHED-015 as many pods as a node may have, and no more", () => {
    const crowded = [instanceType("crowded", { cpu: 64, memoryGi: 64, pods: 5 })];
    const plan = solved({ pods: podsAsking(10, { cpu: "100m" }), pools: [choice(nodePool(), crowded)] });

    assert.deepEqual(
      plan.newNodes.map(({ pods }) => pods.length),
      [5, 5],
    );
  });
});

describe("schedule: daemons on nodes that are there", () => {
  it("SCHED-021 take no room unless they will really run there", () => {
    const elsewhere = daemonSet({ cpu: "100" }, { nodeSelector: { [labels.zone]: b } });
    const unknown = daemonSet({ cpu: "100" }, { nodeSelector: { team: "a" } });
    const here = daemonSet({ cpu: "1" }, { nodeSelector: { [labels.zone]: a } });
    const nodes = [nodeState({ name: "there" })];
    const plan = solved({ pods: podsAsking(4, { cpu: "1" }), nodes, daemonSets: [elsewhere, unknown, here] });

    assert.equal(plan.existing.get("there")?.length, 3);
    assert.equal(plan.unschedulable.length, 1);
  });
});

describe("schedule: nodes of others", () => {
  it("SCHED-020 are used; a pod that they do not suit goes to a pool", () => {
    const types = [instanceType("arm", { cpu: 4, memoryGi: 16, arch: "arm64" })];
    const nodes = [nodeState({ name: "foreign" })];
    const [anywhere, arm] = [
      podAsking({ cpu: "1" }),
      podAsking({ cpu: "1" }, { nodeSelector: { [labels.arch]: "arm64" } }),
    ];
    const plan = solved({ pods: [anywhere, arm], nodes, pools: [choice(nodePool(), types)] });

    assert.deepEqual(plan.existing.get("foreign"), [anywhere]);
    assert.deepEqual(plan.newNodes[0]?.pods, [arm]);
  });
});

describe("schedule: nodes on their way", () => {
  const types = [instanceType("small", { cpu: 4, memoryGi: 16, price: 0.01 })];
  const coming = nodeState({ name: "coming", initialized: false });

  const reuse: readonly (readonly [string, Partial<PodSpec>, boolean])[] = [
    ["asks for nothing in particular", {}, true],
    ["selects what they are", { nodeSelector: { [labels.zone]: a } }, true],
    ["selects something else", { nodeSelector: { [labels.zone]: b } }, false],
    ["is too large for what is left", { containers: [{ name: "main", resources: { requests: { cpu: "3" } } }] }, false],
    [
      "wants a host port that is taken there",
      { containers: [{ name: "main", ports: [{ containerPort: 80, hostPort: 80 }] }] },
      false,
    ],
    ["wants another host port", { containers: [{ name: "main", ports: [{ containerPort: 80, hostPort: 81 }] }] }, true],
  ];
  for (const [what, spec, expected] of reuse) {
    it(`SCHED-016 ${expected ? "take" : "do not take"} a pod that ${what}`, () => {
      const ports = [{ containerPort: 80, hostPort: 80 }];
      const resident = podOn(
        "coming",
        {},
        { spec: { containers: [{ name: "main", resources: { requests: { cpu: "2" } }, ports }] } },
      );
      const nodes = [{ ...coming, pods: [resident] }];
      const plan = solved({ pods: [podAsking({ cpu: "1" }, spec)], nodes, pools: [choice(nodePool(), types)] });

      assert.deepEqual([plan.existing.size, plan.newNodes.length], expected ? [1, 0] : [0, 1]);
    });
  }

  it("SCHED-016 come after nodes that are ready", () => {
    const ready = nodeState({ name: "ready" });
    const plan = solved({
      pods: podsAsking(1, { cpu: "1" }),
      nodes: [coming, ready],
      pools: [choice(nodePool(), types)],
    });

    assert.deepEqual([...plan.existing.keys()], ["ready"]);
  });

  it("SCHED-022 take the next pods, though none of the first is bound to them yet", () => {
    const plan = solved({ pods: podsAsking(2, { cpu: "1" }), nodes: [coming], pools: [choice(nodePool(), types)] });

    assert.deepEqual([plan.existing.get("coming")?.length, plan.newNodes.length], [2, 0]);
  });

  it("SCHED-022 take the next pod that has to be near its like, though none is known to be there", () => {
    const app = { app: "near" };
    const nearby = { topologyKey: labels.zone, labelSelector: { matchLabels: app } };
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [nearby] } };
    const one = merge(podAsking({ cpu: "1" }, { affinity }), { metadata: { labels: app } });
    const plan = solved({ pods: [one], nodes: [coming], pools: [choice(nodePool(), types)] });

    assert.deepEqual([plan.existing.get("coming"), plan.newNodes.length], [[one], 0]);
  });
});

describe("schedule: pods with resource claims", () => {
  const main = { name: "main", resources: { requests: { cpu: "1" } } };
  const device = { ...main, name: "device", resources: { claims: [{ name: "gpu" }] } };
  const cases: readonly (readonly [string, Partial<PodSpec>])[] = [
    ["a container", { containers: [main, device] }],
    ["an init container", { containers: [main], initContainers: [device] }],
  ];
  for (const [where, spec] of cases) {
    it(`SCHED-032 are left alone, with a reason, when ${where} uses one; others are not`, () => {
      const claiming = podAsking({}, { ...spec, resourceClaims: [{ name: "gpu" }] });
      const other = podAsking({ cpu: "1" });
      const plan = solved({
        pods: [claiming, other],
        pools: [choice(nodePool(), [instanceType("small", { cpu: 2, memoryGi: 8 })])],
      });

      assert.deepEqual(plan.newNodes[0]?.pods, [other]);
      assert.match(reasonsIn(plan)[0] ?? "", /resource claims are not planned/);
    });
  }
});
