import { isDeepEqual } from "../api/equality";
import { finalizers } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import type { Outcome, Reconciler } from "../runtime/reconciler";
import { after, done, watching } from "../runtime/reconciler";
import type { Context } from "./context";
import { initialization } from "./node-claim-initialization";
import { launch } from "./node-claim-launch";
import { liveness } from "./node-claim-liveness";
import { registration } from "./node-claim-registration";
import type { Step } from "./node-claim-step";
import { termination } from "./node-claim-termination";

const sequence: readonly Step[] = [launch, registration, initialization, liveness];

/**
 * Leads a claim from nothing to a node that takes pods: launched, registered, initialized, and given up when it takes
 * too long; then, once deleted, to nothing again. Every step reads what is and can be repeated after a crash.
 */
export function nodeClaimLifecycle(context: Context): Reconciler<"NodeClaim"> {
  const { kube, lookups } = context;
  const steps = sequence.map((step) => step(context));
  const terminate = termination(context);

  return {
    name: "nodeclaim.lifecycle",
    kind: "NodeClaim",
    concurrency: 100,
    watches: [
      watching("Node", ({ spec }) =>
        lookups.claimsByProviderId.get(spec.providerID ?? "").map(({ metadata }) => metadata.name),
      ),
    ],
    async reconcile(claim) {
      if (claim.metadata.deletionTimestamp !== undefined) return terminate(claim);

      let current = await withFinalizer(claim);
      let soonest: Outcome = done;
      for (const step of steps) {
        const progress = await step(current);
        if (progress === "given up") return done;
        current = progress.claim;
        soonest = sooner(soonest, progress.outcome);
      }
      await save(claim, current);
      return soonest;
    },
  };

  async function withFinalizer(claim: NodeClaim): Promise<NodeClaim> {
    const held = claim.metadata.finalizers ?? [];
    if (held.includes(finalizers.termination)) return claim;
    return kube.patch("NodeClaim", claim.metadata, {
      metadata: { resourceVersion: claim.metadata.resourceVersion, finalizers: [...held, finalizers.termination] },
    });
  }

  /**
   * Status last: a claim that says Launched has its labels. What others wrote meanwhile ends it with a ConflictError.
   */
  async function save(before: NodeClaim, { metadata, status }: NodeClaim): Promise<void> {
    const { name, labels, annotations } = metadata;
    let { resourceVersion } = metadata;
    if (!isDeepEqual([before.metadata.labels, before.metadata.annotations], [labels, annotations])) {
      const saved = await kube.patch("NodeClaim", { name }, { metadata: { resourceVersion, labels, annotations } });
      resourceVersion = saved.metadata.resourceVersion;
    }
    if (isDeepEqual(before.status, status)) return;
    await kube.patchStatus("NodeClaim", { name }, { metadata: { resourceVersion }, status });
  }
}

const sooner = (a: Outcome, b: Outcome): Outcome => {
  if (a.after === undefined) return b;
  return b.after === undefined ? a : after(Math.min(a.after, b.after));
};
