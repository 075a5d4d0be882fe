import type { Pod } from "../api/pod";
import type { Plan } from "../scheduling/plan";
import type { Snapshot } from "../state/snapshot";
import { isOpen, podsToPlace } from "./problem";

/**
 * What is left to do of a plan, which is as old as making it took: pods that found a place or went meanwhile need none,
 * a node that nobody is left for is not made, and neither is one of a pool that went; its pods are for the next plan.
 * @param snapshot the cluster by now
 */
export function stillWanted(plan: Plan, snapshot: Snapshot): Plan {
  const waiting = new Set(podsToPlace(snapshot).map(uidOf));
  const open = new Set(snapshot.pools.filter(isOpen).map(uidOf));
  const waits = (pod: Pod): boolean => waiting.has(uidOf(pod));
  const peopled = plan.newNodes.map((node) => ({ ...node, pods: node.pods.filter(waits) })).filter(hasPods);
  const orphaned = peopled.filter(({ pool }) => !open.has(uidOf(pool)));
  return {
    ...plan,
    newNodes: peopled.filter(({ pool }) => open.has(uidOf(pool))),
    existing: new Map(
      [...plan.existing]
        .map(([node, pods]) => [node, pods.filter(waits)] as const)
        .filter(([, pods]) => pods.length > 0),
    ),
    unschedulable: plan.unschedulable.filter(({ pod }) => waits(pod)),
    deferred: [...plan.deferred.filter(waits), ...orphaned.flatMap(({ pods }) => pods)],
  };
}

const hasPods = ({ pods }: { readonly pods: readonly Pod[] }): boolean => pods.length > 0;

const uidOf = ({ metadata }: { readonly metadata: { readonly uid?: string } }): string => metadata.uid ?? "";
