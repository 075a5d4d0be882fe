import { labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import type { Cloud, InterruptionKind, InterruptionMessage, InterruptionQueue } from "../ports/cloud";
import type { Singleton } from "../runtime/reconciler";
import { done } from "../runtime/reconciler";
import type { Context } from "./context";
import { countDisrupted } from "./node-claim-metrics";

interface Reaction {
  readonly event: string;
  readonly text: string;
  readonly drains: boolean;
}

/**
 * What each warning is called and whether the node must go
 * (https://karpenter.sh/docs/concepts/disruption/#interruption).
 */
const reactions: Readonly<Record<Exclude<InterruptionKind, "no_op">, Reaction>> = {
  spot_interrupted: { event: "SpotInterrupted", text: "EC2 takes the spot instance back in two minutes", drains: true },
  rebalance_recommendation: {
    event: "SpotRebalanceRecommendation",
    text: "EC2 expects to interrupt the instance",
    drains: false,
  },
  instance_stopped: { event: "InstanceStopping", text: "the instance is stopping", drains: true },
  instance_terminated: { event: "InstanceTerminating", text: "the instance is being terminated", drains: true },
  scheduled_change: { event: "InstanceUnhealthy", text: "AWS scheduled maintenance for the instance", drains: true },
  capacity_reservation_interrupted: {
    event: "CapacityReservationInstanceInterrupted",
    text: "EC2 takes the reserved capacity back",
    drains: true,
  },
};

type Needs = Pick<Context, "kube" | "cloud" | "clock" | "log" | "events" | "metrics" | "lookups">;

type Bought = Omit<Parameters<Cloud["markUnavailable"]>[0], "instanceType" | "zone">;

/** Empties the queue on which EC2 warns of interruptions, and lets go of the nodes they concern before EC2 does. */
export function interruption(context: Needs, queue: InterruptionQueue): Singleton {
  const { kube, cloud, clock, log, events, metrics, lookups } = context;

  return {
    name: "interruption",
    async run(signal) {
      const messages = await queue.receive(signal);
      const results = await Promise.allSettled(messages.map(handled));
      for (const result of results) if (result.status === "rejected") throw result.reason;
      return done;
    },
  };

  /** A message is taken off the queue only once it was acted on; otherwise it comes again. */
  async function handled(message: InterruptionMessage): Promise<void> {
    metrics.count("karpenter_interruption_received_messages_total", { message_type: message.kind });
    metrics.observe("karpenter_interruption_message_queue_duration_seconds", (clock.now() - message.sentAt) / 1000);
    if (message.kind !== "no_op") {
      const claims = message.instanceIds.flatMap((id) => lookups.claimsByInstanceId.get(id));
      for (const claim of claims) await react(claim, message.kind);
    }
    await queue.remove(message);
    metrics.count("karpenter_interruption_deleted_messages_total");
  }

  async function react(claim: NodeClaim, kind: Exclude<InterruptionKind, "no_op">): Promise<void> {
    const { event, text, drains } = reactions[kind];
    events.publish({
      about: { kind: "NodeClaim", metadata: claim.metadata },
      type: drains ? "Warning" : "Normal",
      reason: event,
      message: `NodeClaim ${claim.metadata.name}: ${text}`,
    });
    if (kind === "spot_interrupted") markUnavailable(claim, { capacityType: "spot" });
    if (kind === "capacity_reservation_interrupted") {
      const { [labels.reservationId]: reservationId } = claim.metadata.labels ?? {};
      if (reservationId !== undefined) markUnavailable(claim, { capacityType: "reserved", reservationId });
    }
    if (!drains || claim.metadata.deletionTimestamp !== undefined) return;

    log.info("initiating delete from interruption message", {
      NodeClaim: claim.metadata.name,
      Node: claim.status?.nodeName,
      messageKind: kind,
    });
    await kube.delete("NodeClaim", claim.metadata);
    events.publish({
      about: { kind: "NodeClaim", metadata: claim.metadata },
      type: "Warning",
      reason: "TerminatingOnInterruption",
      message: `NodeClaim ${claim.metadata.name} is drained and replaced: ${text}`,
    });
    countDisrupted(metrics, claim, { reason: kind });
  }

  function markUnavailable({ metadata }: NodeClaim, bought: Bought): void {
    const { [labels.instanceType]: instanceType, [labels.zone]: zone } = metadata.labels ?? {};
    if (instanceType === undefined || zone === undefined) return;
    cloud.markUnavailable({ instanceType, zone, ...bought });
  }
}
