import assert from "node:assert/strict";
import { adjustedPrice } from "#controller/scheduling/overlay-price";

describe("a price under an overlay", () => {
  it("CP-006 is changed by an amount or by a percentage, and never below nothing", () => {
    const table: readonly (readonly [number, string, number])[] = [
      [10, "+10%", 11],
      [10, "-10%", 9],
      [10, "+0%", 10],
      [10, "-100%", 0],
      [10, "+150%", 25],
      [10, "+12.5%", 11.25],
      [0.1, "-50%", 0.05],
      [10, "+5", 15],
      [10, "-5", 5],
      [10, "+0.25", 10.25],
      [10, "-.5", 9.5],
      [10, "-10", 0],
      [10, "-15", 0],
      [0, "+10%", 0],
      [0, "+1", 1],
      [1e9, "+100%", 2e9],
    ];
    for (const [before, priceAdjustment, after] of table) {
      assert.ok(Math.abs(adjustedPrice(before, { priceAdjustment }) - after) < 1e-9, `${before} ${priceAdjustment}`);
    }
  });

  it("CP-007 is the overlay's own where it names one, and stays where it says nothing", () => {
    assert.equal(adjustedPrice(10, { price: "0.25" }), 0.25);
    assert.equal(adjustedPrice(10, { price: "0" }), 0);
    assert.equal(adjustedPrice(10, {}), 10);
  });
});
