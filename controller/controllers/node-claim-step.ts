import type { NodeClaim } from "../api/node-claim";
import type { Outcome } from "../runtime/reconciler";
import type { Context } from "./context";

/** What a step made of the claim, and when it wants to look again. */
export interface Progress {
  readonly claim: NodeClaim;
  readonly outcome: Outcome;
}

/** One step of the life of a claim. "given up" when the claim was deleted instead. */
export type Step = (context: Context) => (claim: NodeClaim) => Promise<Progress | "given up">;
