import type { LabelSelector, LabelSelectorRequirement, Labels } from "../api/kube-object";
import { selects } from "../api/label-selector";
import { labels } from "../api/labels";
import type { Pod, PodAffinityTerm, PodSpec, Toleration, TopologySpreadConstraint } from "../api/pod";
import type { Namespace } from "../api/workloads";
import { normalized } from "../api/well-known";
import { hasTopology } from "./pod-identity";
import { wishesOf } from "./wish";
import type { Requirements } from "./requirements";

/**
 * One rule about where a pod stands to other pods: spread evenly over the domains of a key, stay in a domain with them
 * (affinity), or out of it (antiAffinity). Terms with equal ids say the same (karpenter-core §3.5).
 */
export interface TopologyTerm {
  readonly kind: "spread" | "affinity" | "antiAffinity";
  /** False for a preference that is being honored. Only what is required keeps other pods away in turn. */
  readonly required: boolean;
  /** The node label whose values are the domains. */
  readonly key: string;
  readonly selector: LabelSelector | undefined;
  /** Where selected pods live; `undefined` is everywhere. */
  readonly namespaces: ReadonlySet<string> | undefined;
  /** For spread: how far a domain may be ahead of the emptiest one. */
  readonly maxSkew: number;
  /** For spread: with fewer domains than this, the emptiest one counts as empty. */
  readonly minDomains: number;
  /** For spread: which nodes count; all of them where there is none. */
  readonly filter: NodeFilter | undefined;
  /** For spread: whether domains of present nodes count also where the pod itself could not go. */
  readonly ignoresAffinity: boolean;
  readonly id: string;
}

/** Nodes that one of the terms allows, if there are any, and whose taints are tolerated, if that matters. */
export interface NodeFilter {
  readonly terms: readonly Requirements[] | undefined;
  readonly tolerations: readonly Toleration[] | undefined;
}

/** Whether the pods of these labels in this namespace are what the term is about. */
export const isAbout = (term: TopologyTerm, namespace: string, podLabels: Labels | undefined): boolean =>
  (term.namespaces?.has(namespace) ?? true) && selects(term.selector, podLabels);

/** A pod's terms by how binding they are; preferences heaviest first. */
export interface TopologyTerms {
  readonly required: readonly TopologyTerm[];
  readonly preferredAffinity: readonly TopologyTerm[];
  readonly preferredAntiAffinity: readonly TopologyTerm[];
  /** Spread constraints with `ScheduleAnyway`, in their own order. */
  readonly preferredSpread: readonly TopologyTerm[];
}

const noTerms: TopologyTerms = {
  required: [],
  preferredAffinity: [],
  preferredAntiAffinity: [],
  preferredSpread: [],
};

/** Reads the terms of pods; knows the namespaces that selectors choose from. */
export class TermReader {
  readonly #namespaces: readonly Namespace[];

  constructor(namespaces: readonly Namespace[]) {
    this.#namespaces = namespaces;
  }

  termsOf(pod: Pod): TopologyTerms {
    const { spec } = pod;
    if (!hasTopology(spec)) return noTerms;
    const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
    const spreads = spec.topologySpreadConstraints ?? [];
    const isRequired = ({ whenUnsatisfiable }: TopologySpreadConstraint): boolean =>
      whenUnsatisfiable === "DoNotSchedule";
    return {
      required: [
        ...spreads.filter(isRequired).map((spread) => this.#spreadTerm(pod, spread)),
        ...(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) =>
          this.#podTerm(pod, term, { kind: "affinity", required: true }),
        ),
        ...this.repulsionsOf(pod),
      ],
      preferredAffinity: byWeight(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution).map((term) =>
        this.#podTerm(pod, term, { kind: "affinity", required: false }),
      ),
      preferredAntiAffinity: byWeight(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution).map((term) =>
        this.#podTerm(pod, term, { kind: "antiAffinity", required: false }),
      ),
      preferredSpread: spreads.filter((each) => !isRequired(each)).map((spread) => this.#spreadTerm(pod, spread)),
    };
  }

  /** What keeps other pods away from this one: its required anti-affinity. */
  repulsionsOf(pod: Pod): readonly TopologyTerm[] {
    const terms = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    return terms.map((term) => this.#podTerm(pod, term, { kind: "antiAffinity", required: true }));
  }

  #podTerm({ metadata }: Pod, term: PodAffinityTerm, nature: Pick<TopologyTerm, "kind" | "required">): TopologyTerm {
    const { matchLabelKeys, mismatchLabelKeys } = term;
    const selector = narrowed(term.labelSelector, [
      ...expressionsOf(metadata.labels, matchLabelKeys, "In"),
      ...expressionsOf(metadata.labels, mismatchLabelKeys, "NotIn"),
    ]);
    const namespaces = this.#namespacesOf(term, metadata.namespace ?? "default");
    const plain = { maxSkew: 0, minDomains: 0, filter: undefined, ignoresAffinity: false };
    const key = normalized(term.topologyKey);
    return identified({ ...nature, ...plain, key, selector, namespaces }, "");
  }

  /** An empty namespace selector selects every namespace, also those that are not known here. */
  #namespacesOf(
    { namespaces = [], namespaceSelector: selector }: PodAffinityTerm,
    own: string,
  ): ReadonlySet<string> | undefined {
    if (selector === undefined) return new Set(namespaces.length === 0 ? [own] : namespaces);
    const isEmpty = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
    if (isEmpty) return undefined;
    const chosen = this.#namespaces.filter(({ metadata }) => selects(selector, metadata.labels));
    return new Set([...namespaces, ...chosen.map(({ metadata }) => metadata.name)]);
  }

