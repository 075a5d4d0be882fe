import type { LabelSelector, LabelSelectorRequirement, Labels } from "../api/kube-object";
import { selects } from "../api/label-selector";
import { labels } from "../api/labels";
import type { Pod, PodAffinityTerm, TopologySpreadConstraint } from "../api/pod";
import type { Namespace } from "../api/workloads";
import { normalized } from "../api/well-known";
import { type NodeFilter, type Terrain, Terrains } from "./node-filter";
import { hasTopology } from "./pod-identity";
import type { Wish } from "./wish";

/**
 * One rule about where a pod stands to other pods: spread evenly over the domains of a key, stay in a domain with them
 * (affinity), or out of it (antiAffinity). Terms with equal ids say the same.
 */
export interface TopologyTerm {
  readonly kind: "spread" | "affinity" | "antiAffinity";
  /**
   * False for a preference that is being honored. Only what is required keeps other pods away in turn, or pods off a
   * node.
   */
  readonly required: boolean;
  /** The node label whose values are the domains. */
  readonly key: string;
  /** Whom it is about: pods that every one of these selects. */
  readonly about: readonly PodSelector[];
  /** For spread: how far a domain may be ahead of the emptiest one. */
  readonly maxSkew: number;
  /** For spread: with fewer domains than this, the emptiest one counts as empty. */
  readonly minDomains: number;
  /** For spread: which nodes count; all of them where there is none. */
  readonly filter: NodeFilter | undefined;
  /** For spread: where domains could come to be. */
  readonly reach: readonly Wish[];
  readonly id: string;
}

export interface PodSelector {
  readonly labels: LabelSelector | undefined;
  /** Where selected pods live; `undefined` is everywhere. */
  readonly namespaces: ReadonlySet<string> | undefined;
}

/** Whether the pods of these labels in this namespace are what the term is about. */
export const isAbout = ({ about }: TopologyTerm, namespace: string, podLabels: Labels | undefined): boolean =>
  about.every(({ labels: wanted, namespaces }) => (namespaces?.has(namespace) ?? true) && selects(wanted, podLabels));

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
  readonly #terrains = new Terrains();

  constructor(namespaces: readonly Namespace[]) {
    this.#namespaces = namespaces;
  }

  termsOf(pod: Pod): TopologyTerms {
    const { spec } = pod;
    if (!hasTopology(spec)) return noTerms;
    const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
    const [hard, soft] = [spreadsOf(spec, "DoNotSchedule"), spreadsOf(spec, "ScheduleAnyway")];
    const company = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const about = company.map((term) => this.#selectorOf(pod, term));
    return {
      required: [
        ...this.#spreadTerms(pod, hard, true),
        ...company.map(({ topologyKey }) => podTerm(topologyKey, about, { kind: "affinity", required: true })),
        ...this.repulsionsOf(pod),
      ],
      preferredAffinity: byWeight(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution).map((term) =>
        podTerm(term.topologyKey, [this.#selectorOf(pod, term)], { kind: "affinity", required: false }),
      ),
      preferredAntiAffinity: byWeight(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution).map((term) =>
        podTerm(term.topologyKey, [this.#selectorOf(pod, term)], { kind: "antiAffinity", required: false }),
      ),
      preferredSpread: this.#spreadTerms(pod, soft, false),
    };
  }

  /** What keeps other pods away from this one: its required anti-affinity. */
  repulsionsOf(pod: Pod): readonly TopologyTerm[] {
    const terms = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    return terms.map((term) =>
      podTerm(term.topologyKey, [this.#selectorOf(pod, term)], { kind: "antiAffinity", required: true }),
    );
  }

  #spreadTerms(pod: Pod, spreads: readonly TopologySpreadConstraint[], required: boolean): readonly TopologyTerm[] {
    const keys = keysOf(spreads);
    return spreads.map((spread) => spreadTerm(pod, spread, { required, ...this.#terrains.of(pod, spread, keys) }));
  }

  #selectorOf({ metadata }: Pod, term: PodAffinityTerm): PodSelector {
    const { labelSelector, matchLabelKeys, mismatchLabelKeys } = term;
    const wanted = narrowed(labelSelector, [
      ...expressionsOf(metadata.labels, matchLabelKeys, "In"),
      ...expressionsOf(metadata.labels, mismatchLabelKeys, "NotIn"),
    ]);
    return { labels: wanted, namespaces: this.#namespacesOf(term, metadata.namespace ?? "default") };
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
}

const spreadsOf = (
  { topologySpreadConstraints: all = [] }: Pod["spec"],
  how: TopologySpreadConstraint["whenUnsatisfiable"],
): readonly TopologySpreadConstraint[] => all.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === how);

const keysOf = (spreads: readonly TopologySpreadConstraint[]): readonly string[] =>
  [...new Set(spreads.map(({ topologyKey }) => normalized(topologyKey)))].sort();

/** Company has to be of pods that meet all required terms at once, as the kube-scheduler has it. */
function podTerm(
  topologyKey: string,
  about: readonly PodSelector[],
  nature: Pick<TopologyTerm, "kind" | "required">,
): TopologyTerm {
  const plain = { maxSkew: 0, minDomains: 0, filter: undefined, reach: [] };
  return identified({ ...nature, ...plain, key: normalized(topologyKey), about }, "");
}

function spreadTerm(
  pod: Pod,
  spread: TopologySpreadConstraint,
  { required, filter, reach, signature }: Terrain & Pick<TopologyTerm, "required">,
): TopologyTerm {
  const { namespace = "default", labels: own } = pod.metadata;
  const wanted = narrowed(spread.labelSelector, expressionsOf(own, spread.matchLabelKeys, "In"));
  return identified(
    {
      kind: "spread",
      required,
      key: normalized(spread.topologyKey),
      about: [{ labels: wanted, namespaces: new Set([namespace]) }],
      maxSkew: spread.maxSkew,
      minDomains: spread.minDomains ?? 0,
      filter,
      reach,
    },
    signature,
  );
}

const byWeight = (
  preferred: readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] = [],
): readonly PodAffinityTerm[] =>
  [...preferred].sort((a, b) => b.weight - a.weight).map(({ podAffinityTerm }) => podAffinityTerm);

/**
 * Keys that the pod does not carry are left out
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/).
 */
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

function identified(term: Omit<TopologyTerm, "id">, terrain: string): TopologyTerm {
  const { kind, required, key, about, maxSkew, minDomains } = term;
  const whom = about.map(({ labels: wanted, namespaces }) => [
    wanted,
    namespaces === undefined ? "*" : [...namespaces].sort().join(),
  ]);
  return { ...term, id: `${kind} ${required} ${key} ${maxSkew} ${minDomains} ${JSON.stringify(whom)} ${terrain}` };
}

/** Whether the domains of a key are single nodes. */
export const isPerNode = ({ key }: Pick<TopologyTerm, "key">): boolean => key === labels.hostname;
