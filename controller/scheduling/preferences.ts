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

/**
 * What a pod would like, best first; each next wish is tried where the ones before found no room. The heaviest
 * preference is tried with every required term, then the next heaviest, then none; last of all the pod puts up with
 * PreferNoSchedule taints. What is required is in every wish (karpenter-core §3.4).
 */
export function wishesOf({ spec }: Pod, { respect, softTaints }: Softness): readonly Wish[] {
  const { nodeSelector, affinity, tolerations = [] } = spec;
  const selected = ofLabels(nodeSelector);
  const terms = requiredTerms(affinity?.nodeAffinity);
  const preferences = respect ? preferredTerms(affinity?.nodeAffinity) : [];

  const hard = [...preferences, none].flatMap((preference) =>
    terms.map((term) => ({ requirements: both(both(selected, term), preference), tolerations })),
  );
  return softTaints ? [...hard, ...hard.slice(-terms.length).map(tolerant)] : hard;
}

function requiredTerms({
  requiredDuringSchedulingIgnoredDuringExecution: required,
}: NodeAffinity = {}): Requirements[] {
  return required === undefined ? [none] : required.nodeSelectorTerms.filter(isSaying).map(requirementsOfTerm);
}

/** Heaviest first. */
const preferredTerms = ({
  preferredDuringSchedulingIgnoredDuringExecution: preferred = [],
}: NodeAffinity = {}): Requirements[] =>
  [...preferred].sort((a, b) => b.weight - a.weight).map(({ preference }) => requirementsOfTerm(preference));

const tolerant = ({ requirements, tolerations }: Wish): Wish => ({
  requirements,
  tolerations: [...tolerations, { operator: "Exists", effect: "PreferNoSchedule" }],
});

/** A term that says nothing matches no node (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#NodeSelectorTerm). */
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
