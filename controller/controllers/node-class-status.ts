import type { Finding } from "../api/conditions";
import { conditionOf, nodeClassConditions, removed, withFindings } from "../api/conditions";
import type { EC2NodeClass, EC2NodeClassStatus } from "../api/ec2-node-class";
import { isDeepEqual } from "../api/equality";
import { finalizers } from "../api/labels";
import type { Reconciler } from "../runtime/reconciler";
import { after, watching } from "../runtime/reconciler";
import type { Context } from "./context";
import { resolveParts, validationOf } from "./node-class-parts";
import { nodeClassTermination } from "./node-class-termination";

/**
 * Looks up what a class selects (images, subnets, security groups, instance profile, capacity reservations), writes it
 * into the class's status, and dry-runs a launch with it, so that what is wrong shows before a pod waits for it
 * (https://karpenter.sh/docs/concepts/nodeclasses/).
 */
export function nodeClassStatus(context: Context): Reconciler<"EC2NodeClass"> {
  const { kube, clock, log, nodeClasses, settings } = context;
  const set = nodeClassConditions(settings.featureGates);
  /** What an earlier controller with other gates said. */
  const outdated = settings.featureGates.ReservedCapacity ? [] : [removed("CapacityReservationsReady")];
  const terminate = nodeClassTermination(context);

  return {
    name: "nodeclass",
    kind: "EC2NodeClass",
    watches: [
      watching("NodeClaim", ({ spec, metadata }) =>
        metadata.deletionTimestamp === undefined ? [] : [spec.nodeClassRef.name],
      ),
    ],
    async reconcile(nodeClass) {
      if (nodeClass.metadata.deletionTimestamp !== undefined) return terminate(nodeClass);
      const current = await withFinalizer(nodeClass);
      const parts = await resolveParts(context, current);
      const status = parts.reduce<EC2NodeClassStatus>(
        (all, part) => ({ ...all, ...part.status }),
        current.status ?? {},
      );
      const verdict = await validationOf(nodeClasses, { ...current, status }, parts);
      await save(current, status, [...parts.map(({ finding }) => finding), verdict, ...outdated]);
      return after(Math.min(...parts.map(({ againMs }) => againMs)));
    },
  };

  async function withFinalizer(nodeClass: EC2NodeClass): Promise<EC2NodeClass> {
    const { name, resourceVersion, finalizers: held = [] } = nodeClass.metadata;
    if (held.includes(finalizers.nodeClass)) return nodeClass;
    return kube.patch(
      "EC2NodeClass",
      { name },
      {
        metadata: { resourceVersion, finalizers: [...held, finalizers.nodeClass] },
      },
    );
  }

  async function save(
    nodeClass: EC2NodeClass,
    resolved: EC2NodeClassStatus,
    findings: readonly Finding[],
  ): Promise<void> {
    const conditions = withFindings(nodeClass, findings, { set, now: clock.now() });
    const status: EC2NodeClassStatus = { ...resolved, conditions };
    if (isDeepEqual(nodeClass.status, status)) return;
    for (const finding of findings) sayWhenNew(nodeClass, finding);
    const { name, resourceVersion } = nodeClass.metadata;
    await kube.patchStatus("EC2NodeClass", { name }, { metadata: { resourceVersion }, status });
  }

  function sayWhenNew(nodeClass: EC2NodeClass, finding: Finding): void {
    if (finding.status === "removed" || finding.status === "True") return;
    if (conditionOf(nodeClass, finding.type)?.message === finding.message) return;
    log.error("nodeclass is not ready", {
      EC2NodeClass: nodeClass.metadata.name,
      condition: finding.type,
      reason: finding.reason,
      error: finding.message,
    });
  }
}
