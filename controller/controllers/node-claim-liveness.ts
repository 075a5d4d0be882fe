import { isTrue, turnedAt } from "../api/conditions";
import type { NodeClaim } from "../api/node-claim";
import { after, done } from "../runtime/reconciler";
import type { Context } from "./context";
import { countDisrupted } from "./node-claim-metrics";
import type { Progress } from "./node-claim-step";

/**
 * How long each stage may take before the claim is given up and its pods are planned anew
 * (https://karpenter.sh/docs/concepts/nodeclaims/).
 */
const stages = [
  { condition: "Launched", withinMs: 5 * 60_000, reason: "launch_timeout" },
  { condition: "Registered", withinMs: 15 * 60_000, reason: "registration_timeout" },
] as const;

/** Gives up on machines that never launch or never join. */
export function liveness({ kube, clock, log, metrics }: Pick<Context, "kube" | "clock" | "log" | "metrics">) {
  return async (claim: NodeClaim): Promise<Progress | "given up"> => {
    const stage = stages.find(({ condition }) => !isTrue(claim, condition));
    if (stage === undefined) return { claim, outcome: done };

    const since = turnedAt(claim, stage.condition) ?? Date.parse(claim.metadata.creationTimestamp ?? "");
    const left = since + stage.withinMs - clock.now();
    if (left > 0) return { claim, outcome: after(left) };

    log.error("giving up on nodeclaim", {
      NodeClaim: claim.metadata.name,
      "provider-id": claim.status?.providerID,
      reason: stage.reason,
      waited: `${stage.withinMs / 60_000}m`,
    });
    await kube.delete("NodeClaim", claim.metadata);
    countDisrupted(metrics, claim, { reason: stage.reason });
    return "given up";
  };
}
