import type { Finding } from "../api/conditions";
import { nodeClaimConditions, withFindings } from "../api/conditions";
import type { NodeClaim } from "../api/node-claim";
import type { Context } from "./context";

/** The claim with a condition written into its status; nothing is sent. */
export const withClaimFinding = (claim: NodeClaim, finding: Finding, now: number): NodeClaim => ({
  ...claim,
  status: { ...claim.status, conditions: withFindings(claim, [finding], { set: nodeClaimConditions, now }) },
});

/** Writes a condition on a claim. @throws ConflictError when somebody wrote the claim meanwhile. */
export async function noteOnClaim(
  { kube, clock }: Pick<Context, "kube" | "clock">,
  claim: NodeClaim,
  finding: Finding,
): Promise<void> {
  await kube.patchStatus("NodeClaim", claim.metadata, {
    metadata: { resourceVersion: claim.metadata.resourceVersion },
    status: { conditions: withClaimFinding(claim, finding, clock.now()).status?.conditions },
  });
}
