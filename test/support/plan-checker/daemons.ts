import type { KubeObject } from "#controller/api/kube-object";
import type { Pod } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import type { Problem } from "#controller/scheduling/problem";
import type { DaemonSet } from "#controller/api/workloads";
import { type Alternatives, nodeWishes } from "./expression";
import type { Machine } from "./machine";
import { mayMeet, type Place } from "./place";
import { untolerated } from "./tolerations";

/** A pod that every node which suits it will get as well. */
export interface Daemon {
  readonly pod: Pod;
  readonly wishes: Alternatives;
}

export const isOfDaemonSet = ({ metadata }: KubeObject): boolean =>
  metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet") ?? false;

const belongsTo = ({ metadata }: Pod, { metadata: set }: DaemonSet): boolean =>
  metadata.namespace === set.namespace &&
  (metadata.ownerReferences?.some(({ kind, name }) => kind === "DaemonSet" && name === set.name) ?? false);

/** Nodes are labelled so before daemons come, so daemons may ask for it. */
const onceRunning = new Set(["karpenter.sh/registered", "karpenter.sh/initialized"]);

const isMetOnceRunning = ({ key, operator, values = [] }: RequirementSpec): boolean =>
  onceRunning.has(key) && (operator === "Exists" || (operator === "In" && values.includes("true")));

/** With the size of the newest pod it has, which admission may have changed. */
function daemonOf(set: DaemonSet, running: readonly Pod[]): Daemon {
  const { spec, metadata: labels } = set.spec.template;
  const born = ({ metadata }: Pod): string => metadata.creationTimestamp ?? "";
  const [newest] = running.filter((pod) => belongsTo(pod, set)).sort((a, b) => born(b).localeCompare(born(a)));
  const metadata = { ...set.metadata, ...labels };
  const pod: Pod = {
    metadata,
    spec: newest === undefined ? spec : { ...newest.spec, tolerations: spec.tolerations ?? [] },
  };
  const wishes = nodeWishes(spec).map((all) => all.filter((each) => !isMetOnceRunning(each)));
  return { pod, wishes };
}

export function daemonsOf({ daemonSets, nodes }: Problem): readonly Daemon[] {
  const running = nodes.flatMap(({ pods }) => pods).filter(isOfDaemonSet);
  return daemonSets.map((set) => daemonOf(set, running));
}

/** Daemons that may come to the node if it is this machine. */
export const daemonsOn = (place: Place, machine: Machine, daemons: readonly Daemon[]): readonly Daemon[] =>
  daemons
    .filter(({ pod }) => untolerated(pod.spec.tolerations, place.taints).length === 0)
    .filter(({ wishes }) => machine.purchases.some((purchase) => mayMeet(place, purchase, wishes)));
