import { holds, isTrue, unknown } from "../api/conditions";
import { labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import type { Machine } from "../ports/cloud";
import { CreateError, InsufficientCapacityError, NodeClassNotReadyError } from "../ports/errors";
import { done } from "../runtime/reconciler";
import { noteOnClaim, withClaimFinding } from "./claim-conditions";
import type { Context } from "./context";
import { countDisrupted } from "./node-claim-metrics";
import type { Progress } from "./node-claim-step";
import { liveness } from "./node-claim-liveness";
import { typesUnderOverlays } from "./overlaid-types";
import { wordsOf } from "./failure-words";

/** Launches the machine of a claim that has none yet (https://karpenter.sh/docs/concepts/nodeclaims/). */
export function launch(context: Pick<Context, "kube" | "cloud" | "clock" | "log" | "events" | "metrics" | "settings">) {
  const { kube, cloud, clock, log, events, metrics } = context;
  const giveUpInTime = liveness(context);

  return async (claim: NodeClaim): Promise<Progress | "given up"> => {
    if (isTrue(claim, "Launched")) return { claim, outcome: done };
    try {
      return { claim: await launched(claim), outcome: done };
    } catch (error) {
      if (error instanceof InsufficientCapacityError) return giveUp(claim, "insufficient_capacity", error);
      if (error instanceof NodeClassNotReadyError) return giveUp(claim, "nodeclass_not_ready", error);
      if ((await giveUpInTime(claim)) === "given up") return "given up";
      await say(claim, error);
      throw error;
    }
  };

  async function launched(claim: NodeClaim): Promise<NodeClaim> {
    const nodeClass = kube.cached("EC2NodeClass").get(claim.spec.nodeClassRef.name);
    if (nodeClass === undefined || nodeClass.metadata.deletionTimestamp !== undefined) {
      throw new InsufficientCapacityError(
        `EC2NodeClass ${claim.spec.nodeClassRef.name} ${nodeClass === undefined ? "does not exist" : "is being deleted"}`,
      );
    }
    const machine = await cloud.create(claim, nodeClass, await typesUnderOverlays(context, claim));
    log.info("launched nodeclaim", {
      NodeClaim: claim.metadata.name,
      "provider-id": machine.providerId,
      "instance-type": machine.instanceType,
      zone: machine.zone,
      "capacity-type": machine.capacityType,
      allocatable: machine.allocatable,
    });
    return withMachine(await remember(claim, machine), machine, clock.now());
  }

  /** Written at once and whoever wrote the claim meanwhile, since a machine that no claim names is lost. */
  function remember({ metadata: { name } }: NodeClaim, machine: Machine): Promise<NodeClaim> {
    const { providerId: providerID, imageId: imageID, capacity, allocatable } = machine;
    return kube.patchStatus("NodeClaim", { name }, { status: { providerID, imageID, capacity, allocatable } });
  }

  async function giveUp(claim: NodeClaim, reason: string, error: Error): Promise<"given up"> {
    const event = reason === "insufficient_capacity" ? "InsufficientCapacityError" : "NodeClassNotReady";
    events.publish({
      about: { kind: "NodeClaim", metadata: claim.metadata },
      type: "Warning",
      reason: event,
      message: `NodeClaim ${claim.metadata.name}: ${error.message}`,
    });
    log.error("failed launching nodeclaim", { NodeClaim: claim.metadata.name, error: error.message });
    await kube.delete("NodeClaim", claim.metadata);
    countDisrupted(metrics, claim, { reason });
    return "given up";
  }

  /** Puts the reason where `kubectl get nodeclaim` shows it; the caller's back-off tries again. */
  async function say(claim: NodeClaim, error: unknown): Promise<void> {
    const reason = error instanceof CreateError ? error.reason : "LaunchFailed";
    await noteOnClaim({ kube, clock }, claim, unknown("Launched", reason, wordsOf(error)));
  }
}

function withMachine(claim: NodeClaim, machine: Machine, now: number): NodeClaim {
  const launched = withClaimFinding(claim, holds("Launched"), now);
  return {
    ...launched,
    metadata: {
      ...claim.metadata,
      labels: { ...machine.labels, [labels.capacityType]: machine.capacityType, ...claim.metadata.labels },
      annotations: { ...claim.metadata.annotations, ...machine.annotations },
    },
  };
}
