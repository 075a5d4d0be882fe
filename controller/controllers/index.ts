import type { Singleton } from "../runtime/reconciler";
import type { AnyReconciler } from "../runtime/reconciler-loop";
import { capacityBlockExpiration } from "./capacity-block-expiration";
import { capacityBufferStatus } from "./capacity-buffer";
import { conditionReports } from "./condition-reports";
import type { Context } from "./context";
import { disruption } from "./disruption";
import { nodeClassHashing, nodePoolHashing } from "./drift-hash";
import { interruption } from "./interruption";
import { nodeClaimConsolidatable } from "./node-claim-consolidatable";
import { nodeClaimExpiration } from "./node-claim-expiration";
import { claimGarbage, machineGarbage } from "./node-claim-garbage";
import { nodeClaimLifecycle } from "./node-claim-lifecycle";
import { nodeClaimPodEvents } from "./node-claim-pod-events";
import { nodeClassStatus } from "./node-class-status";
import { nodeOverlayStatus } from "./node-overlay";
import { nodePoolStatus } from "./node-pool-status";
import { nodeTermination } from "./node-termination";
import { batchWindow, podProvisioning } from "./pod-provisioning";
import { reservationLoss } from "./reservation-loss";

/** Everything that the controller does: what runs for each object of a kind, and what runs in rounds. */
export function controllers(context: Context): {
  readonly reconcilers: readonly AnyReconciler[];
  readonly singletons: readonly Singleton[];
} {
  const { interruptionQueue, settings } = context;
  const window = batchWindow(context);
  return {
    reconcilers: [
      nodeClassStatus(context),
      nodeClassHashing(context),
      nodePoolStatus(context),
      nodePoolHashing(context),
      nodeClaimLifecycle(context),
      nodeClaimConsolidatable(context),
      nodeClaimExpiration(context),
      nodeClaimPodEvents(context),
      nodeTermination(context),
      ...(settings.featureGates.NodeOverlay ? [nodeOverlayStatus(context)] : []),
      ...(settings.featureGates.CapacityBuffer ? [capacityBufferStatus(context, window)] : []),
    ],
    singletons: [
      ...podProvisioning(context, window),
      disruption(context),
      claimGarbage(context),
      machineGarbage(context),
      ...(settings.featureGates.ReservedCapacity ? [reservationLoss(context), capacityBlockExpiration(context)] : []),
      ...(settings.disableClusterStateObservability ? [] : conditionReports(context)),
      ...(interruptionQueue === undefined ? [] : [interruption(context, interruptionQueue)]),
    ],
  };
}
