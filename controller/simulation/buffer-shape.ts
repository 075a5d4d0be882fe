import { activeCapacity, type BufferTarget, type CapacityBuffer, scalableKinds } from "../api/capacity-buffer";
import type { PodTemplateSpec } from "../api/workloads";
import { unitsOf } from "./buffer-size";

/** What a buffer comes to, in the words of its condition `ReadyForProvisioning`. */
export type Shape =
  | { readonly because: "Resolved"; readonly template: PodTemplateSpec; readonly units: number }
  | {
      readonly because: "PodTemplateNotFound" | "ScalableRefNotFound" | "ResolutionFailed";
      readonly message: string;
    };

/** What a unit of the buffer is like and how many there should be, or why that cannot be told. */
export function shapeOf({ metadata, spec }: CapacityBuffer, target: BufferTarget | undefined): Shape {
  const objection = objectionTo(spec);
  if (objection !== undefined) return { because: "ResolutionFailed", message: objection };
  if (target === undefined) return notFound(metadata.namespace ?? "", spec);
  const { template, replicas } = target;
  if (template === undefined) return { because: "ResolutionFailed", message: `${nameOf(spec)} has no pod template` };
  return { because: "Resolved", template, units: unitsOf(spec, template.spec, replicas) };
}

type Spec = CapacityBuffer["spec"];

function objectionTo({ provisioningStrategy = activeCapacity, podTemplateRef, scalableRef }: Spec): string | undefined {
  if (provisioningStrategy !== activeCapacity) {
    return `spec.provisioningStrategy: ${JSON.stringify(provisioningStrategy)} is not known; ${activeCapacity} is`;
  }
  if (podTemplateRef !== undefined) return undefined;
  if (scalableRef === undefined) return "spec: neither podTemplateRef nor scalableRef is set";
  const { apiGroup = "", kind } = scalableRef;
  if (apiGroup === "apps" && scalableKinds.some((each) => each === kind)) return undefined;
  return `spec.scalableRef: must be one of ${scalableKinds.join(", ")} of API group apps, not ${kind} of "${apiGroup}"`;
}

const nameOf = ({ podTemplateRef, scalableRef }: Spec): string =>
  podTemplateRef === undefined
    ? `${scalableRef?.kind ?? ""} ${scalableRef?.name ?? ""}`
    : `PodTemplate ${podTemplateRef.name}`;

const notFound = (namespace: string, spec: Spec): Shape => ({
  because: spec.podTemplateRef === undefined ? "ScalableRefNotFound" : "PodTemplateNotFound",
  message: `${nameOf(spec)} does not exist in namespace ${namespace}`,
});
