import { conditionOf, unknown } from "../api/conditions";
import type { NodeClaim } from "../api/node-claim";
import { NotFoundError } from "../ports/errors";
import { noteOnClaim } from "./claim-conditions";
import type { Context } from "./context";
import { wordsOf } from "./failure-words";

type Needs = Pick<Context, "kube" | "cloud" | "clock">;

/**
 * Asks for the end of a machine; whether it is gone. Whoever waits for a claim to go looks at the claim, so a refusal
 * is written there before it is thrown.
 */
export async function isEnded(context: Needs, providerId: string, claim: NodeClaim | undefined): Promise<boolean> {
  try {
    await context.cloud.delete(providerId);
    return false;
  } catch (error) {
    if (error instanceof NotFoundError) return true;
    if (claim !== undefined) await sayWhy(context, claim, wordsOf(error));
    throw error;
  }
}

async function sayWhy(context: Needs, claim: NodeClaim, why: string): Promise<void> {
  if (conditionOf(claim, "InstanceTerminating")?.message === why) return;
  const fresh = await context.kube.get("NodeClaim", claim.metadata);
  if (fresh !== undefined) await noteOnClaim(context, fresh, unknown("InstanceTerminating", "TerminationFailed", why));
}
