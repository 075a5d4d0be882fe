import assert from "node:assert/strict";
import { pools } from "#components/index";
import { nodePoolsProblems } from "#components/node-pools";
import { knownMachines, knownPool, launchable } from "#components/pool-catalog";
import { poolCatalogRemarks } from "#components/pool-catalog-problems";
import { type ClassSettings, ec2NodeClassSpec, nodePoolSpec, type PoolSettings } from "#components/pool-settings";

const here = { region: "us-east-1" };
const surroundings = { clusterName: "demo", roleName: "role", publicSubnetIds: [] };

/** Architecture, and how it is bought, of every type that a pool can launch. */
function offered(settings: PoolSettings): ReadonlySet<string> {
  const spec = nodePoolSpec(settings, "default");
  const machines = knownMachines(ec2NodeClassSpec(settings.class as ClassSettings, surroundings)); // a builder's own
  assert.deepEqual(poolCatalogRemarks(spec, machines, here), []);
  const types = launchable(knownPool(spec), machines, here)?.types ?? [];
  return new Set(
    types.flatMap(({ type, spot }) => {
      const values = (key: string) => type.requirements.find((label) => label.key === key)?.values?.[0];
      return [values("kubernetes.io/arch"), values("kubernetes.io/os"), spot ? "spot" : "on-demand"].join(" ");
    }),
  );
}

const manufacturersOf = (settings: PoolSettings, device: string): ReadonlySet<string | undefined> => {
  const spec = nodePoolSpec(settings, "default");
  const types = launchable(knownPool(spec), undefined, here)?.types ?? [];
  const key = `karpenter.k8s.aws/instance-${device}-manufacturer`;
  return new Set(types.map(({ type }) => type.requirements.find((label) => label.key === key)?.values?.[0]));
};

describe("Pools that many clusters have", function () {
  this.timeout(30_000);

  const builders: readonly (readonly [keyof typeof pools, readonly string[]])[] = [
    ["generalPurpose", ["amd64 linux on-demand"]],
    ["arm", ["arm64 linux on-demand"]],
    ["gpu", ["amd64 linux on-demand"]],
    ["neuron", ["amd64 linux on-demand"]],
    ["windows", ["amd64 windows on-demand"]],
  ];
  for (const [name, machines] of builders) {
    it(`have no problem, and machines of one kind: ${name}`, () => {
      const cluster = { name: "demo", publicSubnetIds: [] };

      assert.deepEqual(
        nodePoolsProblems({ nodePools: { it: pools[name]() }, cluster, nodeRoleName: "role", catalog: here }),
        [],
      );
      assert.deepEqual([...offered(pools[name]())], machines);
    });
  }

  it("buy spot and on demand, of many types", () => {
    assert.ok(offered(pools.spot()).has("amd64 linux spot"));
  });

  it("have NVIDIA's or AWS' devices and keep away who does not ask for them", () => {
    assert.deepEqual([...manufacturersOf(pools.gpu(), "gpu")], ["nvidia"]);
    assert.deepEqual([...manufacturersOf(pools.neuron(), "accelerator")], ["aws"]);
    assert.deepEqual(pools.gpu().taints, [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }]);
  });

  it("let what is given win, requirement by requirement", () => {
    const families = { key: "karpenter.k8s.aws/instance-family", operator: "In", values: ["m7g"] } as const;
    const bought = { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] } as const;
    const {
      requirements = [],
      limits,
      class: machines,
    } = pools.windows({
      requirements: [families, bought],
      limits: { cpu: "40" },
      class: { amiFamily: "Windows2022", amiSelectorTerms: [{ id: "ami-1" }], tags: { team: "a" } },
    });

    assert.deepEqual(requirements.slice(-2), [families, bought]);
    assert.equal(requirements.filter(({ key }) => key === bought.key).length, 1);
    assert.deepEqual(limits, { cpu: "40" });
    assert.deepEqual(machines, {
      ...{ volumeSize: "100Gi", amiFamily: "Windows2022" },
      ...{ amiSelectorTerms: [{ id: "ami-1" }], tags: { team: "a" } },
    });
  });
});
