import assert from "node:assert/strict";
import { severalAtOnce } from "#controller/runtime/several-at-once";
import { settled } from "#support/fake-clock";

describe("several at once", () => {
  it("are so many and no more, until all is done", async () => {
    const waiting: (() => void)[] = [];
    const started: number[] = [];
    const work = severalAtOnce([1, 2, 3, 4, 5], 2, (item) => {
      started.push(item);
      return new Promise((resolve) => waiting.push(resolve));
    });
    const seen: number[] = [];
    for (let ends = 0; ends < 5; ends++) {
      await settled();
      seen.push(started.length);
      waiting.shift()?.();
    }
    await work;

    assert.deepEqual(seen, [2, 3, 4, 5, 5]);
    assert.deepEqual(started, [1, 2, 3, 4, 5]);
  });

  it("go on when one fails, and tell of the first failure in the end", async () => {
    const done: string[] = [];
    const work = severalAtOnce(["a", "bad", "b", "worse", "c"], 2, async (item) => {
      await settled();
      if (item.length > 1) throw new Error(item);
      done.push(item);
    });

    await assert.rejects(work, /^Error: bad$/);
    assert.deepEqual(done.toSorted(), ["a", "b", "c"]);
  });
});
