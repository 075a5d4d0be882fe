import type { Taint } from "../api/kube-object";
import { labels } from "../api/labels";
import { untolerated } from "../api/pod-state";
import type { Pod } from "../api/pod";
import type { DaemonSet } from "../api/workloads";
import { portAmounts, portsOf, type PortUse } from "./host-ports";
import { type Wish, wishesOf } from "./wish";
import type { NodeState } from "./problem";
import { conflict, conflictWithMachine, conflictWithTemplate, ofLabels, type Requirements } from "./requirements";
import { type Amounts, effectiveRequests, sum } from "./resources";

/** A DaemonSet as a load that comes with every node it runs on. */
export interface Daemon {
  readonly key: string;
  readonly requests: Amounts;
  /** Alternatives: its required node-affinity terms. */
  readonly wishes: readonly Wish[];
}

/** Labels that a node will have by the time its daemons come, so that daemons which select them are counted. */
const onceRunning = ofLabels({ [labels.registered]: "true", [labels.initialized]: "true" });

/**
 * Preferences of a daemon count for nothing, and it puts up with PreferNoSchedule. Its requests are those of its newest
 * pod where there is one, since limit ranges and admission may have changed them.
 */
export function daemonOf(set: DaemonSet, nodes: readonly NodeState[], ports: readonly PortUse[]): Daemon {
  const { spec } = set.spec.template;
  const newest = newestOf(set, nodes);
  const template: Pod = { metadata: set.metadata, spec };
  return {
    key: `${set.metadata.namespace ?? ""}/${set.metadata.name}`,
    requests: { ...effectiveRequests(newest?.spec ?? spec), ...portAmounts(portsOf(spec), ports) },
    wishes: wishesOf(template, { respect: false, softTaints: true }),
  };
}

function newestOf(set: DaemonSet, nodes: readonly NodeState[]): Pod | undefined {
  let newest: Pod | undefined;
  for (const { pods } of nodes) {
    for (const pod of pods)
      if (belongsTo(pod, set) && (newest === undefined || createdAt(pod) > createdAt(newest))) newest = pod;
  }
  return newest;
}

const belongsTo = ({ metadata }: Pod, { metadata: set }: DaemonSet): boolean =>
  metadata.namespace === set.namespace &&
  (metadata.ownerReferences?.some(({ kind, name }) => kind === "DaemonSet" && name === set.name) ?? false);

const createdAt = ({ metadata }: Pod): string => metadata.creationTimestamp ?? "";

/** Whether the daemon will run on new nodes of a pool, as far as the pool decides. */
export function runsInPool({ wishes }: Daemon, pool: Requirements, taints: readonly Taint[]): readonly Wish[] {
  const known = new Map([...pool, ...onceRunning]);
  return wishes.filter(
    ({ requirements, tolerations }) =>
      untolerated(taints, tolerations) === undefined && conflictWithTemplate(known, requirements) === undefined,
  );
}

/** Whether one of these wishes, which the pool grants, also suits the instance type. */
export const runsOnType = (wishes: readonly Wish[], type: Requirements): boolean =>
  wishes.some(({ requirements }) => conflictWithMachine(type, requirements) === undefined);

/** Whether the daemon runs on a node that is there. */
export const runsOnNode = ({ wishes }: Daemon, node: Requirements, taints: readonly Taint[]): boolean =>
  wishes.some(
    ({ requirements, tolerations }) =>
      untolerated(taints, tolerations) === undefined && conflict(node, requirements) === undefined,
  );

export const together = (daemons: readonly Daemon[]): Amounts => sum(daemons.map(({ requests }) => requests));
