import assert from "node:assert/strict";

import fc from "fast-check";

import type { RequirementSpec } from "#controller/api/requirement";
import { inBoth, merged } from "#controller/scheduling/places";
import { allows } from "#controller/scheduling/requirement";
import { type Requirements, requirementsOf, toRequirementSpecs } from "#controller/scheduling/requirements";

const values = ["a", "b", "c"];
const place = fc
  .tuple(
    fc.constantFrom<RequirementSpec["operator"]>("In", "In", "NotIn"),
    fc.subarray(values, { minLength: 1 }),
    fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined }),
  )
  .map(([operator, zones, racks]) =>
    requirementsOf([
      { key: "zone", operator, values: zones },
      ...(racks === undefined ? [] : [{ key: "rack", operator: "In", values: racks } as const]),
    ]),
  );
const places = fc.array(place, { minLength: 1, maxLength: 5 });
const node = fc.record({ zone: fc.constantFrom(...values), rack: fc.constantFrom(...values) });

const suits = (alternatives: readonly Requirements[], labels: Readonly<Record<string, string>>): boolean =>
  alternatives.some((each) => [...each.values()].every((one) => allows(one, labels[one.key] ?? "")));

describe("alternatives of where a volume may be", () => {
  it("allow the same nodes when there are fewer of them", () => {
    fc.assert(
      fc.property(places, node, (alternatives, labels) => {
        const fewer = merged(alternatives);
        assert.ok(fewer.length <= alternatives.length);
        assert.equal(suits(fewer, labels), suits(alternatives, labels));
      }),
    );
  });

  it("allow together what each allows", () => {
    fc.assert(
      fc.property(places, places, node, (these, those, labels) => {
        assert.equal(suits(inBoth(these, those), labels), suits(these, labels) && suits(those, labels));
      }),
    );
  });

  it("are one, when they are single zones", () => {
    const zones = values.map((zone) => requirementsOf([{ key: "zone", operator: "In", values: [zone] }]));

    assert.deepEqual(merged(zones).map(toRequirementSpecs), [[{ key: "zone", operator: "In", values }]]);
  });
});
