import assert from "node:assert/strict";
import { isBetter, type Merit } from "#controller/scheduling/merit";

const merit = (parts: Partial<Merit>): Merit => ({ waiting: 1, givenUp: 1, lighter: 1, price: 1, ...parts });

describe("merit of a plan", () => {
  const parts = ["waiting", "givenUp", "lighter", "price"] as const;

  for (const [position, part] of parts.entries()) {
    it(`counts ${part} before all that comes after it`, () => {
      const others = Object.fromEntries(parts.slice(position + 1).map((each) => [each, 9]));
      assert.ok(isBetter(merit({ [part]: 0, ...others }), merit({})));
      assert.ok(!isBetter(merit({}), merit({ [part]: 0, ...others })));
    });
  }

  it("is no better for what rounding makes of a price", () => {
    assert.ok(!isBetter(merit({ price: 0.1 + 0.2 }), merit({ price: 0.3 })));
    assert.ok(!isBetter(merit({ price: 0.3 }), merit({ price: 0.1 + 0.2 })));
  });
});
