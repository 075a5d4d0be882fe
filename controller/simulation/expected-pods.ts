import type { Pod } from "../api/pod";
import { isActive } from "../api/pod-state";
import type { Snapshot } from "../state/snapshot";

/**
 * Tells the pods that launching nodes will take from those that need a plan: the pods that the nodes are made for, and,
 * for each of these that went meanwhile, one successor by the same owner. While a node drains, its pods are planned
 * first and evicted then; their successors must not be planned once more.
 */
export function withoutExpected({ pods, intentions }: Snapshot, waiting: readonly Pod[]): readonly Pod[] {
  const active = new Set(pods.filter(isActive).map(uidOf));
  const expected = [...intentions.launches.values()].flatMap(({ pods: made }) => made);
  const uids = new Set(expected.map(uidOf));
  const heirs = expected.filter((pod) => !active.has(uidOf(pod))).map(ownerOf);

  return waiting.filter((pod) => {
    if (uids.has(uidOf(pod))) return false;
    const owner = ownerOf(pod);
    const place = owner === undefined ? -1 : heirs.indexOf(owner);
    if (place >= 0) heirs.splice(place, 1);
    return place < 0;
  });
}

const uidOf = ({ metadata }: Pod): string => metadata.uid ?? "";

/** Uid of the controller that makes another pod when this one goes. */
const ownerOf = ({ metadata }: Pod): string | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
