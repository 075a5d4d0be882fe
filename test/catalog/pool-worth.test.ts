import assert from "node:assert/strict";
import { shippedPoolCatalog } from "#catalog/pool-types";
import { poolWorth } from "#catalog/pool-worth";
import type { TypeReport } from "#cli/instance-types";
import type { RequirementSpec } from "#controller/api/requirement";
import { commandLine } from "#support/command-line";

const within = (key: string, ...values: string[]): RequirementSpec => ({ key, operator: "In", values });
const zones = ["a", "b", "c", "d", "e", "f"].map((letter) => `us-east-1${letter}`);
const named = (...types: string[]): RequirementSpec => within("node.kubernetes.io/instance-type", ...types);

const typesOf = (requirements: readonly RequirementSpec[]) =>
  shippedPoolCatalog().typesFor({
    ...{ region: "us-east-1", requirements },
    machines: { amiSelectorTerms: [{ alias: "al2023@latest" }] },
  })?.types ?? [];

describe("What a pool is worth", function () {
  this.timeout(30_000);

  const pools: Readonly<Record<string, readonly RequirementSpec[]>> = {
    "a general one": [
      within("kubernetes.io/arch", "amd64"),
      within("karpenter.sh/capacity-type", "on-demand"),
      within("karpenter.k8s.aws/instance-category", "c", "m", "r"),
      { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["2"] },
    ],
    "one of ARM": [within("kubernetes.io/arch", "arm64"), within("karpenter.sh/capacity-type", "on-demand")],
    "one of GPUs in a zone": [
      { key: "karpenter.k8s.aws/instance-gpu-count", operator: "Exists" },
      within("topology.kubernetes.io/zone", "us-east-1c"),
    ],
  };
  for (const [what, requirements] of Object.entries(pools)) {
    it(`is what instance-types says of ${what}`, async () => {
      const asked = requirements.flatMap(({ key, operator, values = [] }) => [
        ...["--requirement", `${key} ${operator} ${values.join(",")}`],
      ]);
      const { out } = await commandLine(
        ...["instance-types", "--output", "json", "--region", "us-east-1", "--zones", zones.join(","), ...asked],
      );
      const sold = Object.entries(JSON.parse(out) as Readonly<Record<string, TypeReport>>)
        .flatMap(([type, { offerings }]) => (offerings[0] === undefined ? [] : [{ type, price: offerings[0].price }]))
        .sort((a, b) => a.price - b.price || (a.type < b.type ? -1 : 1));

      const worth = poolWorth(typesOf(requirements));
      assert.ok(sold.length > 1);
      assert.deepEqual(worth, { types: sold.length, cheapest: sold.at(0), dearest: sold.at(-1) });
    });
  }

  it("is bounded by limits: from the cheapest way to fill them to what no choice of types exceeds", () => {
    // Two and four CPUs at 0.096 and 0.192, four with more memory at 0.252.
    const worth = poolWorth(typesOf([named("m5.large", "m5.xlarge", "r5.xlarge")]), { cpu: "40" });

    assert.deepEqual(worth, {
      types: 3,
      cheapest: { type: "m5.large", price: 0.096 },
      dearest: { type: "r5.xlarge", price: 0.252 },
      atLimits: { cheapest: 1.92, dearest: 2.52 },
    });
  });

  it("goes by the limit that is met first, and leaves out types that are beyond a limit", () => {
    const types = typesOf([named("m5.large", "m5.24xlarge")]);

    assert.deepEqual(poolWorth(types, { cpu: "40", nodes: "3" }), {
      types: 1,
      cheapest: { type: "m5.large", price: 0.096 },
      dearest: { type: "m5.large", price: 0.096 },
      atLimits: { cheapest: 3 * 0.096, dearest: 3 * 0.096 },
    });
  });

  it("has no ceiling where a type has nothing of what is limited", () => {
    const types = typesOf([named("m5.large", "g5.xlarge")]);

    assert.equal(poolWorth(types, { "nvidia.com/gpu": "4" })?.atLimits, undefined);
    assert.deepEqual(poolWorth(types, { "nvidia.com/gpu": "0" })?.dearest.type, "m5.large");
  });

  it("is nothing for a pool that is closed", () => {
    assert.equal(poolWorth(typesOf([named("m5.large")]), { cpu: "0" }), undefined);
  });
});
