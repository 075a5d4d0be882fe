import type { NodeAffinity, NodeSelectorTerm, Pod, Toleration } from "../api/pod";
import type { RequirementSpec } from "../api/requirement";
import { both, none, ofLabels, type Requirements, requirementsOf } from "./requirements";

/** One way to please a pod: where it may go, and which taints it then puts up with. */
export interface Wish {
  readonly requirements: Requirements;
  readonly tolerations: readonly Toleration[];
}

export interface Softness {
  /** Whether node-affinity preferences are tried at all. */
  readonly respect: boolean;
  /** Whether any node or pool carries a PreferNoSchedule taint, so that tolerating those could help. */
  readonly softTaints: boolean;
}

/** The wishes of a pod without regard to other pods: the heaviest node preference first, none last. */
export function wishesOf(pod: Pod, { respect, softTaints }: Softness): readonly Wish[] {
  const preferences = respect ? preferredTerms(pod.spec.affinity?.nodeAffinity) : [];
  const hard = [...preferences, none].flatMap((preference) => wishesWith(pod, preference));
  return softTaints ? [...hard, ...wishesWith(pod, none).map(tolerant)] : hard;
}

/** One wish for each required node-affinity term, all with the same preference. */
export function wishesWith({ spec }: Pod, preference: Requirements): readonly Wish[] {
  const { nodeSelector, affinity, tolerations = [] } = spec;
  const selected = ofLabels(nodeSelector);
  return requiredTerms(affinity?.nodeAffinity).map((term) => ({
    requirements: both(both(selected, term), preference),
    tolerations,
  }));
}

/** Values that the pod insists on for a label. */
export function wantedOf({ spec: { nodeSelector, affinity } }: Pod, key: string): readonly string[] {
  const selected = nodeSelector?.[key];
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const named = terms
    .flatMap(({ matchExpressions = [] }) => matchExpressions)
    .filter((each) => each.key === key && each.operator === "In")
    .flatMap(({ values = [] }) => values);
  return selected === undefined ? named : [selected, ...named];
}

function requiredTerms({
  requiredDuringSchedulingIgnoredDuringExecution: required,
}: NodeAffinity = {}): Requirements[] {
  return required === undefined ? [none] : required.nodeSelectorTerms.filter(isSaying).map(requirementsOfTerm);
}

/** Node preferences, the heaviest first. */
export const preferredTerms = ({
  preferredDuringSchedulingIgnoredDuringExecution: preferred = [],
}: NodeAffinity = {}): Requirements[] =>
  [...preferred].sort((a, b) => b.weight - a.weight).map(({ preference }) => requirementsOfTerm(preference));

/** The same wish of a pod that puts up with PreferNoSchedule taints. */
export const tolerant = ({ tolerations, ...rest }: Wish): Wish => ({
  ...rest,
  tolerations: [...tolerations, { operator: "Exists", effect: "PreferNoSchedule" }],
});

/**
 * A term that says nothing matches no node
 * (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#NodeSelectorTerm).
 */
const isSaying = ({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean =>
  matchExpressions.length + matchFields.length > 0;

/** `metadata.name` is the only field that can be asked for; nodes carry it as their hostname label. */
const asHostname = ({ operator, values }: RequirementSpec): RequirementSpec => ({
  key: "kubernetes.io/hostname",
  operator,
  ...(values === undefined ? {} : { values }),
});

const requirementsOfTerm = ({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): Requirements =>
  requirementsOf([...matchExpressions, ...matchFields.map(asHostname)]);

/** The wishes, each with each alternative of where the pod's volumes are. */
export const withPlaces = (wishes: readonly Wish[], places: readonly Requirements[]): readonly Wish[] =>
  wishes.flatMap((wish) => places.map((place) => ({ ...wish, requirements: both(wish.requirements, place) })));
