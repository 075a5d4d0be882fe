import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import { node, nodeClaim, nodeClass, pod, podAsking, podOn, podsAsking } from "#support/builders";
import { amd64, planFor, pool } from "#support/simulated";

describe("simulate", () => {
  it("says per new node its pool, pods, types, cheapest offering and price, and what all cost", async () => {
    const plan = await planFor([pool(amd64), podAsking({ cpu: "1500m" }), podAsking({ cpu: "3500m" })]);

    const [large, small] = [...plan.newNodes].sort((a, b) => b.price - a.price);
    assert.deepEqual(large, {
      nodePool: "default",
      pods: ["default/pod-2"],
      instanceTypes: ["m5.xlarge"],
      ...{ instanceType: "m5.xlarge", zone: "us-east-1a", capacityType: "on-demand", price: 0.2 },
    });
    assert.deepEqual(small?.instanceTypes, ["m5.large", "m5.xlarge"]);
    assert.equal(small.price, 0.1);
    assert.equal(plan.hourlyPrice, large.price + small.price);
    assert.deepEqual([plan.existingNodes, plan.unschedulable], [{}, {}]);
    assert.equal(plan.solveSeconds.length, 1);
  });

  it("takes pods without a node for waiting, whatever their status says, and gives them what is free", async () => {
    const [there, waiting] = [node(), pod({ status: { phase: "Pending", conditions: [] } })];
    const plan = await planFor([there, waiting, podOn(there.metadata.name, { cpu: "1" })]);

    assert.deepEqual(plan.existingNodes, { [there.metadata.name]: ["default/pod-1"] });
    assert.deepEqual(plan.newNodes, []);
  });

  it("counts what pods use that run", async () => {
    const there = node();
    const plan = await planFor([
      pool(amd64),
      there,
      podOn(there.metadata.name, { cpu: "3" }),
      podAsking({ cpu: "1500m" }),
    ]);

    assert.deepEqual(plan.existingNodes, {});
    assert.equal(plan.newNodes.length, 1);
  });

  it("says why a pod cannot be placed, and still answers with 0", async () => {
    const plan = await planFor([pool(), podAsking({ cpu: "900" })]);

    assert.match(plan.unschedulable["default/pod-1"] ?? "", /cpu/);
    assert.equal(plan.hourlyPrice, 0);
  });

  it("leaves gated pods alone", async () => {
    const gated = pod();
    const plan = await planFor([pool(), { ...gated, spec: { ...gated.spec, schedulingGates: [{ name: "later" }] } }]);

    assert.deepEqual([plan.newNodes, plan.unschedulable], [[], {}]);
  });

  it("solves as often as asked, prints the first plan and every time", async () => {
    const plan = await planFor([pool(), ...podsAsking(3, { cpu: "100m" })], "--repeat", "3");

    assert.equal(plan.solveSeconds.length, 3);
    assert.ok(plan.solveSeconds.every((seconds) => seconds > 0));
    assert.equal(plan.newNodes.flatMap(({ pods }) => pods).length, 3);
  });

  it("drops preferences on request", async () => {
    const preferring = podAsking(
      { cpu: "1" },
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 1,
                preference: { matchExpressions: [{ key: labels.instanceType, operator: "In", values: ["m5.xlarge"] }] },
              },
            ],
          },
        },
      },
    );
    const respected = await planFor([pool(amd64), preferring]);
    const ignored = await planFor([pool(amd64), preferring], "--ignore-preferences");

    assert.deepEqual(respected.newNodes[0]?.instanceTypes, ["m5.xlarge"]);
    assert.deepEqual(ignored.newNodes[0]?.instanceTypes, ["m5.large", "m5.xlarge"]);
  });

  it("counts what daemons take of each new node", async () => {
    const daemon = {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "agent", namespace: "kube-system" },
      spec: { template: { spec: { containers: [{ name: "main", resources: { requests: { cpu: 1 } } }] } } },
    };
    const plan = await planFor([pool(amd64), daemon, podAsking({ cpu: "1500m" })]);

    assert.deepEqual(plan.newNodes[0]?.instanceTypes, ["m5.xlarge"]);
  });

  it("holds pools to their limits, of which nodes that are there use some", async () => {
    const there = node({
      metadata: { labels: { [labels.nodePool]: "default" } },
      spec: { taints: [{ key: "a", effect: "NoSchedule" }] },
    });
    const limited = pool(amd64, { spec: { limits: { cpu: "5" } } });
    const plan = await planFor([limited, there, podAsking({ cpu: "1500m" })]);

    assert.match(plan.unschedulable["default/pod-1"] ?? "", /limit cpu/);
  });

  it("counts on claims: with what they say that they have, or as the cheapest that they allow", async () => {
    const onlyClaims = pool({ spec: { limits: { cpu: "0" } } });
    const told = nodeClaim({ status: { allocatable: { cpu: "4", memory: "8Gi", pods: "20" } } });
    const arm64 = { key: labels.arch, operator: "In", values: ["arm64"] } as const;
    const open = nodeClaim({ spec: { requirements: [arm64] } });
    const plan = await planFor([
      ...[onlyClaims, told, open, podAsking({ cpu: "3" })],
      podAsking({ cpu: "1" }, { nodeSelector: { [labels.instanceType]: "m6g.large" } }),
    ]);

    assert.deepEqual(plan.existingNodes, { "claim-1": ["default/pod-1"], "claim-2": ["default/pod-2"] });
  });

  it("knows a claim's node by name", async () => {
    const labelled = { [labels.registered]: "true", [labels.initialized]: "true" };
    const plan = await planFor([
      { ...node({ metadata: { name: "joined", labels: labelled } }), spec: undefined },
      nodeClaim({ status: { nodeName: "joined" } }),
      podAsking({ cpu: "1" }),
    ]);

    assert.deepEqual(plan.existingNodes, { joined: ["default/pod-1"] });
  });

  it("puts nothing on cordoned nodes", async () => {
    const plan = await planFor([node({ spec: { unschedulable: true } }), pod()]);

    assert.deepEqual(plan.existingNodes, {});
  });

  it("reads YAML of several documents, Lists in Lists, JSON, and JSON one after the other", async () => {
    const [a, b] = [pool(), podAsking({ cpu: "1" })].map((object) => JSON.stringify(object));
    const contents = [
      `# comment\n---\n${a}\n---\n${b}\n---\n`,
      `{"apiVersion": "v1", "kind": "List", "items": [{"kind": "NodePoolList", "apiVersion": "karpenter.sh/v1", "items": [${a}]}, ${b}]}`,
      `${a}\n${b}\n`,
      `\uFEFFapiVersion: v1\nkind: List\nitems:\n- ${a}\n- ${b}\n`,
    ];
    for (const content of contents) assert.equal((await planFor(content)).newNodes.length, 1, content);
  });

  it("takes numbers for quantities, and null for nothing", async () => {
    const plan = await planFor([
      pool(amd64),
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "a", creationTimestamp: null },
        spec: { nodeSelector: null, containers: [{ resources: { requests: { cpu: 0.5, memory: 1_073_741_824 } } }] },
        status: null,
      },
    ]);

    assert.deepEqual(plan.newNodes[0]?.pods, ["default/a"]);
  });

  it("makes nodes as the pool's class says, or with 20Gi on Amazon Linux 2023 where there is none", async () => {
    const large = podAsking({ "ephemeral-storage": "30Gi" });
    const roomy = nodeClass({
      spec: {
        amiSelectorTerms: [{ alias: "bottlerocket@latest" }],
        blockDeviceMappings: [{ deviceName: "/dev/xvdb", ebs: { volumeSize: "100Gi", volumeType: "gp3" } }],
      },
    });
    assert.equal((await planFor([pool(), roomy, large])).newNodes.length, 1);
    assert.match((await planFor([pool(), large])).unschedulable["default/pod-1"] ?? "", /ephemeral-storage/);
  });
});
