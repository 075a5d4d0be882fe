import { holds, isTrue } from "../api/conditions";
import { annotations, finalizers, labels } from "../api/labels";
import { parseDuration } from "../api/duration";
import type { NodeClaim } from "../api/node-claim";
import type { Outcome } from "../runtime/reconciler";
import { after, done } from "../runtime/reconciler";
import { noteOnClaim } from "./claim-conditions";
import type { Context } from "./context";
import { isEnded } from "./machine-end";
import { poolOf } from "./node-claim-metrics";

const INSTANCE_POLL_MS = 5_000;

/**
 * Takes a deleted claim apart: its nodes first, which drain, then its machine, and only when both are gone the
 * finalizer. A machine that was launched is never forgotten, whatever happens in between.
 */
export function termination(context: Pick<Context, "kube" | "cloud" | "clock" | "log" | "metrics" | "lookups">) {
  const { kube, log, lookups } = context;

  return async (deleted: NodeClaim): Promise<Outcome> => {
    if (!(deleted.metadata.finalizers ?? []).includes(finalizers.termination)) return done;
    const claim = await withDeadline(deleted);

    if (await hasNodes(claim)) return done;
    if (!(await isTerminated(claim))) return after(INSTANCE_POLL_MS);

    const { name, resourceVersion, finalizers: held = [] } = claim.metadata;
    await kube.patch(
      "NodeClaim",
      { name },
      {
        metadata: { resourceVersion, finalizers: held.filter((finalizer) => finalizer !== finalizers.termination) },
      },
    );
    log.info("deleted nodeclaim", { NodeClaim: name, "provider-id": claim.status?.providerID });
    report(context, claim);
    return done;
  };

  /** Asks for the deletion of its nodes. Their own finalizer drains them; their disappearance wakes this claim up. */
  async function hasNodes(claim: NodeClaim): Promise<boolean> {
    if (!isTrue(claim, "Registered")) return false;
    const nodes = lookups.nodesByProviderId.get(claim.status?.providerID ?? "");
    for (const { metadata } of nodes) if (metadata.deletionTimestamp === undefined) await kube.delete("Node", metadata);
    return nodes.length > 0;
  }

  /** The claim with the moment after which draining no longer waits, when it has a grace period. */
  async function withDeadline(claim: NodeClaim): Promise<NodeClaim> {
    const { terminationGracePeriod } = claim.spec;
    const { deletionTimestamp, annotations: present } = claim.metadata;
    if (terminationGracePeriod === undefined || deletionTimestamp === undefined) return claim;
    if (present?.[annotations.terminationTimestamp] !== undefined) return claim;
    const deadline = new Date(Date.parse(deletionTimestamp) + parseDuration(terminationGracePeriod));
    const stamp = { [annotations.terminationTimestamp]: deadline.toISOString().replace(/\.\d+Z$/, "Z") };
    return kube.patch("NodeClaim", claim.metadata, { metadata: { annotations: stamp } });
  }

  async function isTerminated(claim: NodeClaim): Promise<boolean> {
    const providerId = claim.status?.providerID;
    if (providerId === undefined) return true;
    if (await isEnded(context, providerId, claim)) return true;
    if (!isTrue(claim, "InstanceTerminating")) await noteOnClaim(context, claim, holds("InstanceTerminating"));
    return false;
  }
}

function report({ clock, metrics }: Pick<Context, "clock" | "metrics">, claim: NodeClaim): void {
  const { deletionTimestamp = "", labels: own } = claim.metadata;
  const nodepool = poolOf(claim);
  const seconds = (clock.now() - Date.parse(deletionTimestamp)) / 1000;
  metrics.count("karpenter_nodeclaims_terminated_total", {
    nodepool,
    capacity_type: own?.[labels.capacityType] ?? "",
    zone: own?.[labels.zone] ?? "",
  });
  metrics.observe("karpenter_nodeclaims_termination_duration_seconds", seconds, { nodepool });
}
