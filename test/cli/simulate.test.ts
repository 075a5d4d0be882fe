import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labels } from "#controller/api/labels";
import type { PlanReport } from "#cli/plan-report";
import type { NodePool } from "#controller/api/node-pool";
import type { RequirementSpec } from "#controller/api/requirement";
import { node, nodeClaim, nodeClass, nodePool, pod, podAsking, podOn, podsAsking } from "#support/builders";
import { catalogOf, commandLine, scenarioFile } from "#support/command-line";
import type { DeepPartial } from "#support/merge";

const small = catalogOf();

/** The plan for these objects, as JSON says it. */
async function planFor(content: string | readonly object[], ...options: readonly string[]): Promise<PlanReport> {
  const file = scenarioFile(content);
  const catalog = options.includes("--catalog") ? [] : ["--catalog", small];
  const { code, out, err } = await commandLine(
    ...["simulate", "--scenario", file, "--output", "json"],
    ...catalog,
    ...options,
  );
  assert.equal(err, "");
  assert.equal(code, 0);
  return JSON.parse(out) as PlanReport;
}

const pool = (...overrides: readonly DeepPartial<NodePool>[]): object =>
  nodePool({ metadata: { name: "default" } }, ...overrides);
const onDemandOnly = { key: labels.arch, operator: "In", values: ["amd64"] } as const;
const amd64 = { spec: { template: { spec: { requirements: [onDemandOnly] } } } };

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

  it("sells spot at the share asked for, dearer by a hundredth per zone", async () => {
    const inZone = (zone: string): object => podAsking({ cpu: "1" }, { nodeSelector: { [labels.zone]: zone } });
    const zones = ["us-east-1c", "us-east-1a"] as const;
    const plan = await planFor([pool(amd64), ...zones.map(inZone)], ...["--spot", "0.5", "--zones", zones.join()]);

    const prices = Object.fromEntries(
      plan.newNodes.map(({ zone, price, capacityType }) => [zone, [capacityType, price]]),
    );
    assert.deepEqual(prices, {
      "us-east-1c": ["spot", 0.5 * 0.1 * 1],
      "us-east-1a": ["spot", 0.5 * 0.1 * 1.01],
    });
  });

  describe("with a capacity reservation", () => {
    const reservation = {
      ...{ id: "cr-1", instanceType: "m5.xlarge", availabilityZone: "us-east-1b", ownerID: "123456789012" },
      instanceMatchCriteria: "targeted",
    };
    const classWith = (count: object): object => ({
      ...nodeClass(),
      status: { capacityReservations: [{ ...reservation, ...count }] },
    });
    const pods = [podAsking({ cpu: "3500m" }), podAsking({ cpu: "3500m" })];

    it("SCHED-030 buys what the file says is left of it, and tells which pods wait for the next plan", async () => {
      const plan = await planFor([pool(amd64), classWith({ availableInstanceCount: 1 }), ...pods]);

      const [node, ...others] = plan.newNodes;
      assert.deepEqual(
        [node?.capacityType, node?.zone, node?.instanceTypes],
        ["reserved", "us-east-1b", ["m5.xlarge"]],
      );
      assert.deepEqual([others, plan.unschedulable], [[], {}]);
      assert.match(Object.values(plan.deferred ?? {}).join(), /^a capacity reservation suits it/);
    });

    it("buys nothing of it where the file does not say what is left, and says nothing of pods that wait", async () => {
      const plan = await planFor([pool(amd64), classWith({}), ...pods]);

      assert.deepEqual(
        plan.newNodes.map(({ capacityType }) => capacityType),
        ["on-demand", "on-demand"],
      );
      assert.equal("deferred" in plan, false);
    });

    it("takes only a count for one", async () => {
      const file = scenarioFile([pool(amd64), classWith({ availableInstanceCount: -1 }), ...pods]);
      const { code, err } = await commandLine("simulate", "--scenario", file);

      assert.equal(code, 2);
      assert.match(err, /EC2NodeClass default: status\.capacityReservations\[0\]\.availableInstanceCount/);
    });
  });

  it("sells no spot of types that have none, and none at all unasked", async () => {
    const spot = { key: labels.capacityType, operator: "In", values: ["spot"] } as const;
    const arm64 = { key: labels.arch, operator: "In", values: ["arm64"] } as const;
    const only = (...requirements: readonly RequirementSpec[]): object =>
      pool({ spec: { template: { spec: { requirements } } } });

    const ofArm = await planFor([only(spot, arm64), pod()], "--spot", "0.5");
    const unasked = await planFor([only(spot), pod()]);
    assert.deepEqual([ofArm.newNodes, unasked.newNodes], [[], []]);
  });

  it("takes the zones that sell a type from the catalog", async () => {
    const catalog = catalogOf({ "zone-offerings": { "us-east-1": { "m5.large": ["us-east-1b", "us-east-1d"] } } });
    const plan = await planFor([pool(), pod()], "--catalog", catalog);

    assert.deepEqual(
      plan.newNodes.map(({ zone, instanceTypes }) => [zone, instanceTypes]),
      [["us-east-1b", ["m5.large"]]],
    );
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

  it("heeds overlays of prices", async () => {
    const overlay = {
      apiVersion: "karpenter.sh/v1alpha1",
      kind: "NodeOverlay",
      metadata: { name: "discount" },
      spec: { requirements: [{ key: labels.instanceType, operator: "In", values: ["m5.xlarge"] }], price: "0.01" },
    };
    const plan = await planFor([pool(amd64), overlay, pod()]);

    assert.deepEqual([plan.newNodes[0]?.instanceType, plan.hourlyPrice], ["m5.xlarge", 0.01]);
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
    const nodeClass = {
      apiVersion: "karpenter.k8s.aws/v1",
      kind: "EC2NodeClass",
      metadata: { name: "default" },
      spec: {
        role: "node",
        amiSelectorTerms: [{ alias: "bottlerocket@latest" }],
        subnetSelectorTerms: [{ tags: { a: "b" } }],
        securityGroupSelectorTerms: [{ tags: { a: "b" } }],
        blockDeviceMappings: [{ deviceName: "/dev/xvdb", ebs: { volumeSize: "100Gi", volumeType: "gp3" } }],
      },
    };
    assert.equal((await planFor([pool(), nodeClass, large])).newNodes.length, 1);
    assert.match((await planFor([pool(), large])).unschedulable["default/pod-1"] ?? "", /ephemeral-storage/);
  });

  it("asks, where a class knows its subnets, only for nodes in their zones", async () => {
    const nodeClass = {
      apiVersion: "karpenter.k8s.aws/v1",
      kind: "EC2NodeClass",
      metadata: { name: "default" },
      spec: {
        role: "node",
        amiSelectorTerms: [{ alias: "al2023@latest" }],
        subnetSelectorTerms: [{ tags: { a: "b" } }],
        securityGroupSelectorTerms: [{ tags: { a: "b" } }],
      },
      status: {
        subnets: [
          { id: "subnet-1", zone: "us-east-1c" },
          { id: "subnet-2", zone: "us-east-1f" },
        ],
      },
    };
    const plan = await planFor([pool(), nodeClass, pod()]);

    assert.deepEqual(
      plan.newNodes.map(({ zone }) => zone),
      ["us-east-1c"],
    );
  });

  it("buys fewer nodes when each costs something besides its machine", async () => {
    const catalog = catalogOf({ "on-demand-prices": { "us-east-1": { "m5.large": 0.1, "m5.xlarge": 0.21 } } });
    const boughtAt = async (...options: readonly string[]): Promise<readonly string[]> => {
      const objects = [pool(amd64), ...podsAsking(2, { cpu: "1500m" })];
      const { newNodes } = await planFor(objects, "--catalog", catalog, ...options);
      return newNodes.map(({ instanceType }) => instanceType);
    };

    assert.deepEqual(await boughtAt(), ["m5.large", "m5.large"]);
    assert.deepEqual(await boughtAt("--node-price", "0.02"), ["m5.xlarge"]);
  });

  it("plans with what the package ships when no catalog is named", async () => {
    const file = scenarioFile([pool(), podAsking({ cpu: "1", memory: "1Gi" })]);
    const { out } = await commandLine("simulate", "--scenario", file, "--output", "json");
    const [planned] = (JSON.parse(out) as PlanReport).newNodes;
    const prices = JSON.parse(
      readFileSync(join(__dirname, "../../controller/providers/data/on-demand-prices.json"), "utf8"),
    ) as Readonly<Record<string, Readonly<Record<string, number>>>>;

    assert.ok(planned);
    assert.equal(planned.price, prices["us-east-1"]?.[planned.instanceType]);
    assert.equal(planned.instanceTypes.length, 60);
    assert.equal(planned.instanceTypes[0], planned.instanceType);
  });
});
