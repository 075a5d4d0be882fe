import { taints } from "../api/labels";
import type { Pod } from "../api/pod";
import { isDoNotDisrupt, isMirror, isOwnedByDaemonSet, isTerminal, isTerminating, tolerates } from "../api/pod-state";

/** A pod that is still terminating this long after its time is beyond what draining can help. */
const STUCK_AFTER_MS = 60_000;

const criticalClasses: readonly (string | undefined)[] = ["system-cluster-critical", "system-node-critical"];

/** What draining a node comes to right now. */
export interface DrainStep {
  /** Pods to ask away through the eviction API, which heeds disruption budgets. */
  readonly evict: readonly Pod[];
  /** Pods to delete outright, because the deadline leaves no more time to ask. */
  readonly force: readonly { readonly pod: Pod; readonly gracePeriodSeconds: number }[];
  /** Every pod whose end is being waited for; none means drained. */
  readonly waiting: readonly Pod[];
}

/**
 * Who has to leave next. Tiers go one after another: ordinary pods, daemons, critical pods, critical daemons; a tier is
 * asked only when the one before it is empty. With a deadline (milliseconds since the epoch), pods that could not
 * finish in time otherwise are deleted with what time is left
 * (https://karpenter.sh/docs/concepts/disruption/#termination-controller).
 */
export function drainStep(pods: readonly Pod[], now: number, deadline?: number): DrainStep {
  const waiting = pods.filter((pod) => hasToLeave(pod) && !isStuck(pod, now));
  const late = deadline === undefined ? [] : waiting.filter((pod) => isLate(pod, { now, deadline }));
  const inTime = waiting.filter((pod) => !late.includes(pod));
  const tier = Math.min(...inTime.map(tierOf));
  return {
    waiting,
    force: late.map((pod) => ({ pod, gracePeriodSeconds: Math.max(1, Math.floor(((deadline ?? now) - now) / 1000)) })),
    evict: inTime.filter((pod) => tierOf(pod) === tier && !isTerminating(pod) && !isDoNotDisrupt(pod, now)),
  };
}

const hasToLeave = (pod: Pod): boolean =>
  !isTerminal(pod) && !isMirror(pod) && !tolerates(pod.spec.tolerations, taints.disrupted);

const isStuck = ({ metadata: { deletionTimestamp } }: Pod, now: number): boolean =>
  deletionTimestamp !== undefined && now > Date.parse(deletionTimestamp) + STUCK_AFTER_MS;

function isLate(
  { metadata, spec }: Pod,
  { now, deadline }: { readonly now: number; readonly deadline: number },
): boolean {
  if (metadata.deletionTimestamp !== undefined) return Date.parse(metadata.deletionTimestamp) > deadline;
  return now > deadline - (spec.terminationGracePeriodSeconds ?? 30) * 1000;
}

const tierOf = (pod: Pod): number =>
  2 * Number(criticalClasses.includes(pod.spec.priorityClassName)) + Number(isOwnedByDaemonSet(pod));
