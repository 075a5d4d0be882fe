import { type BufferTarget, type CapacityBuffer, type ScalableRef, scalableKinds } from "../api/capacity-buffer";
import type { Observation } from "../state/snapshot";
import type { Context } from "./context";

/** What a buffer refers to, as the caches show it. */
export function targetOf(
  { kube }: Pick<Context, "kube">,
  { metadata: { namespace = "" }, spec: { podTemplateRef, scalableRef } }: CapacityBuffer,
): BufferTarget | undefined {
  if (podTemplateRef !== undefined) return kube.cached("PodTemplate").get(`${namespace}/${podTemplateRef.name}`);
  return scalableRef && workload({ kube }, namespace, scalableRef);
}

function workload({ kube }: Pick<Context, "kube">, namespace: string, ref: ScalableRef): BufferTarget | undefined {
  const kind = ref.apiGroup === "apps" ? scalableKinds.find((each) => each === ref.kind) : undefined;
  const found = kind && kube.cached(kind).get(`${namespace}/${ref.name}`);
  if (found === undefined) return undefined;
  // Kubernetes' own default for a workload that does not say.
  const { replicas = 1, template } = found.spec ?? {};
  return { metadata: found.metadata, replicas, ...(template !== undefined && { template }) };
}

/** The buffers, where anybody keeps room for them. */
export const buffers = ({ kube, settings }: Pick<Context, "kube" | "settings">): Pick<Observation, "buffers"> =>
  settings.featureGates.CapacityBuffer
    ? {
        buffers: kube
          .cached("CapacityBuffer")
          .list()
          .map((buffer) => ({ buffer, target: targetOf({ kube }, buffer) })),
      }
    : {};
