import { conditionOf, holds, isTrue, removed, turnedAt } from "../api/conditions";
import { parseDuration } from "../api/duration";
import type { NodeClaim } from "../api/node-claim";
import type { Reconciler } from "../runtime/reconciler";
import { after, done, watching } from "../runtime/reconciler";
import { noteOnClaim } from "./claim-conditions";
import type { Context } from "./context";
import { poolOf } from "./node-claim-metrics";

const MARK = "Consolidatable";

/**
 * Marks a claim Consolidatable once no pod has come or gone for its pool's `consolidateAfter`, and takes the mark back
 * when one does (https://karpenter.sh/docs/concepts/disruption/#consolidation).
 */
export function nodeClaimConsolidatable({
  kube,
  clock,
  lookups,
}: Pick<Context, "kube" | "clock" | "lookups">): Reconciler<"NodeClaim"> {
  return {
    name: "nodeclaim.disruption",
    kind: "NodeClaim",
    watches: [
      watching("NodePool", ({ metadata }) =>
        lookups.claimsByPool.get(metadata.name).map((claim) => claim.metadata.name),
      ),
    ],
    async reconcile(claim) {
      if (claim.metadata.deletionTimestamp !== undefined) return done;
      const left = timeLeft(claim);
      if (left === undefined || left > 0) {
        if (conditionOf(claim, MARK) !== undefined) await noteOnClaim({ kube, clock }, claim, removed(MARK));
        return left === undefined || left === Infinity ? done : after(left);
      }
      if (!isTrue(claim, MARK)) await noteOnClaim({ kube, clock }, claim, holds(MARK));
      return done;
    },
  };

  /** Until the claim may be consolidated; undefined when it never may. */
  function timeLeft(claim: NodeClaim): number | undefined {
    const pool = kube.cached("NodePool").get(poolOf(claim));
    if (pool === undefined || pool.spec.replicas !== undefined || !isTrue(claim, "Initialized")) return undefined;
    return quietSince(claim, clock.now()) + parseDuration(pool.spec.disruption?.consolidateAfter ?? "0s") - clock.now();
  }
}

/** Since when no pod has come or gone. */
function quietSince(claim: NodeClaim, now: number): number {
  const { lastPodEventTime } = claim.status ?? {};
  return lastPodEventTime === undefined ? (turnedAt(claim, "Initialized") ?? now) : Date.parse(lastPodEventTime);
}
