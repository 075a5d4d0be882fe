import { keyOf } from "../api/kube-object";
import type { Container, Pod } from "../api/pod";
import { portAmounts, portsOf, type PortUse } from "./host-ports";
import { type Softness, type Wish, wishesOf, withPlaces } from "./preferences";
import type { Problem } from "./problem";
import { type Requirements, signatureOf } from "./requirements";
import { type Amounts, effectiveRequests } from "./resources";
import { unplannable } from "./unplannable";
import { VolumeMap } from "./volumes";

/** Pods that ask for the very same: worked out once, placed by count. */
export interface PodClass {
  /** Oldest first, then by name. */
  readonly pods: readonly Pod[];
  /** With `pods: 1` and the host ports. */
  readonly requests: Amounts;
  /** Best first; none for a pod whose required affinity matches nothing. */
  readonly wishes: readonly Wish[];
}

export interface RefusedPod {
  readonly pod: Pod;
  readonly reason: string;
}

export interface Demand {
  /** Largest first: by cpu, memory, age, name. */
  readonly classes: readonly PodClass[];
  /** Pods that cannot be planned at all, whatever machines there are. */
  readonly refused: readonly RefusedPod[];
}

interface Group {
  readonly pods: [Pod, ...Pod[]];
  readonly places: readonly Requirements[];
}

/** Groups the pods of a problem by what they ask for. */
export function demandOf(problem: Problem): Demand {
  const volumes = new VolumeMap(problem.volumes);
  const refused: RefusedPod[] = [];
  const groups = new Map<string, Group>();
  for (const pod of [...problem.pods].sort(byAge)) {
    const places = volumes.placesOf(pod);
    const reason = unplannable(pod) ?? ("refusal" in places ? places.refusal : undefined);
    if (reason !== undefined) refused.push({ pod, reason });
    if (reason === undefined && "alternatives" in places) gather(groups, pod, places.alternatives);
  }
  const all = [...groups.values()];
  const ports = [...all.flatMap(({ pods: [pod] }) => portsOf(pod.spec)), ...portsOnNodes(problem)];
  const softness = softnessOf(problem);
  const share = sharedWishes();
  const classes = all.map((group) => {
    const { wishes, ...rest } = classOf(group, softness, ports);
    return { ...rest, wishes: wishes.map(share) };
  });
  return { classes: classes.sort(bySize), refused };
}

/** Equal wishes become one object, so that what follows from a wish is worked out once. */
function sharedWishes(): (wish: Wish) => Wish {
  const known = new Map<string, Wish>();
  return (wish) => {
    const key = `${signatureOf(wish.requirements)} ${JSON.stringify(wish.tolerations)}`;
    const shared = known.get(key) ?? wish;
    known.set(key, shared);
    return shared;
  };
}

function gather(groups: Map<string, Group>, pod: Pod, places: readonly Requirements[]): void {
  const key = demandKey(pod, places);
  const group = groups.get(key);
  if (group === undefined) groups.set(key, { pods: [pod], places });
  else group.pods.push(pod);
}

function classOf({ pods, places }: Group, softness: Softness, ports: readonly PortUse[]): PodClass {
  const [pod] = pods;
  return {
    pods,
    requests: { ...effectiveRequests(pod.spec), ...portAmounts(portsOf(pod.spec), ports) },
    wishes: withPlaces(wishesOf(pod, softness), places),
  };
}

/** Equal texts, equal demand. Fields that do not bear on where a pod fits are left out. */
function demandKey({ spec }: Pod, places: readonly Requirements[]): string {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])].map(containerKey);
  const affinity = spec.affinity?.nodeAffinity;
  const whole = [spec.resources?.requests, spec.resources?.limits, spec.overhead, spec.hostNetwork];
  return JSON.stringify([containers, spec.nodeSelector, affinity, spec.tolerations, whole, places.map(signatureOf)]);
}

const containerKey = ({ resources, ports, restartPolicy }: Container, position: number): unknown => [
  resources?.requests,
  resources?.limits,
  ports,
  restartPolicy,
  position,
];

function softnessOf({ pools, nodes, settings }: Problem): Softness {
  const taints = [
    ...pools.flatMap(({ pool }) => pool.spec.template.spec.taints ?? []),
    ...nodes.flatMap((node) => node.taints),
  ];
  return {
    respect: settings.preferences === "Respect",
    softTaints: taints.some(({ effect }) => effect === "PreferNoSchedule"),
  };
}

/** Every port that somebody already uses or will: an address-wide bind has to know them all. */
export const portsOnNodes = ({ nodes, daemonSets }: Problem): readonly PortUse[] => [
  ...nodes.flatMap(({ pods }) => pods.flatMap(({ spec }) => portsOf(spec))),
  ...daemonSets.flatMap(({ spec }) => portsOf(spec.template.spec)),
];

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const byAge = (a: Pod, b: Pod): number =>
  compare(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? "") || compare(keyOf(a), keyOf(b));

const bySize = (a: PodClass, b: PodClass): number =>
  amount(b, "cpu") - amount(a, "cpu") || amount(b, "memory") - amount(a, "memory") || byFirst(a, b);

const byFirst = ({ pods: [a] }: PodClass, { pods: [b] }: PodClass): number =>
  a === undefined || b === undefined ? 0 : byAge(a, b);

const amount = ({ requests }: PodClass, name: string): number => requests[name] ?? 0;
