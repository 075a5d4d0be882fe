import assert from "node:assert/strict";

import { parseDuration, tryDuration } from "#controller/api/duration";

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
});
