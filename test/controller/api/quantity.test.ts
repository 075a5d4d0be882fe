import assert from "node:assert/strict";

import fc from "fast-check";

import {
  canonical,
  formatQuantity,
  fromBytes,
  fromMillis,
  isQuantity,
  parseQuantity,
  toMillis,
  toNumber,
  toUnits,
} from "#controller/api/quantity";

describe("quantities", () => {
  const units: readonly (readonly [string, number])[] = [
    ["0", 0],
    ["3", 3],
    ["1.5", 2],
    ["100m", 1],
    ["1500m", 2],
    ["1k", 1_000],
    ["2M", 2_000_000],
    ["1Ki", 1_024],
    ["1.5Gi", 1_610_612_736],
    ["4Gi", 4_294_967_296],
    ["1Ti", 1_099_511_627_776],
    ["1e3", 1_000],
    ["12E2", 1_200],
    ["+5", 5],
    ["-5", -5],
    [".5Ki", 512],
    ["5.", 5],
    ["1n", 1],
  ];
  for (const [text, expected] of units) {
    it(`reads ${text} as ${expected} whole units`, () => {
      assert.equal(toUnits(text), expected);
    });
  }

  it("reads cpu in thousandths, rounded up", () => {
    assert.deepEqual(["1", "250m", "0.1", "1.0001", "100u", "2k"].map(toMillis), [1000, 250, 100, 1001, 1, 2_000_000]);
  });

  it("keeps fractions where asked for the number as it is", () => {
    assert.equal(toNumber("250m"), 0.25);
    assert.equal(toNumber("1Ki"), 1024);
  });

  it("tells E the suffix from e the exponent", () => {
    assert.equal(toUnits("1E"), 1e18);
    assert.equal(toUnits("1E1"), 10);
    assert.equal(toUnits("1Ei"), 2 ** 60);
  });

  const canonicals: readonly (readonly [string, string])[] = [
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["1000m", "1"],
    ["0.5", "500m"],
    ["1000k", "1M"],
    ["1024", "1024"],
    ["512Ki", "512Ki"],
    ["0.5Ki", "512"],
    ["1000e3", "1e6"],
    ["0Gi", "0"],
    ["-2000m", "-2"],
    ["1u", "1u"],
  ];
  for (const [text, expected] of canonicals) {
    it(`writes ${text} as ${expected}`, () => {
      assert.equal(canonical(text), expected);
    });
  }

  it("writes milli-cores and bytes as Kubernetes would", () => {
    assert.deepEqual([fromMillis(1500), fromMillis(4000), fromMillis(0)], ["1500m", "4", "0"]);
    assert.deepEqual([fromBytes(2 ** 32), fromBytes(1000), fromBytes(2 ** 20 * 3)], ["4Gi", "1k", "3Mi"]);
  });

  for (const text of ["", "Gi", "1 Gi", "1gi", "1KiB", "0x10", "1e", "--1", "1m5", "e3"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(isQuantity(text), false);
      assert.throws(() => parseQuantity(text), RangeError);
    });
  }

  const quantity = fc.record({
    nanos: fc.oneof(
      fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n }),
      fc.integer().map((n) => BigInt(n) * 10n ** 9n),
    ),
    format: fc.constantFrom("decimal" as const, "exponent" as const),
  });

  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(quantity, (value) => {
        assert.equal(parseQuantity(formatQuantity(value)).nanos, value.nanos);
      }),
    );
  });

  it("writes equal values in one way", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.constantFrom("Ki", "Mi", "Gi", "k", "M", "m", ""),
        (n, suffix) => {
          assert.equal(canonical(canonical(`${n}${suffix}`)), canonical(`${n}${suffix}`));
        },
      ),
    );
  });
});
