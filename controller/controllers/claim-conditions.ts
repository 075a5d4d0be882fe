import type { Finding } from "../api/conditions";
import { nodeClaimConditions, withFindings } from "../api/conditions";
import type { NodeClaim } from "../api/node-claim";
import type { Context } from "./context";

/** The claim with a condition written into its status; nothing is sent. */
export function withClaimFinding(claim: NodeClaim, finding: Finding, now: number): NodeClaim {
  const conditions = withFindings(upToDate(claim), [finding], { set: nodeClaimConditions, now });
  return { ...claim, status: { ...claim.status, conditions } };
}

/** A claim's spec never changes: what was found about it still holds when its deletion raises the generation. */
function upToDate({ metadata, status, ...rest }: NodeClaim): NodeClaim {
  const { generation } = metadata;
  if (generation === undefined) return { ...rest, metadata, ...(status && { status }) };
  const conditions = (status?.conditions ?? []).map((each) => ({ ...each, observedGeneration: generation }));
  return { ...rest, metadata, status: { ...status, conditions } };
}

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
