import { isDeepEqual } from "../api/equality";
import type { KubeObject, Labels, LabelSelector, ObjectMeta, OwnerReference } from "../api/kube-object";
import { keyOf } from "../api/kube-object";
import { selects } from "../api/label-selector";
import type { Pod, TopologySpreadConstraint } from "../api/pod";
import type { DefaultSpread } from "../api/scheduler-config";
import type { Service } from "../api/workloads";
import { remembered } from "../state/remembered";
import type { Snapshot } from "../state/snapshot";

/** What the selector of a default constraint is deduced from. */
type SelectorSources = Pick<Snapshot, "services" | "replicationControllers" | "replicaSets" | "statefulSets">;

/**
 * The pods, those without spread constraints of their own as copies that have the cluster's defaults; nothing of it is
 * written to the API server. A pod of which no selector can be deduced stays as it is
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#cluster-level-default-constraints).
 */
export function withDefaultSpread(
  pods: readonly Pod[],
  defaults: readonly DefaultSpread[],
  sources: SelectorSources,
): readonly Pod[] {
  if (defaults.length === 0) return pods;
  const selectors = new DefaultSelectors(sources);
  return pods.map((pod) => {
    if ((pod.spec.topologySpreadConstraints ?? []).length > 0) return pod;
    const labelSelector = selectors.of(pod);
    if (labelSelector === undefined) return pod;
    return spread(
      pod,
      defaults.map((each) => ({ ...each, labelSelector })),
    );
  });
}

const lastCopy = remembered<Pod, { copy?: Pod }>(() => ({}));

/** The same copy as before when nothing has changed: planners remember what they have seen. */
function spread(pod: Pod, topologySpreadConstraints: readonly TopologySpreadConstraint[]): Pod {
  const last = lastCopy(pod);
  if (!isDeepEqual(last.copy?.spec.topologySpreadConstraints, topologySpreadConstraints))
    last.copy = { ...pod, spec: { ...pod.spec, topologySpreadConstraints } };
  return last.copy ?? pod;
}

/**
 * The kube-scheduler's deduction: which pods belong together, going by the Services that select them and their owner.
 */
class DefaultSelectors {
  readonly #services: ReadonlyMap<string, readonly Labels[]>;
  readonly #owners: ReadonlyMap<string, LabelSelector | undefined>;
  readonly #known = new Map<string, LabelSelector | undefined>();

  constructor({ services, replicationControllers, replicaSets, statefulSets }: SelectorSources) {
    this.#services = selectorsByNamespace(services);
    this.#owners = new Map<string, LabelSelector | undefined>([
      ...replicationControllers.map((each) => [idOf(each, kinds.controller), labelsOnly(each.spec?.selector)] as const),
      ...replicaSets.map((each) => [idOf(each, kinds.replicaSet), each.spec.selector] as const),
      ...statefulSets.map((each) => [idOf(each, kinds.statefulSet), each.spec.selector] as const),
    ]);
  }

  /** Pods with one namespace, owner and set of labels have one selector, so it is worked out once for them. */
  of({ metadata }: Pod): LabelSelector | undefined {
    const { namespace = "", labels = {} } = metadata;
    const owner = ownerOf(metadata);
    const key = keyFor(metadata);
    if (!this.#known.has(key)) this.#known.set(key, this.#deduce(namespace, labels, owner));
    return this.#known.get(key);
  }

  /** A ReplicationController's labels take the place of the Services'; what the others select is asked for as well. */
  #deduce(namespace: string, labels: Labels, owner: OwnerReference | undefined): LabelSelector | undefined {
    const matching = (this.#services.get(namespace) ?? []).filter((matchLabels) => selects({ matchLabels }, labels));
    const served = Object.fromEntries(matching.flatMap((each) => Object.entries(each)));
    const kind = `${owner?.apiVersion ?? ""}/${owner?.kind ?? ""}`;
    const own = this.#owners.get(idOf({ metadata: { namespace, name: owner?.name ?? "" } }, kind));
    return kind === kinds.controller ? together({ ...served, ...own?.matchLabels }) : together(served, own);
  }
}

const ownerOf = ({ ownerReferences = [] }: ObjectMeta): OwnerReference | undefined =>
  ownerReferences.find(({ controller }) => controller === true);

const keyFor = remembered((metadata: ObjectMeta): string => {
  const { apiVersion, kind, name } = ownerOf(metadata) ?? {};
  return JSON.stringify([metadata.namespace ?? "", metadata.labels ?? {}, apiVersion, kind, name]);
});

const kinds = {
  controller: "v1/ReplicationController",
  replicaSet: "apps/v1/ReplicaSet",
  statefulSet: "apps/v1/StatefulSet",
} as const;

const labelsOnly = (matchLabels: Labels = {}): LabelSelector => ({ matchLabels });

const idOf = (object: KubeObject, kind: string): string => `${kind} ${keyOf(object)}`;

function selectorsByNamespace(services: readonly Service[]): ReadonlyMap<string, readonly Labels[]> {
  const byNamespace = new Map<string, Labels[]>();
  for (const { metadata, spec } of services) {
    if (spec?.selector === undefined) continue;
    const { namespace = "" } = metadata;
    const selectors = byNamespace.get(namespace) ?? [];
    selectors.push(spec.selector);
    byNamespace.set(namespace, selectors);
  }
  return byNamespace;
}

/** Both conditions at once; undefined when neither says anything, since an empty selector would count every pod. */
function together(served: Labels, own?: LabelSelector): LabelSelector | undefined {
  const { matchLabels = {}, matchExpressions = [] } = own ?? {};
  const owned = Object.entries(matchLabels);
  if (Object.keys(served).length === 0) return owned.length + matchExpressions.length > 0 ? own : undefined;
  const expressions = [
    ...owned.map(([key, value]) => ({ key, operator: "In", values: [value] }) as const),
    ...matchExpressions,
  ];
  return { matchLabels: served, ...(expressions.length > 0 && { matchExpressions: expressions }) };
}
