import type { CapacityBuffer } from "../api/capacity-buffer";
import { fails, type Finding, holds, isTrue } from "../api/conditions";
import type { Pod } from "../api/pod";
import type { Plan } from "../scheduling/plan";
import type { Snapshot } from "../state/snapshot";
import type { TrackedNode } from "../state/tracked-node";
import { bufferOf, isVirtual, realOnly, virtualPods } from "./virtual-pods";

/** Where the units of one buffer go in a plan. */
export interface Outcome {
  /** On nodes that are there. */
  readonly existing: number;
  readonly onNewNodes: number;
  readonly nowhere: number;
}

/** By the buffer's `namespace/name`; a buffer of which the plan has no unit is not there. */
export function outcomesOf({ existing, newNodes, unschedulable }: Plan): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  const count = (pods: readonly Pod[], field: keyof Outcome): void => {
    for (const pod of pods) {
      const key = bufferOf(pod);
      if (key === undefined) continue;
      const before = outcomes.get(key) ?? { existing: 0, onNewNodes: 0, nowhere: 0 };
      outcomes.set(key, { ...before, [field]: before[field] + 1 });
    }
  };
  for (const pods of existing.values()) count(pods, "existing");
  for (const { pods } of newNodes) count(pods, "onNewNodes");
  for (const { pod } of unschedulable) count([pod], "nowhere");
  return outcomes;
}

/**
 * What to say about a buffer after a plan; undefined when the plan tells nothing new, as while its nodes are launching.
 */
export function provisioningOf(buffer: CapacityBuffer, outcome: Outcome | undefined): Finding | undefined {
  const { replicas = 0 } = buffer.status ?? {};
  const not = (reason: string, message: string): Finding => fails("Provisioning", reason, message);
  if (!isTrue(buffer, "ReadyForProvisioning"))
    return not("NotReadyForProvisioning", "it is not ready for provisioning");
  if (replicas === 0) return not("BufferEmpty", "it is to keep no unit");
  if (outcome === undefined) return undefined;
  const { existing, onNewNodes, nowhere } = outcome;
  if (onNewNodes + nowhere > 0) return not("RequiresNewCapacity", shortage(outcome, replicas));
  if (existing < replicas) return undefined;
  return holds("Provisioning", "FitsExistingCapacity", `all ${replicas} units fit on nodes that are there`);
}

const shortage = ({ onNewNodes, nowhere }: Outcome, replicas: number): string =>
  `${onNewNodes} of ${replicas} units need new nodes` + (nowhere > 0 ? `, ${nowhere} fit nowhere` : "");

/** How many units each node that the plan has looked at has room for, by provider id. */
export function unitsByNode(
  { existing }: Pick<Plan, "existing">,
  { tracked }: Pick<Snapshot, "tracked">,
): ReadonlyMap<string, number> {
  const units = new Map<string, number>();
  for (const node of tracked) {
    const id = providerIdOf(node);
    if (id === undefined || node.leaving || !node.launched) continue;
    units.set(id, (existing.get(node.name) ?? []).filter(isVirtual).length);
  }
  return units;
}

const providerIdOf = ({ claim, node }: TrackedNode): string | undefined =>
  node?.spec.providerID ?? claim?.status?.providerID;

/**
 * Tells nodes that are not empty although no pod runs on them: the last plan keeps units of buffers there, or there are
 * buffers and no plan has looked at the node yet, as after a restart and when it has just come.
 */
export function roomKeeping(snapshot: Snapshot): (node: TrackedNode) => boolean {
  if (virtualPods(snapshot).length === 0) return () => false;
  return (node) => snapshot.intentions.bufferUnitsOn(providerIdOf(node) ?? "") !== 0;
}

/** What a plan says of pods that there are: nobody tells a virtual pod where it goes. */
export const realPart = ({ existing, unschedulable }: Plan): Pick<Plan, "existing" | "unschedulable"> => ({
  existing: new Map(
    [...existing].map(([node, pods]) => [node, realOnly(pods)] as const).filter(([, pods]) => pods.length > 0),
  ),
  unschedulable: unschedulable.filter(({ pod }) => !isVirtual(pod)),
});
