import assert from "node:assert/strict";

import fc from "fast-check";

import { formatDuration, parseDuration, tryDuration } from "#controller/api/duration";

describe("durations", () => {
  const known: readonly (readonly [string, number])[] = [
    ["30s", 30_000],
    ["1h30m", 5_400_000],
    ["720h", 2_592_000_000],
    ["1.5h", 5_400_000],
    ["100ms", 100],
    ["0", 0],
    ["0s", 0],
    ["-5m", -300_000],
    ["Never", Infinity],
  ];
  for (const [text, ms] of known) {
    it(`reads ${text} as ${ms} ms`, () => {
      assert.equal(parseDuration(text), ms);
    });
  }

  for (const text of ["", "5", "h", "5 m", "1d", "never", "5m!", "1h-5m"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(tryDuration(text), undefined);
      assert.throws(() => parseDuration(text), RangeError);
    });
  }

  it("writes the largest units first and leaves out empty ones", () => {
    assert.deepEqual([5_400_000, 2_592_000_000, 61_001, 0, -1000, Infinity].map(formatDuration), [
      "1h30m",
      "720h",
      "1m1s1ms",
      "0s",
      "-1s",
      "Never",
    ]);
  });

  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(fc.integer(), (ms) => {
        assert.equal(parseDuration(formatDuration(ms)), ms);
      }),
    );
  });
});
