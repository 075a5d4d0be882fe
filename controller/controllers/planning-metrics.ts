import type { Pod } from "../api/pod";
import { isProvisionable } from "../api/pod-state";
import type { Cache } from "../ports/kube";
import type { MetricLabels } from "../ports/metrics";
import type { Plan } from "../scheduling/plan";
import type { Problem } from "../scheduling/problem";
import { VolumeMap } from "../scheduling/volumes";
import { realPart } from "../simulation/buffer-outcome";
import { realOnly } from "../simulation/virtual-pods";
import { uidOf } from "./claim-creation";
import type { Context } from "./context";

const controller = "provisioner";
const TELL_AGE_EVERY_MS = 1_000;

interface Parts extends Pick<Context, "clock" | "metrics"> {
  /** Of pods. */
  readonly cache: Pick<Cache<Pod>, "subscribe">;
}

/** Solves a problem, and measures it. */
type Measured = (problem: Problem, solve: () => Promise<Plan>) => Promise<Plan>;

/**
 * Measures the making of plans: how long it takes, for how many pods, in which zones, and how long each pod waited for
 * it.
 */
export function planningMetrics(parts: Parts): Measured {
  const { clock, metrics } = parts;
  const decided = decisionTimes(parts);
  let rounds = 0;

  return async (problem: Problem, solve: () => Promise<Plan>): Promise<Plan> => {
    const startedAt = clock.now();
    const labels = { controller, scheduling_id: String(++rounds) };
    metrics.forget("karpenter_scheduler_queue_depth");
    metrics.set("karpenter_scheduler_queue_depth", problem.pods.length, labels);
    metrics.set("karpenter_scheduler_ignored_pods_count", ignoredPods(problem));

    const plan = await unfinished(solve, labels);
    const seconds = (clock.now() - startedAt) / 1000;
    metrics.observe("karpenter_scheduler_scheduling_duration_seconds", seconds, { controller });
    metrics.set("karpenter_scheduler_queue_depth", plan.unschedulable.length + plan.deferred.length, labels);
    const real = realPart(plan).unschedulable.length;
    metrics.set("karpenter_scheduler_unschedulable_pods_count", real, { controller });
    tellZones(plan);
    const deferred = new Set(plan.deferred);
    decided(problem.pods.filter((pod) => !deferred.has(pod)));
    return plan;
  };

  /** Tells how old a plan is that is still being made, so that one which never comes to an end is seen. */
  async function unfinished<T>(work: () => Promise<T>, labels: MetricLabels): Promise<T> {
    const over = new AbortController();
    void tellAge(labels, over.signal);
    try {
      return await work();
    } finally {
      over.abort();
      metrics.forget("karpenter_scheduler_unfinished_work_seconds");
    }
  }

  async function tellAge(labels: MetricLabels, over: AbortSignal): Promise<void> {
    for (const startedAt = clock.now(); !over.aborted;) {
      metrics.set("karpenter_scheduler_unfinished_work_seconds", (clock.now() - startedAt) / 1000, labels);
      // An aborted sleep means that the plan is there.
      await clock.sleep(TELL_AGE_EVERY_MS, over).catch(() => undefined);
    }
  }

  function tellZones({ zones }: Plan): void {
    metrics.forget("karpenter_scheduler_pending_pods_by_effective_zone_count");
    for (const [zone, pods] of zones) {
      const count = realOnly(pods).filter(isPending).length;
      if (count === 0) continue;
      metrics.set("karpenter_scheduler_pending_pods_by_effective_zone_count", count, { controller, zone });
    }
  }
}

const isPending = ({ status }: Pod): boolean => status?.phase === "Pending";

/** How many pods have volumes that nobody can mount yet, and so go nowhere. */
function ignoredPods({ pods, volumes }: Problem): number {
  const map = new VolumeMap(volumes);
  return realOnly(pods).filter((pod) => isPending(pod) && "refusal" in map.placesOf(pod)).length;
}

/**
 * From the moment a pod is first seen waiting to the first plan that it was part of, whatever became of it; once for
 * each pod.
 */
function decisionTimes({ cache, clock, metrics }: Parts): (pods: readonly Pod[]) => void {
  /** Uid → since when, in milliseconds since the epoch; undefined once it was decided about. */
  const waiting = new Map<string, number | undefined>();
  cache.subscribe((_, pod, before) => {
    if (pod !== undefined && isProvisionable(pod)) {
      if (!waiting.has(uidOf(pod))) waiting.set(uidOf(pod), clock.now());
      return;
    }
    const gone = pod ?? before;
    if (gone !== undefined) waiting.delete(uidOf(gone));
  });
  return (pods: readonly Pod[]): void => {
    for (const uid of pods.map(uidOf)) {
      const since = waiting.get(uid);
      if (since === undefined) continue;
      metrics.observe("karpenter_pods_scheduling_decision_duration_seconds", (clock.now() - since) / 1000);
      waiting.set(uid, undefined);
    }
  };
}
