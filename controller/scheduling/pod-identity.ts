import type { Labels } from "../api/kube-object";
import type { Pod, PodSpec } from "../api/pod";
import type { Problem } from "./problem";

/** The part of a pod that topology terms of other pods look at. */
export type PodIdentity = Pick<Pod, "metadata">;

export const namespaceOf = ({ metadata }: PodIdentity): string => metadata.namespace ?? "default";

/** Whether the pod has rules about other pods. */
export const hasTopology = ({ affinity, topologySpreadConstraints }: PodSpec): boolean =>
  (topologySpreadConstraints?.length ?? 0) > 0 ||
  affinity?.podAffinity !== undefined ||
  affinity?.podAntiAffinity !== undefined;

/** Whether the pod may keep others away from where it runs. */
export const repels = ({ spec }: Pod): boolean => spec.affinity?.podAntiAffinity !== undefined;

/** Labels by which the topology terms of a problem tell pods apart. */
export function labelKeysIn({ pods, nodes }: Problem): readonly string[] {
  const repelling = nodes.flatMap((node) => node.pods.filter(repels));
  return [...new Set([...pods, ...repelling].flatMap(labelKeysOf))].sort();
}

function labelKeysOf({ spec }: Pod): readonly string[] {
  if (!hasTopology(spec)) return [];
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const podTerms = [podAffinity, podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((each) => each.podAffinityTerm),
  ]);
  return [...(spec.topologySpreadConstraints ?? []), ...podTerms].flatMap((term) => [
    ...Object.keys(term.labelSelector?.matchLabels ?? {}),
    ...(term.labelSelector?.matchExpressions ?? []).map(({ key }) => key),
    ...(term.matchLabelKeys ?? []),
    ...("mismatchLabelKeys" in term ? (term.mismatchLabelKeys ?? []) : []),
  ]);
}

/** Equal for pods that no term can tell apart. */
export function identityKey({ metadata }: PodIdentity, labelKeys: readonly string[]): string {
  if (labelKeys.length === 0) return "";
  let key = metadata.namespace ?? "default";
  const own: Labels = metadata.labels ?? {};
  for (const label of labelKeys) {
    const value = own[label];
    key += value === undefined ? "|" : `|=${value}`;
  }
  return key;
}