  #spreadTerm(pod: Pod, spread: TopologySpreadConstraint): TopologyTerm {
    const { metadata } = pod;
    const filter = filterOf(pod, spread);
    return identified(
      {
        kind: "spread",
        required: true,
        key: normalized(spread.topologyKey),
        selector: narrowed(spread.labelSelector, expressionsOf(metadata.labels, spread.matchLabelKeys, "In")),
        namespaces: new Set([metadata.namespace ?? "default"]),
        maxSkew: spread.maxSkew,
        minDomains: spread.minDomains ?? 0,
        filter,
        ignoresAffinity: spread.nodeAffinityPolicy === "Ignore",
      },
      filter === undefined ? "" : JSON.stringify([filter.terms && nodesAskedFor(pod.spec), filter.tolerations]),
    );
  }
}

/** Node affinity is honored unless the constraint says otherwise, taints only if it says so. */
function filterOf(
  pod: Pod,
  { nodeAffinityPolicy, nodeTaintsPolicy }: TopologySpreadConstraint,
): NodeFilter | undefined {
  const honorsAffinity = nodeAffinityPolicy !== "Ignore" && asksForNodes(pod.spec);
  const wishes = honorsAffinity ? wishesOf(pod, { respect: false, softTaints: false }) : undefined;
  const terms = wishes?.map(({ requirements }) => requirements);
  const tolerations = nodeTaintsPolicy === "Honor" ? (pod.spec.tolerations ?? []) : undefined;
  return terms === undefined && tolerations === undefined ? undefined : { terms, tolerations };
}

const asksForNodes = ({ nodeSelector, affinity }: PodSpec): boolean =>
  nodeSelector !== undefined || affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;

const nodesAskedFor = ({ nodeSelector, affinity }: PodSpec): unknown => [
  nodeSelector,
  affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
];

const byWeight = (
  preferred: readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] = [],
): readonly PodAffinityTerm[] =>
  [...preferred].sort((a, b) => b.weight - a.weight).map(({ podAffinityTerm }) => podAffinityTerm);

/** Keys that the pod does not carry are left out (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/). */
const expressionsOf = (
  own: Labels = {},
  keys: readonly string[] = [],
  operator: "In" | "NotIn",
): LabelSelectorRequirement[] =>
  keys.flatMap((key) => {
    const value = own[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });

const narrowed = (
  selector: LabelSelector | undefined,
  more: readonly LabelSelectorRequirement[],
): LabelSelector | undefined =>
  selector === undefined || more.length === 0
    ? selector
    : { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...more] };

function identified(term: Omit<TopologyTerm, "id">, filter: string): TopologyTerm {
  const { kind, required, key, selector, namespaces, maxSkew, minDomains, ignoresAffinity } = term;
  const where = namespaces === undefined ? "*" : [...namespaces].sort().join();
  return {
    ...term,
    id: `${kind} ${required} ${key} ${where} ${maxSkew} ${minDomains} ${ignoresAffinity} ${JSON.stringify(selector)} ${filter}`,
  };
}

/** Whether the domains of a key are single nodes. */
export const isPerNode = ({ key }: Pick<TopologyTerm, "key">): boolean => key === labels.hostname;
