import assert from "node:assert/strict";
import type { LogFields } from "#controller/ports/log";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, pod, podsAsking, problem } from "#support/builders";
import { eventually } from "#support/eventually";
import { plannerIn } from "#support/planner-threads";
import { silentLog } from "#support/silence";

const { signal: never } = new AbortController();

/** Enough for a thread to compile itself and start on a busy machine. */
const START_MS = 60_000;

/** A planner in a thread that runs this file, and what the thread says of itself. */
function watched(file: string) {
  const words: unknown[] = [];
  const heard = (_: string, fields?: LogFields): void => void words.push(fields?.["word"]);
  return { words, planner: plannerIn(file, { log: { ...silentLog, debug: heard } }) };
}

describe("a planner's thread that rehearses", function () {
  this.timeout(180_000);

  const types = [instanceType("m5.large", { cpu: 2, memoryGi: 8 }), instanceType("c5.large", { cpu: 2, memoryGi: 4 })];
  const asked = problem({
    pods: [...podsAsking(50, { cpu: "1", memory: "3Gi" }), ...podsAsking(50, { cpu: "700m" })],
    pools: [choice(nodePool(), types)],
  });

  it("stops for a problem, and makes the plan that it would have made anyway", async () => {
    const { words, planner } = watched("test/controller/planning/endless-rehearsal.ts");
    try {
      await eventually("the rehearsal has begun", () => words.length > 1, START_MS);

      assert.deepEqual(await planner.plan(asked, never), schedule(asked));
      await eventually("the rehearsal is over", () => words.includes("rehearsed"), START_MS);
      assert.deepEqual(await planner.plan({ ...asked }, never), schedule(asked));
      assert.deepEqual(words, ["ready", "in the midst of it", "rehearsed"]);
    } finally {
      await planner.close();
    }
  });

  it("ends by itself, and makes the same plan after that", async () => {
    const { words, planner } = watched("controller/planner-thread.ts");
    try {
      await eventually("it is over", () => words.includes("rehearsed"), 2 * START_MS);

      assert.deepEqual(await planner.plan(asked, never), schedule(asked));
    } finally {
      await planner.close();
    }
  });

  it("is not waited for when it is closed", async () => {
    const { words, planner } = watched("test/controller/planning/endless-rehearsal.ts");
    await eventually("the rehearsal has begun", () => words.length > 1, START_MS);
    await planner.close();

    assert.deepEqual(words, ["ready", "in the midst of it"]);
  });

  it("has a successor that rehearses, too, before it is asked", async () => {
    const { words, planner } = watched("test/controller/planning/odd-thread.ts");
    try {
      await assert.rejects(planner.plan(problem({ pods: [pod({ metadata: { name: "crash" } })] }), never));
      words.length = 0;
      await eventually("the next one has rehearsed", () => words.includes("rehearsed"), 2 * START_MS);

      assert.deepEqual(words, ["ready", "rehearsed"]);
    } finally {
      await planner.close();
    }
  });
});
