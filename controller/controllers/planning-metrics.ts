import type { Pod } from "../api/pod";
import { isProvisionable } from "../api/pod-state";
import type { Cache } from "../ports/kube";
import type { Plan } from "../scheduling/plan";
import type { Problem } from "../scheduling/problem";
import { effectiveZone } from "../scheduling/effective-zone";
import { VolumeMap } from "../scheduling/volumes";
import { realPart } from "../simulation/buffer-outcome";
import { realOnly } from "../simulation/virtual-pods";
import { uidOf } from "./claim-creation";
import type { Context } from "./context";

const controller = "provisioner";

interface Parts extends Pick<Context, "clock" | "metrics"> {
  /** Of pods. */
  readonly cache: Pick<Cache<Pod>, "subscribe">;
}

/** Solves a problem, and measures it. */
type Measured = (problem: Problem, solve: () => Promise<Plan>) => Promise<Plan>;

/** Measures the making of plans: how long it takes, for how many pods, in which zones, and how long each pod waited for it. */
export function planningMetrics(parts: Parts): Measured {
  const { clock, metrics } = parts;
  const decided = decisionTimes(parts);
  let rounds = 0;

  return async (problem: Problem, solve: () => Promise<Plan>): Promise<Plan> => {
    const startedAt = clock.now();
    const labels = { controller, scheduling_id: String(++rounds) };
    metrics.forget("karpenter_scheduler_queue_depth");
    metrics.set("karpenter_scheduler_queue_depth", problem.pods.length, labels);
    const { byZone, ignored } = pendingPods(problem);
    metrics.set("karpenter_scheduler_ignored_pods_count", ignored);
    metrics.forget("karpenter_scheduler_pending_pods_by_effective_zone_count");
    for (const [zone, count] of byZone)
      metrics.set("karpenter_scheduler_pending_pods_by_effective_zone_count", count, { controller, zone });

    const plan = await solve();
    const seconds = (clock.now() - startedAt) / 1000;
    metrics.observe("karpenter_scheduler_scheduling_duration_seconds", seconds, { controller });
    metrics.set("karpenter_scheduler_queue_depth", plan.unschedulable.length + plan.deferred.length, labels);
    const real = realPart(plan).unschedulable.length;
    metrics.set("karpenter_scheduler_unschedulable_pods_count", real, { controller });
    const deferred = new Set(plan.deferred);
    decided(problem.pods.filter((pod) => !deferred.has(pod)));
    return plan;
  };
}

interface PendingPods {
  /** By the zone that they can go to. */
  readonly byZone: ReadonlyMap<string, number>;
  /** How many have volumes that nobody can mount yet, and so go nowhere. */
  readonly ignored: number;
}

function pendingPods({ pods, volumes }: Problem): PendingPods {
  const map = new VolumeMap(volumes);
  const zoneOf = zonesByDemand();
  const byZone = new Map<string, number>();
  let ignored = 0;
  for (const pod of realOnly(pods).filter(({ status }) => status?.phase === "Pending")) {
    const places = map.placesOf(pod);
    if ("refusal" in places) {
      ignored += 1;
      continue;
    }
    const zone = zoneOf(pod, places.alternatives);
    byZone.set(zone, (byZone.get(zone) ?? 0) + 1);
  }
  return { byZone, ignored };
}

/** Most pods that wait are copies of a few: without volumes, what they insist on decides. */
function zonesByDemand(): typeof effectiveZone {
  const known = new Map<string, string>();
  return (pod, places) => {
    const { nodeSelector, affinity, volumes = [] } = pod.spec;
    if (volumes.length > 0) return effectiveZone(pod, places);
    const key = JSON.stringify([nodeSelector, affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution]);
    const zone = known.get(key) ?? effectiveZone(pod, places);
    known.set(key, zone);
    return zone;
  };
}

/** From the moment a pod is first seen waiting to the first plan that it was part of, whatever became of it; once for each pod. */
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
