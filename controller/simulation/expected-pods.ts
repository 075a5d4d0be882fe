import type { Pod } from "../api/pod";
import { isActive } from "../api/pod-state";
import type { Snapshot } from "../state/snapshot";

/**
 * Tells the pods that launching nodes will take from those that need a plan: the pods that the nodes are made for, and,
 * for each of these that went meanwhile, one successor by the same owner. While a node drains, its pods are planned
 * first and evicted then; their successors must not be planned once more.
 */
export function withoutExpected({ pods, intentions }: Snapshot, waiting: readonly Pod[]): readonly Pod[] {
  const expected = [...intentions.launches.values()].flatMap(({ pods: made }) => made);
  if (expected.length === 0) return waiting;
  const active = new Set(pods.filter(isActive).map(uidOf));
  const uids = new Set(expected.map(uidOf));
  const heirs = counted(expected.filter((pod) => !active.has(uidOf(pod))).flatMap((pod) => ownerOf(pod) ?? []));

  return waiting.filter((pod) => {
    if (uids.has(uidOf(pod))) return false;
    const owner = ownerOf(pod);
    const left = owner === undefined ? 0 : (heirs.get(owner) ?? 0);
    if (owner !== undefined && left > 0) heirs.set(owner, left - 1);
    return left === 0;
  });
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const uidOf = ({ metadata }: Pod): string => metadata.uid ?? "";

/** Uid of the controller that makes another pod when this one goes. */
const ownerOf = ({ metadata }: Pod): string | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
