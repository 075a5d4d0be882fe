import type { CapacityBuffer, CapacityBufferStatus } from "../api/capacity-buffer";
import type { Finding } from "../api/conditions";
import { capacityBufferConditions, conditionOf, fails, holds, withFindings } from "../api/conditions";
import { isDeepEqual } from "../api/equality";
import { keyOf, type KubeObject } from "../api/kube-object";
import type { Reconciler } from "../runtime/reconciler";
import { after, done, watching } from "../runtime/reconciler";
import type { Window } from "../runtime/window";
import { provisioningOf } from "../simulation/buffer-outcome";
import { type Shape, shapeOf } from "../simulation/buffer-shape";
import { targetOf } from "./buffer-target";
import type { Context } from "./context";

/** How soon a workload's new size is seen, and how old the count of units on nodes may be. */
const AGAIN_MS = 30_000;

/**
 * Works out how many units a buffer keeps, and of what shape; the provisioner keeps them
 * (https://karpenter.sh/docs/concepts/capacitybuffers/). It is woken each time, so that it sees what pods have taken of
 * the buffer.
 */
export function capacityBufferStatus(
  { kube, clock, log }: Pick<Context, "kube" | "clock" | "log">,
  provisioning: Pick<Window, "trigger">,
): Reconciler<"CapacityBuffer"> {
  return {
    name: "capacitybuffer",
    kind: "CapacityBuffer",
    concurrency: 10,
    watches: [watching("PodTemplate", shapedAfter)],
    async reconcile(buffer) {
      const { deletionTimestamp, uid = "" } = buffer.metadata;
      if (deletionTimestamp !== undefined) return done;
      const target = targetOf({ kube }, buffer);
      const shape = shapeOf(buffer, target);
      await save(buffer, { ...statusOf(buffer, shape), ...referenceOf(buffer, target?.metadata.generation) }, shape);
      if (shape.because === "Resolved") provisioning.trigger(uid);
      return after(AGAIN_MS);
    },
  };

  function shapedAfter({ metadata: { name, namespace } }: KubeObject): readonly string[] {
    return kube
      .cached("CapacityBuffer")
      .list()
      .filter(({ metadata, spec }) => metadata.namespace === namespace && spec.podTemplateRef?.name === name)
      .map(keyOf);
  }

  async function save(buffer: CapacityBuffer, resolved: CapacityBufferStatus, shape: Shape): Promise<void> {
    const look = { set: capacityBufferConditions, now: clock.now() };
    const readiness = readinessOf(shape);
    const known = { ...buffer, status: { ...resolved, conditions: withFindings(buffer, [readiness], look) } };
    const provisioned = provisioningOf(known, undefined);
    const conditions = provisioned === undefined ? known.status.conditions : withFindings(known, [provisioned], look);
    const status: CapacityBufferStatus = { ...resolved, conditions };
    if (isDeepEqual(buffer.status, status)) return;
    sayWhenNew(buffer, readiness);
    const { resourceVersion } = buffer.metadata;
    await kube.patchStatus("CapacityBuffer", buffer.metadata, {
      metadata: { resourceVersion },
      status: { podTemplateRef: null, podTemplateGeneration: null, ...status },
    });
  }

  function sayWhenNew(buffer: CapacityBuffer, finding: Finding): void {
    if (finding.status !== "False" || conditionOf(buffer, finding.type)?.message === finding.message) return;
    const { reason, message: error } = finding;
    log.error("capacitybuffer cannot be kept", { CapacityBuffer: keyOf(buffer), reason, error });
  }
}

const readinessOf = (shape: Shape): Finding =>
  shape.because === "Resolved"
    ? holds("ReadyForProvisioning", "Resolved", `${shape.units} units are to be kept`)
    : fails("ReadyForProvisioning", shape.because, shape.message);

/** While a buffer cannot be told, its last number stays to be read. */
function statusOf({ spec, status }: CapacityBuffer, shape: Shape): CapacityBufferStatus {
  const replicas = shape.because === "Resolved" ? shape.units : status?.replicas;
  return {
    ...(spec.provisioningStrategy !== undefined && { provisioningStrategy: spec.provisioningStrategy }),
    ...(replicas !== undefined && { replicas }),
  };
}

/** Which PodTemplate was looked at, if it was one. */
function referenceOf(
  { spec: { podTemplateRef } }: CapacityBuffer,
  generation: number | undefined,
): CapacityBufferStatus {
  if (podTemplateRef === undefined || generation === undefined) return {};
  return { podTemplateRef, podTemplateGeneration: generation };
}
