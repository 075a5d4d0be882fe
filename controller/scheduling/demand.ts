import { keyOf, type ResourceList } from "../api/kube-object";
import type { Container, Pod } from "../api/pod";
import { portAmounts, portsOf, type PortUse } from "./host-ports";
import type { Problem } from "./problem";
import { type Requirements, signatureOf } from "./requirements";
import { type Amounts, effectiveRequests } from "./resources";
import { hasTopology, identityKey } from "./pod-identity";
import { unplannable } from "./unplannable";
import type { VolumeMap } from "./volumes";

/** Pods that ask for the very same: worked out once, placed by count. */
export interface PodGroup {
  /** Oldest first, then by name. */
  readonly pods: readonly [Pod, ...Pod[]];
  /** With `pods: 1` and the host ports. */
  readonly requests: Amounts;
  /** Where the pods' volumes can be reached: alternatives. */
  readonly places: readonly Requirements[];
}

export interface RefusedPod {
  readonly pod: Pod;
  readonly reason: string;
}

interface Demand {
  /** Largest first: by cpu, memory, age, name. */
  readonly groups: readonly PodGroup[];
  /** Pods that cannot be planned at all, whatever machines there are. */
  readonly refused: readonly RefusedPod[];
}

interface Gathered {
  readonly pods: [Pod, ...Pod[]];
  readonly places: readonly Requirements[];
}

/**
 * Groups the pods of a problem by what they ask for.
 * @param labelKeys labels by which topology terms tell pods apart
 */
export function demandOf(problem: Problem, volumes: VolumeMap, labelKeys: readonly string[]): Demand {
  const refused: RefusedPod[] = [];
  const gathered = new Map<string, Gathered>();
  for (const pod of byAge(problem.pods)) {
    const places = volumes.placesOf(pod);
    const reason = unplannable(pod) ?? ("refusal" in places ? places.refusal : undefined);
    if (reason !== undefined) refused.push({ pod, reason });
    else if ("alternatives" in places) gather(gathered, pod, { places: places.alternatives, labelKeys });
  }
  const all = [...gathered.values()];
  const ports = [...all.flatMap(({ pods: [pod] }) => portsOf(pod.spec)), ...portsOnNodes(problem)];
  const groups = all.map(({ pods, places }) => ({
    pods,
    places,
    requests: { ...effectiveRequests(pods[0].spec), ...portAmounts(portsOf(pods[0].spec), ports) },
  }));
  return { groups: groups.sort(bySize), refused };
}

interface Traits {
  readonly places: readonly Requirements[];
  readonly labelKeys: readonly string[];
}

function gather(gathered: Map<string, Gathered>, pod: Pod, { places, labelKeys }: Traits): void {
  const key = demandKey(pod, places, labelKeys);
  const group = gathered.get(key);
  if (group === undefined) gathered.set(key, { pods: [pod], places });
  else group.pods.push(pod);
}

/** Equal texts, equal demand. Fields that do not bear on where a pod fits are left out. */
function demandKey(pod: Pod, places: readonly Requirements[], labelKeys: readonly string[]): string {
  const { spec } = pod;
  let key = identityKey(pod, labelKeys);
  for (const container of spec.containers) key += containerKey(container);
  for (const container of spec.initContainers ?? [])
    key += `i${container.restartPolicy ?? ""}${containerKey(container)}`;
  key += unusualKey(pod);
  if (places.length !== 1 || places[0]?.size !== 0) key += JSON.stringify(places.map(signatureOf));
  return key;
}

/** What most pods do not have. */
function unusualKey({ spec, status }: Pod): string {
  const { nodeSelector, affinity, tolerations, resources, overhead, hostNetwork } = spec;
  let key = "";
  if (nodeSelector !== undefined) key += `s${JSON.stringify(nodeSelector)}`;
  if (affinity !== undefined) key += `a${JSON.stringify(affinity)}`;
  if (tolerations !== undefined) key += `t${JSON.stringify(tolerations)}`;
  if (hasTopology(spec)) key += `c${JSON.stringify(spec.topologySpreadConstraints)}`;
  if (resources !== undefined || overhead !== undefined) key += `r${JSON.stringify([resources, overhead])}`;
  if (status !== undefined && "containerStatuses" in status) key += JSON.stringify(status.containerStatuses);
  return hostNetwork === true ? `${key}h` : key;
}

function containerKey({ resources, ports }: Container): string {
  const { requests, limits } = resources ?? {};
  return `[${listKey(requests)}/${listKey(limits)}${ports === undefined ? "" : JSON.stringify(ports)}]`;
}

function listKey(list: ResourceList | undefined): string {
  let key = "";
  for (const name in list) key += `${name}=${list[name] ?? ""};`;
  return key;
}

/** Every port that somebody already uses or will: an address-wide bind has to know them all. */
export const portsOnNodes = ({ nodes, daemonSets }: Problem): readonly PortUse[] => [
  ...nodes.flatMap(({ pods }) => pods.flatMap(({ spec }) => portsOf(spec))),
  ...daemonSets.flatMap(({ spec }) => portsOf(spec.template.spec)),
];

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const byAge = (pods: readonly Pod[]): readonly Pod[] =>
  pods
    .map((pod) => ({ pod, age: `${pod.metadata.creationTimestamp ?? ""} ${keyOf(pod)}` }))
    .sort((a, b) => compare(a.age, b.age))
    .map(({ pod }) => pod);

/** Equals stay in the order of their oldest pods. */
const bySize = (a: PodGroup, b: PodGroup): number =>
  amount(b, "cpu") - amount(a, "cpu") || amount(b, "memory") - amount(a, "memory");

const amount = ({ requests }: PodGroup, name: string): number => requests[name] ?? 0;
