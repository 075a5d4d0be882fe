import type { Labels } from "../api/kube-object";
import type { Pod, PodAffinity, PodAffinityTerm, PodSpec } from "../api/pod";
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

/** Labels by which the topology terms of a problem tell pods apart; undefined where there are no such terms. */
export type LabelKeys = readonly string[] | undefined;

export function labelKeysIn({ pods, nodes }: Problem): LabelKeys {
  const repelling = nodes.flatMap((node) => node.pods.filter(repels));
  const tied = [...pods, ...repelling].filter(({ spec }) => hasTopology(spec));
  if (tied.length === 0) return undefined;
  const keys = new Set<string>();
  for (const { spec } of tied) noteLabelKeys(spec, keys);
  return [...keys].sort();
}

/** Loops, since every pod comes by here on each pass. */
function noteLabelKeys({ affinity, topologySpreadConstraints = [] }: PodSpec, keys: Set<string>): void {
  for (const spread of topologySpreadConstraints) noteTerm(spread, keys);
  noteTerms(affinity?.podAffinity, keys);
  noteTerms(affinity?.podAntiAffinity, keys);
}

function noteTerms(rules: PodAffinity = {}, keys: Set<string>): void {
  for (const term of rules.requiredDuringSchedulingIgnoredDuringExecution ?? []) noteTerm(term, keys);
  for (const { podAffinityTerm } of rules.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    noteTerm(podAffinityTerm, keys);
}

type Term = Pick<PodAffinityTerm, "labelSelector" | "matchLabelKeys" | "mismatchLabelKeys">;

function noteTerm({ labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: Term, keys: Set<string>): void {
  for (const key in labelSelector?.matchLabels) keys.add(key);
  for (const { key } of labelSelector?.matchExpressions ?? []) keys.add(key);
  for (const key of matchLabelKeys) keys.add(key);
  for (const key of mismatchLabelKeys) keys.add(key);
}

/** Equal for pods that no term can tell apart. */
export function identityKey({ metadata }: PodIdentity, labelKeys: LabelKeys): string {
  if (labelKeys === undefined) return "";
  let key = metadata.namespace ?? "default";
  const own: Labels = metadata.labels ?? {};
  for (const label of labelKeys) {
    const value = own[label];
    key += value === undefined ? "|" : `|=${value}`;
  }
  return key;
}
