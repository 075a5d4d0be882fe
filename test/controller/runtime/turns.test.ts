import assert from "node:assert/strict";
import { inTurns } from "#controller/runtime/turns";

const busy = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until;);
};

describe("work in turns", () => {
  it("gives way between items once it has taken long", async () => {
    const done: number[] = [];
    let seen = -1;
    setImmediate(() => (seen = done.length));
    await inTurns([1, 2, 3, 4], (item) => {
      busy(6);
      done.push(item);
    });

    assert.deepEqual(done, [1, 2, 3, 4]);
    // After the second at the latest; after the first when something else had the processor.
    assert.ok(seen === 1 || seen === 2, `others had their turn after ${seen}`);
  });

  it("stops between items when it is told to", async () => {
    const stop = new AbortController();
    const done: string[] = [];
    const work = inTurns(
      ["a", "b"],
      (item) => {
        done.push(item);
        stop.abort(new Error("enough"));
      },
      stop.signal,
    );

    await assert.rejects(work, /enough/);
    assert.deepEqual(done, ["a"]);
  });
});
