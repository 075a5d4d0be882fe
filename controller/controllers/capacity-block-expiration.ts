import { labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import { isTerminating } from "../api/pod-state";
import type { Singleton } from "../runtime/reconciler";
import { after } from "../runtime/reconciler";
import type { Context } from "./context";
import { countDisrupted } from "./node-claim-metrics";

const EVERY_MS = 60_000;

/**
 * Lets go of the nodes in capacity blocks that are about to end, before EC2 terminates their machines
 * (https://karpenter.sh/docs/tasks/odcrs/).
 */
export function capacityBlockExpiration({
  kube,
  log,
  events,
  metrics,
}: Pick<Context, "kube" | "log" | "events" | "metrics">): Singleton {
  return {
    name: "capacityreservation.expiration",
    async run() {
      const expiring = expiringIds();
      for (const claim of kube.cached("NodeClaim").list()) {
        if (isTerminating(claim)) continue;
        const { [labels.reservationId]: id = "" } = claim.metadata.labels ?? {};
        if (expiring.has(id)) await letGo(claim, id);
      }
      return after(EVERY_MS);
    },
  };

  function expiringIds(): ReadonlySet<string> {
    const classes = kube.cached("EC2NodeClass").list();
    const reservations = classes.flatMap(({ status }) => status?.capacityReservations ?? []);
    return new Set(reservations.filter(({ state }) => state === "expiring").map(({ id }) => id));
  }

  async function letGo(claim: NodeClaim, id: string): Promise<void> {
    await kube.delete("NodeClaim", claim.metadata);
    log.info("disrupting nodeclaim in an expiring capacity block", {
      NodeClaim: claim.metadata.name,
      "capacity-reservation-id": id,
    });
    events.publish({
      about: { kind: "NodeClaim", metadata: claim.metadata },
      type: "Warning",
      reason: "CapacityReservationExpiring",
      message: `NodeClaim ${claim.metadata.name}: capacity block ${id} is about to end`,
    });
    countDisrupted(metrics, claim, { reason: "capacity_reservation_expiring" });
  }
}
