import type { Labels, LabelSelector } from "#controller/api/kube-object";
import type { Pod, PodAffinityTerm, TopologySpreadConstraint } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import type { Namespace } from "#controller/api/workloads";
import { holds } from "./expression";

export const namespaceOf = ({ metadata }: Pod): string => metadata.namespace ?? "default";

/**
 * Which pods are meant: in these namespaces, with labels that meet all of these. Without expressions: no pod at all.
 */
export interface PodSelector {
  readonly namespaces: readonly string[] | "all";
  readonly expressions: readonly RequirementSpec[] | undefined;
}

/** An absent selector means nothing, an empty one everything. */
function expressionsOf(
  selector: LabelSelector | undefined,
  further: readonly RequirementSpec[],
): PodSelector["expressions"] {
  if (selector === undefined) return undefined;
  const exact = Object.entries(selector.matchLabels ?? {}).map(([key, value]): RequirementSpec => ({
    key,
    operator: "In",
    values: [value],
  }));
  return [...exact, ...(selector.matchExpressions ?? []), ...further];
}

/** Keys of the pod's own labels as further expressions; those it does not have are left out. */
const ownValues = (keys: readonly string[], operator: "In" | "NotIn", labels: Labels): readonly RequirementSpec[] =>
  keys.flatMap((key) => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]));

export function ofConstraint(constraint: TopologySpreadConstraint, pod: Pod): PodSelector {
  const own = ownValues(constraint.matchLabelKeys ?? [], "In", pod.metadata.labels ?? {});
  return { namespaces: [namespaceOf(pod)], expressions: expressionsOf(constraint.labelSelector, own) };
}

export function ofAffinityTerm(term: PodAffinityTerm, pod: Pod, namespaces: readonly Namespace[]): PodSelector {
  const labels = pod.metadata.labels ?? {};
  const own = [
    ...ownValues(term.matchLabelKeys ?? [], "In", labels),
    ...ownValues(term.mismatchLabelKeys ?? [], "NotIn", labels),
  ];
  return {
    namespaces: namespacesOf(term, pod, namespaces),
    expressions: expressionsOf(term.labelSelector, own),
  };
}

/** Neither a list nor a selector means the pod's own namespace; both together mean either. */
function namespacesOf(term: PodAffinityTerm, pod: Pod, all: readonly Namespace[]): PodSelector["namespaces"] {
  const { namespaces = [], namespaceSelector } = term;
  if (namespaceSelector === undefined) return namespaces.length === 0 ? [namespaceOf(pod)] : [...namespaces].sort();
  const expressions = expressionsOf(namespaceSelector, []) ?? [];
  if (expressions.length === 0) return "all";
  const selected = all
    .filter(({ metadata }) => meets(expressions, metadata.labels))
    .map(({ metadata }) => metadata.name);
  return [...new Set([...namespaces, ...selected])].sort();
}

const meets = (expressions: readonly RequirementSpec[], labels: Labels = {}): boolean =>
  expressions.every((each) => holds(each, labels[each.key]));

export const selects = ({ namespaces, expressions }: PodSelector, namespace: string, labels: Labels): boolean =>
  expressions !== undefined && (namespaces === "all" || namespaces.includes(namespace)) && meets(expressions, labels);
