import assert from "node:assert/strict";
import { byWeight, type NodeOverlaySpec } from "#controller/api/node-overlay";
import { labels } from "#controller/api/labels";
import type { RequirementSpec } from "#controller/api/requirement";
import { isWellKnown, wellKnown } from "#controller/api/well-known";
import { nodeOverlay } from "#support/builders";
import { STARTING_MS } from "#support/control-plane";
import { ControllerWorld } from "#support/controller-world";
import { verdict } from "#support/schema";

const word = (spec: Partial<NodeOverlaySpec> | object): Promise<string> =>
  verdict("NodeOverlay", { requirements: [{ key: labels.capacityType, operator: "Exists" }], ...spec });
const takes = async (spec: Partial<NodeOverlaySpec> | object): Promise<void> => {
  assert.equal(await word(spec), "", JSON.stringify(spec));
};
const refuses = async (spec: Partial<NodeOverlaySpec> | object): Promise<void> => {
  assert.notEqual(await word(spec), "", JSON.stringify(spec));
};
const requiring = (key: string, operator: string, ...values: readonly string[]) => ({
  requirements: [{ key, operator, ...(values.length > 0 && { values }) } as RequirementSpec],
});

/** Keys of reservations, placement groups, tenancy and enclaves, which overlays do not speak of. */
const leftOut = /(instance-tenancy|capacity-reservation-|placement-group-|nitro-sandbox)/;

describe("the schema of overlays", function () {
  this.timeout(60_000);
  before(async function () {
    this.timeout(STARTING_MS);
    await ControllerWorld.open();
  });

  it("API-023 wants a value for In and NotIn, and one whole number for the operators that compare", async () => {
    for (const operator of ["In", "NotIn", "Gt", "Lt", "Gte", "Lte"]) await refuses(requiring("team", operator));
    for (const operator of ["Gt", "Lt", "Gte", "Lte"]) {
      await takes(requiring("size", operator, "4"));
      for (const values of [["4", "5"], ["a"], ["-1"]]) await refuses(requiring("size", operator, ...values));
    }
    for (const operator of ["In", "NotIn"]) await takes(requiring("team", operator, "a"));
    for (const operator of ["Exists", "DoesNotExist"]) await takes(requiring("team", operator));
    await refuses(requiring("team", "Like", "a"));
  });

  it("API-023 takes the pool's name and well-known keys, but no reserved and no malformed ones", async () => {
    for (const key of ["team", "example.com/team", "node.kubernetes.io/x", labels.nodePool]) {
      await takes(requiring(key, "In", "a"));
    }
    for (const key of [...wellKnown].filter((each) => !leftOut.test(each))) await takes(requiring(key, "Exists"));
    for (const key of ["karpenter.sh/own", "karpenter.k8s.aws/own", labels.hostname]) {
      assert.ok(!isWellKnown(key));
      await refuses(requiring(key, "In", "a"));
    }
    for (const key of ["a b", "A.com/x", "a/b/c", "a/", "/b"]) await refuses(requiring(key, "Exists"));
  });

  it("API-023 takes a hundred requirements, none at all, and several for one key", async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, operator: "Exists" }));
    await takes({ requirements: many(100) });
    await refuses({ requirements: many(101) });
    await takes({ requirements: [] });
    await refuses({ requirements: undefined });
    const zone = (operator: string, ...values: string[]) => ({ key: labels.zone, operator, values });
    await takes({ requirements: [zone("In", "a", "b"), zone("NotIn", "a")] });
  });

  it("API-024 takes a price or an adjustment, not both", async () => {
    await refuses({ price: "0.4", priceAdjustment: "+10%" });
  });

  it("API-025 refuses adjustments without a sign, malformed, or below -100%", async () => {
    const bad = [
      "1",
      "1.3",
      "1%",
      "",
      "+",
      "-",
      "%",
      "+%",
      "+1,5",
      "+1e3",
      "+0x1",
      "+a",
      "+1.",
      "+1.2.3",
      "+1%%",
      "+1 %",
    ];
    for (const priceAdjustment of [...bad, " +1", "+1 ", "-100.1%", "-101%", "-129%"])
      await refuses({ priceAdjustment });
  });

  it("API-026 takes signed amounts and percentages, down to -100%", async () => {
    const good = ["+43", "-43", "+34.43", "-34.43", "+.5", "-.5", "+0", "-0"];
    const shares = ["+1%", "-1%", "+0.5%", "-99.9%", "-100%", "+298%", "+100.102%"];
    for (const priceAdjustment of [...good, ...shares]) await takes({ priceAdjustment });
  });

  it("API-027 refuses prices that are not plain decimals", async () => {
    const bad = [
      "+42",
      "-42",
      ".5",
      "-.42",
      "42.",
      "42%",
      "3,14",
      "1e10",
      "0x42",
      "forty",
      "42a",
      "42 ",
      " 42",
      "4.2.0",
      "-",
    ];
    for (const price of [...bad, ".", ""]) await refuses({ price });
  });

  it("API-028 takes whole and decimal prices", async () => {
    for (const price of ["42", "0", "0.0416", "4.20"]) await takes({ price });
  });

  it("API-029 takes extended resources, and none that are the machine's own", async () => {
    await takes({ capacity: { "example.com/fpga": "2", "hugepages-2Mi": "1Gi" } });
    for (const own of ["cpu", "memory", "ephemeral-storage", "pods"]) await refuses({ capacity: { [own]: "2" } });
    await refuses({ capacity: { "example.com/fpga": "two" } });
  });

  it("weighs from 1 to 10000", async () => {
    for (const weight of [1, 10_000]) await takes({ weight });
    for (const weight of [0, 10_001]) await refuses({ weight });
  });
});

describe("overlays", () => {
  it("API-030 go by weight, the heaviest first, and those of one weight from the end of the alphabet", () => {
    const named = (name: string, weight?: number) => nodeOverlay({ metadata: { name }, spec: { weight } });
    const all = [named("a"), named("b", 5), named("c"), named("d", 10), named("e", 5)];

    assert.deepEqual(
      all.toSorted(byWeight).map(({ metadata }) => metadata.name),
      ["d", "e", "b", "c", "a"],
    );
  });
});
