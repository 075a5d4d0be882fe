import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlanReport } from "#cli/plan-report";
import { labels } from "#controller/api/labels";
import type { RequirementSpec } from "#controller/api/requirement";
import { nodeClass, pod, podAsking, podsAsking } from "#support/builders";
import { catalogOf, commandLine, scenarioFile } from "#support/command-line";
import { amd64, planFor, pool } from "#support/simulated";

describe("simulate: what is for sale", () => {
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

  it("asks, where a class knows its subnets, only for nodes in their zones", async () => {
    const subnets = [
      { id: "subnet-1", zone: "us-east-1c" },
      { id: "subnet-2", zone: "us-east-1f" },
    ];
    const plan = await planFor([pool(), { ...nodeClass(), status: { subnets } }, pod()]);

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
