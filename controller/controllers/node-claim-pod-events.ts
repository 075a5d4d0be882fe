import type { Kinds } from "../api/kinds";
import { isOwnedByDaemonSet, isTerminal, isTerminating } from "../api/pod-state";
import type { Pod } from "../api/pod";
import type { Reconciler } from "../runtime/reconciler";
import { done } from "../runtime/reconciler";
import type { Context } from "./context";

/** Events closer together than this are one; it bounds how often a busy claim is written. */
const DEDUPE_MS = 10_000;

/**
 * Writes on the claim when a pod last came to its node or left it, which is what `consolidateAfter` counts from.
 * Daemons do not count (https://karpenter.sh/docs/concepts/disruption/#consolidation).
 */
export function nodeClaimPodEvents({
  kube,
  clock,
  lookups,
}: Pick<Context, "kube" | "clock" | "lookups">): Reconciler<"Pod"> {
  return {
    name: "nodeclaim.podevents",
    kind: "Pod",
    concurrency: 20,
    async reconcile(pod) {
      const at = lastMove(pod);
      const claim = at === undefined ? undefined : claimUnder(pod);
      if (at === undefined || claim === undefined) return done;
      const known = Date.parse(claim.status?.lastPodEventTime ?? "1970-01-01T00:00:00Z");
      if (at < known + DEDUPE_MS) return done;

      const lastPodEventTime = new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
      await kube.patchStatus("NodeClaim", claim.metadata, { status: { lastPodEventTime } });
      return done;
    },
  };

  /** When the pod was last bound, finished or told to go; undefined for pods that do not count. */
  function lastMove(pod: Pod): number | undefined {
    if (pod.spec.nodeName === undefined || isOwnedByDaemonSet(pod)) return undefined;
    if (isTerminating(pod)) return Math.min(Date.parse(pod.metadata.deletionTimestamp ?? ""), clock.now());
    const turned = isTerminal(pod) ? "Ready" : "PodScheduled";
    const condition = pod.status?.conditions?.find(({ type }) => type === turned);
    return condition?.lastTransitionTime === undefined ? clock.now() : Date.parse(condition.lastTransitionTime);
  }

  function claimUnder({ spec }: Pod): Kinds["NodeClaim"] | undefined {
    const node = kube.cached("Node").get(spec.nodeName ?? "");
    const [claim] = lookups.claimsByProviderId.get(node?.spec.providerID ?? "");
    return claim;
  }
}
