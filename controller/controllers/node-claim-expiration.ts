import { parseDuration } from "../api/duration";
import type { Reconciler } from "../runtime/reconciler";
import { after, done } from "../runtime/reconciler";
import type { Context } from "./context";
import { countDisrupted } from "./node-claim-metrics";

/** Longest wait that timers take; a claim that lives longer is simply looked at again. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/**
 * Deletes a claim once it is older than its `expireAfter`, whatever runs on it; draining still honours budgets. Its
 * pods are planned elsewhere while it drains, as those of every node that leaves
 * (https://karpenter.sh/docs/concepts/disruption/#expiration).
 */
export function nodeClaimExpiration({
  kube,
  clock,
  log,
  metrics,
}: Pick<Context, "kube" | "clock" | "log" | "metrics">): Reconciler<"NodeClaim"> {
  return {
    name: "nodeclaim.expiration",
    kind: "NodeClaim",
    async reconcile(claim) {
      const { creationTimestamp = "", deletionTimestamp } = claim.metadata;
      if (deletionTimestamp !== undefined) return done;
      const expireAfterMs = parseDuration(claim.spec.expireAfter ?? "Never");
      if (expireAfterMs === Infinity) return done;

      const left = Date.parse(creationTimestamp) + expireAfterMs - clock.now();
      if (left > 0) return after(Math.min(left, LONGEST_WAIT_MS));

      await kube.delete("NodeClaim", claim.metadata);
      log.info("disrupting expired nodeclaim", { NodeClaim: claim.metadata.name, expireAfter: claim.spec.expireAfter });
      countDisrupted(metrics, claim, { reason: "expired" });
      return done;
    },
  };
}
