import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import { planningMetrics } from "#controller/controllers/planning-metrics";
import { Store } from "#controller/kube/store";
import { PlanningError } from "#controller/ports/errors";
import { PrometheusMetrics } from "#controller/runtime/prometheus";
import { schedule } from "#controller/scheduling/schedule";
import {
  choice,
  instanceType,
  nodePool,
  pod,
  podAsking,
  podOn,
  podsAsking,
  problem,
  testZones,
} from "#support/builders";
import { FakeClock } from "#support/fake-clock";
import { silentLog } from "#support/silence";

const pools = [choice(nodePool(), [instanceType("small", { cpu: 2, memoryGi: 8 })])];
const inZone = (zone: string): Pod => podAsking({ cpu: "1" }, { nodeSelector: { [labels.zone]: zone } });

class Round {
  readonly clock = new FakeClock(0);
  readonly cache = new Store<Pod>(silentLog);
  readonly metrics = new PrometheusMetrics();
  readonly #measured = planningMetrics(this);

  /** Plans for these pods, which takes a second and a half. */
  plan(...pods: readonly Pod[]): Promise<void> {
    return this.planPart(pods, []);
  }

  /** The same, but has no time for the second ones. */
  async planPart(pods: readonly Pod[], deferred: readonly Pod[]): Promise<void> {
    await this.#measured(problem({ pods: [...pods, ...deferred], pools }), async () => {
      await this.clock.advance(1_500);
      return { ...schedule(problem({ pods, pools })), deferred };
    });
  }

  /** Plans for a pod, while this happens. */
  async measuredWhile(act: () => Promise<void>): Promise<void> {
    const asked = problem({ pods: [pod()], pools });
    await this.#measured(asked, async () => {
      await act();
      return schedule(asked);
    });
  }

  /** What Prometheus gets of a metric: labels and value, or the value alone. */
  async read(name: string): Promise<readonly string[]> {
    const lines = (await this.metrics.expose()).split("\n");
    return lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length).trim());
  }
}

describe("the metrics of planning", () => {
  it("SCHED-028 tell how long a plan took", async () => {
    const round = new Round();
    await round.plan(...podsAsking(3, { cpu: "1" }));
    await round.plan(inZone("nowhere"));

    assert.deepEqual(await round.read("karpenter_scheduler_scheduling_duration_seconds_sum"), [
      '{controller="provisioner"} 3',
    ]);
    assert.deepEqual(await round.read("karpenter_scheduler_scheduling_duration_seconds_count"), [
      '{controller="provisioner"} 2',
    ]);
  });

  it("SCHED-028 tell how many pods wait, during and after, for the last plan alone", async () => {
    const round = new Round();
    const depth = "karpenter_scheduler_queue_depth";
    const planning = round.plan(inZone(testZones[0]), inZone("nowhere"));
    assert.deepEqual(await round.read(depth), ['{controller="provisioner",scheduling_id="1"} 2']);
    await planning;
    assert.deepEqual(await round.read(depth), ['{controller="provisioner",scheduling_id="1"} 1']);
    assert.deepEqual(await round.read("karpenter_scheduler_unschedulable_pods_count"), [
      '{controller="provisioner"} 1',
    ]);

    await round.plan(inZone(testZones[0]));
    assert.deepEqual(await round.read(depth), ['{controller="provisioner",scheduling_id="2"} 0']);
    assert.deepEqual(await round.read("karpenter_scheduler_unschedulable_pods_count"), [
      '{controller="provisioner"} 0',
    ]);
  });

  it("SCHED-028 tell once for each pod how long it waited for a decision", async () => {
    const round = new Round();
    const [waiting, displaced] = [pod(), podOn("leaving")];
    const sum = "karpenter_pods_scheduling_decision_duration_seconds_sum";
    round.cache.put(waiting);
    round.cache.put(displaced);
    await round.clock.advance(10_000);
    await round.plan(waiting, displaced);
    assert.deepEqual(await round.read(sum), ["11.5"]);

    await round.plan(waiting);
    assert.deepEqual(await round.read(sum), ["11.5"]);
    assert.deepEqual(await round.read("karpenter_pods_scheduling_decision_duration_seconds_count"), ["1"]);
  });

  it("SCHED-028 count pods that time did not suffice for as waiting still, and not as decided about", async () => {
    const round = new Round();
    const [decided, late] = [pod(), pod()];
    round.cache.put(decided);
    round.cache.put(late);
    await round.planPart([decided], [late]);
    assert.deepEqual(await round.read("karpenter_scheduler_queue_depth"), [
      '{controller="provisioner",scheduling_id="1"} 1',
    ]);
    assert.deepEqual(await round.read("karpenter_scheduler_unschedulable_pods_count"), [
      '{controller="provisioner"} 0',
    ]);
    assert.deepEqual(await round.read("karpenter_pods_scheduling_decision_duration_seconds_sum"), ["1.5"]);

    await round.plan(late);
    assert.deepEqual(await round.read("karpenter_pods_scheduling_decision_duration_seconds_sum"), ["4.5"]);
  });

  it("SCHED-028 forget pods that are gone", async () => {
    const round = new Round();
    const waiting = pod();
    round.cache.put(waiting);
    await round.clock.advance(10_000);
    round.cache.remove(`default/${waiting.metadata.name}`);
    round.cache.put(waiting);
    await round.plan(waiting);

    assert.deepEqual(await round.read("karpenter_pods_scheduling_decision_duration_seconds_sum"), ["1.5"]);
  });

  it("SCHED-029 tell how many pods wait for which zone, those of the last plan alone", async () => {
    const round = new Round();
    const zones = "karpenter_scheduler_pending_pods_by_effective_zone_count";
    const disk = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "none" } }] };
    const [a] = testZones;
    await round.plan(inZone(a), inZone(a), pod(), podOn("leaving"), podAsking({ cpu: "1" }, disk));
    assert.deepEqual(await round.read(zones), [
      `{controller="provisioner",zone="${a}"} 2`,
      '{controller="provisioner",zone="flexible"} 1',
    ]);
    assert.deepEqual(await round.read("karpenter_scheduler_ignored_pods_count"), ["1"]);

    await round.plan(pod());
    assert.deepEqual(await round.read(zones), ['{controller="provisioner",zone="flexible"} 1']);
  });

  it("SCHED-028 tell how long a plan has been in the making, and nothing once it is made", async () => {
    const round = new Round();
    const age = "karpenter_scheduler_unfinished_work_seconds";
    await round.measuredWhile(async () => {
      assert.deepEqual(await round.read(age), ['{controller="provisioner",scheduling_id="1"} 0']);
      await round.clock.advance(61_000);
      assert.deepEqual(await round.read(age), ['{controller="provisioner",scheduling_id="1"} 61']);
    });
    assert.deepEqual(await round.read(age), []);
  });

  it("tell nothing of a plan any more that failed", async () => {
    const round = new Round();
    const failed = round.measuredWhile(() => Promise.reject(new PlanningError("too large")));
    await assert.rejects(failed, PlanningError);
    await round.clock.advance(5_000);

    assert.deepEqual(await round.read("karpenter_scheduler_unfinished_work_seconds"), []);
  });
});
