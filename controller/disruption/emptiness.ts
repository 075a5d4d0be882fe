import { isTrue } from "../api/conditions";
import { parseDuration } from "../api/duration";
import { isReady } from "../api/node-state";
import type { NodePool } from "../api/node-pool";
import { isReschedulable } from "../api/pod-state";
import { roomKeeping } from "../simulation/buffer-outcome";
import type { Snapshot } from "../state/snapshot";
import type { TrackedNode } from "../state/tracked-node";
import { allowedDisruptions } from "./budget";
import type { Candidate } from "./candidate";

/**
 * Machines that nobody needs: no pod on them would have to go elsewhere, none came or went for the pool's
 * `consolidateAfter`, and no buffer keeps room on them. As many as each pool's budgets allow. A node is empty when no
 * pod would need another place; eviction cost plays no part, unlike upstream, where very cheap pods make a node count
 * as empty.
 */
export function emptyNodes(free: readonly Candidate[], snapshot: Snapshot, now: number): readonly Candidate[] {
  const keepsRoom = roomKeeping(snapshot);
  const left = new Map(snapshot.pools.map((pool) => [pool.metadata.name, roomFor(pool, snapshot.tracked, now)]));
  return free.filter((candidate) => {
    const pool = candidate.pool.metadata.name;
    const room = left.get(pool) ?? 0;
    if (room < 1 || !isUnneeded(candidate) || keepsRoom(candidate.tracked)) return false;
    left.set(pool, room - 1);
    return true;
  });
}

const isUnneeded = ({ tracked, claim, pool }: Candidate): boolean =>
  pool.spec.replicas === undefined &&
  parseDuration(pool.spec.disruption?.consolidateAfter ?? "0s") !== Infinity &&
  isTrue(claim, "Consolidatable") &&
  !tracked.pods.some(isReschedulable);

/**
 * What the budgets allow less what is away already: nodes that are leaving or not Ready. Drained ones are past
 * counting.
 */
function roomFor(pool: NodePool, tracked: readonly TrackedNode[], now: number): number {
  const own = tracked.filter(
    ({ pool: name, claim, initialized }) =>
      name === pool.metadata.name && initialized && claim !== undefined && !isTrue(claim, "InstanceTerminating"),
  );
  const away = own.filter(({ leaving, node }) => leaving || node === undefined || !isReady(node)).length;
  return allowedDisruptions(pool, "Empty", { total: own.length, now }) - away;
}
