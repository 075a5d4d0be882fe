import assert from "node:assert/strict";
import { answerOf } from "../../../bench/measure/fork";

const task = { scenario: "preference-ignore", pods: 40, repeat: 1 };

describe("answerOf", () => {
  it("lets the process have no more heap than it was told to", async () => {
    await assert.rejects(answerOf("own-process.ts", task, { maxOldGenerationSizeMb: 10 }), /heap out of memory/);
  }).timeout(60_000);
});
