import assert from "node:assert/strict";
import { planAside } from "../../../bench/measure/event-loop-hold";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, pod, problem } from "#support/builders";

const asked = problem({
  pods: [pod(), pod()],
  pools: [choice(nodePool(), [instanceType("small", { cpu: 4, memoryGi: 16 })])],
});

/** What keeps the thread from everything else for about so long. */
function compute(ms: number): void {
  const until = process.threadCpuUsage().user + ms * 1000;
  while (process.threadCpuUsage().user < until);
}

describe("planAside", () => {
  it("has the very plan that the scheduler makes", async () => {
    const { plan } = await planAside(asked);

    assert.deepEqual(plan, schedule(asked));
  });

  it("notices what keeps the thread from its event loop", async () => {
    const planned = planAside(asked);
    const timer = setInterval(() => {
      compute(60);
    }, 10);
    const { heldMs } = await planned;
    clearInterval(timer);

    assert.ok(heldMs >= 60, `${heldMs} ms`);
  });
});
