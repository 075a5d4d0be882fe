import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { ThreadPlanner } from "#controller/planning/thread-planner";
import type { ThreadPorts } from "#controller/planning/planning-thread";
import { PlanningError } from "#controller/ports/errors";
import type { LogFields } from "#controller/ports/log";
import type { Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, nodeState, pod, podOn, podsAsking, problem } from "#support/builders";
import { eventually } from "#support/eventually";
import { FakeClock } from "#support/fake-clock";
import { plannerIn } from "#support/planner-threads";
import { silentLog } from "#support/silence";

const { signal: never } = new AbortController();

/** A problem that makes the odd thread do this. */
const asking = (habit: string): Problem => problem({ pods: [pod({ metadata: { name: habit } })] });

describe("a planner in a thread", function () {
  this.timeout(120_000);

  describe("that schedules", () => {
    const planner = plannerIn("controller/planner-thread.ts");
    after(() => planner.close());

    const types = [
      instanceType("m5.large", { cpu: 2, memoryGi: 8 }),
      instanceType("m5.xlarge", { cpu: 4, memoryGi: 16 }),
    ];
    const node = nodeState({ pods: [podOn("node", { cpu: "2" })] });
    const each = problem({
      pods: [
        ...podsAsking(2, { cpu: "1" }),
        ...podsAsking(2_000, { cpu: "1500m" }),
        ...podsAsking(1_100, { cpu: "100" }),
      ],
      pools: [choice(nodePool(), types), choice(nodePool({ spec: { weight: 7 } }), types)],
      nodes: [node],
    });

    it("makes the plan that the scheduler makes, of the same pods, pools and types", async () => {
      const plan = await planner.plan(each, never);

      assert.deepEqual(plan, schedule(each));
      assert.ok(plan.newNodes.length > 100 && plan.unschedulable.length > 1_000 && plan.existing.size === 1);
      const known = new Set<object>([...each.pods, ...each.pools.map(({ pool }) => pool), ...types]);
      const used = [
        ...plan.newNodes.flatMap(({ pods, pool, instanceTypes }) => [...pods, pool, ...instanceTypes]),
        ...[...plan.existing.values()].flat(),
        ...plan.unschedulable.map(({ pod: left }) => left),
        ...[...plan.zones.values()].flat(),
      ];
      assert.ok(used.every((object) => known.has(object)));
    });

    it("sees what changed since, and solves what is asked at the same time one by one", async () => {
      const moved = { ...node, labels: { ...node.labels, [labels.zone]: "elsewhere" }, pods: [] };
      const [first, ...others] = each.pods;
      const changed = [each, { ...each, nodes: [moved] }, { ...each, pods: others }, each].map((one) => ({ ...one }));
      const plans = await Promise.all(changed.map((one) => planner.plan(one, never)));

      assert.ok(first);
      assert.deepEqual(
        plans,
        changed.map((one) => schedule(one)),
      );
    });
  });

  it("stops scheduling once a minute is over, and leaves the rest to the next plan", async () => {
    const clock = new FakeClock();
    const planner = plannerIn("controller/planner-thread.ts", { clock });
    const pods = podsAsking(2_000, { cpu: "1" });
    const pools = [choice(nodePool(), [instanceType("m5.large", { cpu: 2, memoryGi: 8 })])];
    try {
      const planned = planner.plan(problem({ pods, pools }), never);
      await clock.advance(60_000);
      const { newNodes, unschedulable, deferred } = await planned;

      const placed = newNodes.reduce((sum, node) => sum + node.pods.length, 0);
      assert.ok(deferred.length > 0);
      assert.deepEqual([placed + deferred.length, unschedulable], [2_000, []]);
      assert.ok(deferred.every((pod) => pods.includes(pod)));
    } finally {
      await planner.close();
    }
  });

  describe("that is odd", () => {
    const logged: (LogFields | undefined)[] = [];
    let planner: ThreadPlanner;
    afterEach(() => planner.close());

    function start(ports: Partial<ThreadPorts> = {}): void {
      const log = { ...silentLog, error: (_: string, fields?: LogFields) => logged.push(fields) };
      logged.length = 0;
      planner = plannerIn("test/controller/planning/odd-thread.ts", { log, ...ports });
    }
    const goesOn = async (): Promise<void> => {
      const { unschedulable } = await planner.plan(asking("well-behaved"), never);
      assert.deepEqual(
        unschedulable.map(({ pod: { metadata } }) => metadata.name),
        ["well-behaved"],
      );
    };

    for (const [habit, message] of [
      ["crash", /a pod like no other/],
      ["exit", /exited with code 3/],
    ] as const)
      it(`tells why it could not plan (${habit}), and starts anew`, async () => {
        start();
        await goesOn();

        await assert.rejects(planner.plan(asking(habit), never), (error) => {
          assert.ok(error instanceof PlanningError);
          assert.match(error.message, message);
          return true;
        });
        await goesOn();
      });

    it("needs no more memory than its share, says so, and starts anew", async () => {
      start({ memoryLimitBytes: 200 * 2 ** 20 });

      await assert.rejects(
        planner.plan(asking("greedy"), never),
        /more than the 80 MiB .* raise the controller's memory limit/,
      );
      await goesOn();
    });

    it("reports a thread that ends while nobody asks, and starts another", async () => {
      start();
      await planner.plan(asking("exits later"), never);
      await eventually("it is reported", () => logged.length > 0);

      assert.match((logged[0]?.["error"] as Error).message, /exited with code 3/);
      await goesOn();
    });

    it("drops a problem at once when it is told to, and starts anew", async () => {
      start();
      const stop = new AbortController();
      const planned = planner.plan(asking("deaf"), stop.signal);
      const next = planner.plan(asking("never reached"), stop.signal);
      const reason = new Error("leadership is lost");
      stop.abort(reason);

      await assert.rejects(planned, reason);
      await assert.rejects(next, reason);
      await goesOn();
    });

    it("takes what is placed once a minute is over", async () => {
      const clock = new FakeClock();
      start({ clock });
      const planned = planner.plan(asking("patient"), never);
      await clock.advance(59_999);
      assert.deepEqual(logged, []);
      await clock.advance(1);

      assert.equal((await planned).unschedulable.length, 1);
      assert.deepEqual(logged, [{ afterMs: 60_000 }]);
    });

    it("gives up a solver that does not look at the clock", async () => {
      const clock = new FakeClock();
      start({ clock });
      const planned = planner.plan(asking("deaf"), never);
      const refused = assert.rejects(planned, /given up after 65 s/);
      await clock.advance(65_000);

      await refused;
      await goesOn();
    });

    it("ends when it is closed, whatever it is at", async () => {
      start();
      const refused = assert.rejects(planner.plan(asking("deaf"), never), PlanningError);
      await planner.close();

      await refused;
      await assert.rejects(planner.plan(asking("too late"), never), PlanningError);
    });
  });
});
