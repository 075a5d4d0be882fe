import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { RequirementSpec } from "#controller/api/requirement";
import { shortageOfTypes } from "#controller/scheduling/type-supply";
import { instanceType, nodePool } from "#support/builders";

const room = { cpu: 4, memoryGi: 16 };
const instanceTypes = ["m5.large", "m5.xlarge", "c5.large"].map((name) => instanceType(name, room));
const poolThat = (...requirements: readonly RequirementSpec[]) =>
  nodePool({ spec: { template: { spec: { requirements } } } });
const shortage = (requirement: RequirementSpec, minValues: "Strict" | "BestEffort" = "Strict") =>
  shortageOfTypes({ pool: poolThat(requirement), instanceTypes, usage: {} }, { minValues });

describe("the instance types that a pool is left with", () => {
  it("are enough when one meets the requirements", () => {
    assert.equal(shortage({ key: labels.instanceType, operator: "In", values: ["c5.large", "no.such"] }), undefined);
  });

  it("are none when something rules out each", () => {
    const requirements: RequirementSpec[] = [
      { key: labels.instanceType, operator: "In", values: ["c5.large"] },
      { key: labels.arch, operator: "In", values: ["arm64"] },
    ];

    assert.equal(
      shortageOfTypes({ pool: poolThat(...requirements), instanceTypes, usage: {} }, { minValues: "Strict" }),
      `none of 3 instance types meets its requirements: 2 by ${labels.instanceType}, 1 by ${labels.arch}`,
    );
  });

  it("are none when the class has none", () => {
    assert.match(
      shortageOfTypes({ pool: poolThat(), instanceTypes: [], usage: {} }, { minValues: "Strict" }) ?? "",
      /class has no instance types/,
    );
  });

  it("are too few for minValues, unless that may be lowered", () => {
    const alike: RequirementSpec = { key: labels.instanceType, operator: "Exists", minValues: 4 };

    assert.match(shortage(alike) ?? "", /the 3 instance types .* too alike for its minValues/);
    assert.equal(shortage(alike, "BestEffort"), undefined);
    assert.equal(shortage({ ...alike, minValues: 3 }), undefined);
  });
});
