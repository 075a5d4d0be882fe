import { keyOf } from "../api/kube-object";
import { selects } from "../api/label-selector";
import { annotations, taints } from "../api/labels";
import type { Node } from "../api/node";
import type { NodeClaim } from "../api/node-claim";
import type { NodePool } from "../api/node-pool";
import type { Pod } from "../api/pod";
import { isActive, isDoNotDisrupt, isMirror, tolerates } from "../api/pod-state";
import type { PodDisruptionBudget } from "../api/workloads";
import type { Snapshot } from "../state/snapshot";
import type { TrackedNode } from "../state/tracked-node";

/** A machine that may go. */
export interface Candidate {
  readonly tracked: TrackedNode;
  readonly claim: NodeClaim;
  readonly node: Node;
  readonly pool: NodePool;
}

/** Why a machine of ours has to stay for now, in words for an event. */
export interface Blocked {
  readonly tracked: TrackedNode;
  readonly why: string;
}

/**
 * Everything that may go, and why the rest may not (https://karpenter.sh/docs/concepts/disruption/).
 * Machines on their way in or out are neither.
 */
export function candidates(
  snapshot: Snapshot,
  now: number,
): { readonly free: readonly Candidate[]; readonly blocked: readonly Blocked[] } {
  const pools = new Map(snapshot.pools.map((pool) => [pool.metadata.name, pool]));
  const free: Candidate[] = [];
  const blocked: Blocked[] = [];
  for (const tracked of snapshot.tracked) {
    const { claim, node } = tracked;
    const pool = pools.get(tracked.pool ?? "");
    if (claim === undefined || node === undefined || pool === undefined) continue;
    if (!tracked.initialized || tracked.leaving || isExpectingPods(tracked, snapshot, now)) continue;
    const why = obstacle(tracked, snapshot.budgets, now);
    if (why === undefined) free.push({ tracked, claim, node, pool });
    else blocked.push({ tracked, why });
  }
  return { free, blocked };
}

function obstacle(
  { annotations: own, pods }: TrackedNode,
  budgets: readonly PodDisruptionBudget[],
  now: number,
): string | undefined {
  if (own[annotations.doNotDisrupt] === "true") return `the node carries ${annotations.doNotDisrupt}`;
  for (const pod of pods.filter(isActive)) {
    const why = podObstacle(pod, budgets, now);
    if (why !== undefined) return why;
  }
  return undefined;
}

function podObstacle(pod: Pod, budgets: readonly PodDisruptionBudget[], now: number): string | undefined {
  const name = keyOf(pod);
  if (isDoNotDisrupt(pod, now)) return `pod ${name} carries ${annotations.doNotDisrupt}`;
  // Draining leaves these alone, so no budget is asked.
  if (isMirror(pod) || tolerates(pod.spec.tolerations, taints.disrupted)) return undefined;
  const covering = budgets.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.metadata.namespace && selects(spec.selector, pod.metadata.labels),
  );
  if (covering.length > 1) return `pod ${name} is under several disruption budgets, which the eviction API refuses`;
  const blocking = covering.find((budget) => !lets(budget, pod));
  return blocking && `disruption budget ${blocking.metadata.name} does not let pod ${name} go`;
}

const lets = ({ spec, status }: PodDisruptionBudget, pod: Pod): boolean =>
  (status?.disruptionsAllowed ?? 0) > 0 || (spec.unhealthyPodEvictionPolicy === "AlwaysAllow" && !isPodReady(pod));

/** Nominated under its own name, or under its claim's before the node had joined. */
const isExpectingPods = ({ name, claim }: TrackedNode, { intentions }: Snapshot, now: number): boolean =>
  intentions.isNominated(name, now) || (claim !== undefined && intentions.isNominated(claim.metadata.name, now));

const isPodReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;
