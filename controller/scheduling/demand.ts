import type { ResourceList } from "../api/kube-object";
import type { Container, Pod, PodSpec } from "../api/pod";
import { portAmounts, portsOf, type PortUse } from "./host-ports";
import { remembered } from "./memo";
import { type Requirements, signatureOf } from "./requirements";
import { type Amounts, effectiveRequests } from "./resources";
import { identityKey, type LabelKeys } from "./pod-identity";
import { unplannable } from "./unplannable";
import type { VolumeMap } from "./volumes";

/** Pods that differ in nothing but the resources they ask for: where they may go, and what binds them to others. */
export interface PodKind {
  /** Any of them. */
  readonly pod: Pod;
  /** Where the pods' volumes can be reached: alternatives. */
  readonly places: readonly Requirements[];
}

/** Pods that ask for the very same: worked out once, placed by count. */
export interface PodGroup {
  /** Oldest first, then by name. */
  readonly pods: readonly [Pod, ...Pod[]];
  readonly kind: PodKind;
  /** With `pods: 1` and the host ports. */
  readonly requests: Amounts;
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

/** What pods are told apart by, besides their own specs. */
interface Surroundings {
  readonly volumes: VolumeMap;
  /** Labels by which topology terms tell pods apart. */
  readonly labelKeys: LabelKeys;
  /** Every port that somebody already uses or will: an address-wide bind has to know them all. */
  readonly ports: readonly PortUse[];
}

/** Groups pods by what they ask for. */
export function demandOf(pods: readonly Pod[], { volumes, labelKeys, ports }: Surroundings): Demand {
  const refused: RefusedPod[] = [];
  const gathering = new Gathering(labelKeys, ports);
  for (const pod of [...pods].sort(byAge)) {
    const places = volumes.placesOf(pod);
    const reason = unplannable(pod) ?? ("refusal" in places ? places.refusal : undefined);
    if (reason !== undefined) refused.push({ pod, reason });
    else if ("alternatives" in places) gathering.add(pod, places.alternatives);
  }
  return { groups: gathering.groups.sort(bySize), refused };
}

interface GrowingGroup extends PodGroup {
  readonly pods: [Pod, ...Pod[]];
}

/** The groups of one kind. */
interface Sizes {
  readonly kind: PodKind;
  readonly bySize: Map<string, GrowingGroup>;
}

class Gathering {
  /** In the order of their oldest pods. */
  readonly groups: GrowingGroup[] = [];
  readonly #labelKeys: LabelKeys;
  readonly #ports: readonly PortUse[];
  readonly #kinds = new Map<string, Sizes>();
  readonly #requests = new Map<string, Amounts>();

  constructor(labelKeys: LabelKeys, ports: readonly PortUse[]) {
    this.#labelKeys = labelKeys;
    this.#ports = ports;
  }

  add(pod: Pod, places: readonly Requirements[]): void {
    const { kind, bySize } = this.#kindOf(pod, places);
    const size = sizeKey(pod.spec);
    const known = bySize.get(size);
    if (known !== undefined) {
      known.pods.push(pod);
      return;
    }
    const group: GrowingGroup = { pods: [pod], kind, requests: this.#requestsOf(pod, size) };
    bySize.set(size, group);
    this.groups.push(group);
  }

  #kindOf(pod: Pod, places: readonly Requirements[]): Sizes {
    return remembered(this.#kinds, kindKey(pod, places, this.#labelKeys), () => ({
      kind: { pod, places },
      bySize: new Map<string, GrowingGroup>(),
    }));
  }

  #requestsOf({ spec }: Pod, size: string): Amounts {
    const requests = remembered(this.#requests, size, () => effectiveRequests(spec));
    const ports = portsOf(spec);
    return ports.length === 0 ? requests : { ...requests, ...portAmounts(ports, this.#ports) };
  }
}

/** Equal texts, equal kinds. Fields that do not bear on where a pod fits are left out. */
function kindKey(pod: Pod, places: readonly Requirements[], labelKeys: LabelKeys): string {
  const { nodeSelector, affinity, tolerations, topologySpreadConstraints, hostNetwork } = pod.spec;
  let key = identityKey(pod, labelKeys);
  if (nodeSelector !== undefined) key += `s${JSON.stringify(nodeSelector)}`;
  if (affinity !== undefined) key += `a${JSON.stringify(affinity)}`;
  if (tolerations !== undefined) key += `t${JSON.stringify(tolerations)}`;
  if (topologySpreadConstraints !== undefined) key += `c${JSON.stringify(topologySpreadConstraints)}`;
  if (places.length !== 1 || places[0]?.size !== 0) key += JSON.stringify(places.map(signatureOf));
  return hostNetwork === true ? `${key}h` : key;
}

/** Equal texts, equal requests, host ports included for pods of one kind. */
function sizeKey({ containers, initContainers = [], resources, overhead }: PodSpec): string {
  let key = "";
  for (const container of containers) key += containerKey(container);
  for (const container of initContainers) key += `i${container.restartPolicy ?? ""}${containerKey(container)}`;
  if (resources !== undefined || overhead !== undefined) key += `r${JSON.stringify([resources, overhead])}`;
  return key;
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

const compare = (a = "", b = ""): number => (a < b ? -1 : Number(a > b));

/** Oldest first, then by namespace and name. Mostly they come in order already. */
const byAge = ({ metadata: a }: Pod, { metadata: b }: Pod): number =>
  compare(a.creationTimestamp, b.creationTimestamp) || compare(a.namespace, b.namespace) || compare(a.name, b.name);

/** Equals stay in the order of their oldest pods. */
const bySize = (a: PodGroup, b: PodGroup): number =>
  amount(b, "cpu") - amount(a, "cpu") || amount(b, "memory") - amount(a, "memory");

const amount = ({ requests }: PodGroup, name: string): number => requests[name] ?? 0;
