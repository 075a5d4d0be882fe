import { conditionOf, holds, removed } from "../api/conditions";
import type { Node } from "../api/node";
import type { NodeClaim } from "../api/node-claim";
import { isReschedulable } from "../api/pod-state";
import type { Candidate } from "../disruption/candidate";
import { candidates } from "../disruption/candidate";
import { emptyNodes } from "../disruption/emptiness";
import type { Event } from "../ports/events";
import type { Singleton } from "../runtime/reconciler";
import { after } from "../runtime/reconciler";
import { nextTurn } from "../runtime/turns";
import type { TrackedNode } from "../state/tracked-node";
import { noteOnClaim } from "./claim-conditions";
import type { Context } from "./context";
import { cordon, isCordoned, uncordon } from "./cordon";
import { countDisrupted } from "./node-claim-metrics";
import { observe } from "./observation";

const POLL_MS = 5_000;
const REASON = "DisruptionReason";

/**
 * Removes machines that are not worth keeping. A machine is cordoned first, so that nothing new can come, then looked
 * at once more, and only then given up; what was cordoned and not given up is freed again in the next round.
 */
export function disruption(context: Context): Singleton {
  const { clock, log, events, metrics } = context;
  const { letGo, free } = departures(context);

  return {
    name: "disruption",
    async run() {
      const snapshot = observe(context);
      await allOf(snapshot.tracked.filter(isMarkedInVain).map(free));
      // Looking at all nodes and pods is much at once already.
      await nextTurn();
      const { free: able, blocked } = candidates(snapshot, clock.now());
      for (const { tracked, why } of blocked) {
        for (const event of aboutBoth(tracked, "DisruptionBlocked", why)) events.publish(event);
      }
      const empty = emptyNodes(able, snapshot, clock.now());
      metrics.set("karpenter_voluntary_disruption_eligible_nodes", empty.length, { reason: "Empty" });
      if (empty.length === 0) return after(POLL_MS);

      log.info("disrupting node(s)", {
        reason: "empty",
        decision: "delete",
        "disrupted-node-count": empty.length,
        "disrupted-nodes": empty.map(({ tracked, claim }) => ({ Node: tracked.name, NodeClaim: claim.metadata.name })),
      });
      await allOf(empty.map(letGo));
      const decision = { decision: "delete", reason: "empty", consolidation_type: "empty" };
      metrics.count("karpenter_voluntary_disruption_decisions_total", decision);
      return after(POLL_MS);
    },
  };
}

/** How one machine is let go, and how one that stays after all is freed. */
function departures(context: Context): {
  readonly letGo: (candidate: Candidate) => Promise<void>;
  readonly free: (tracked: TrackedNode) => Promise<void>;
} {
  const { kube, events, metrics, intentions } = context;

  return {
    async letGo({ tracked, claim, node, pool }) {
      await cordon(context, node);
      if (await isNeededAfterAll(node)) return;
      await giveUp(claim);
      const message = `Node ${node.metadata.name} is empty and goes away`;
      for (const event of aboutBoth(tracked, "DisruptionTerminating", message)) events.publish(event);
      countDisrupted(metrics, claim, { reason: "empty", policy: pool.spec.disruption?.consolidationPolicy });
    },
    async free({ claim, node }) {
      if (node === undefined || claim === undefined) return;
      if (isCordoned(node)) await uncordon(context, node);
      if (conditionOf(claim, REASON) !== undefined) await noteOnClaim(context, claim, removed(REASON));
    },
  };

  /** Asks the API server itself: the scheduler may have bound a pod just before it saw the taint. */
  async function isNeededAfterAll({ metadata: { name } }: Node): Promise<boolean> {
    const pods = await kube.list("Pod", { fieldSelector: `spec.nodeName=${name}` });
    return pods.some(isReschedulable);
  }

  /** Nothing may be planned for the node from now on, unless giving it up fails. */
  async function giveUp(claim: NodeClaim): Promise<void> {
    intentions.leave(claim.metadata.name);
    try {
      await noteReason(claim);
      await kube.delete("NodeClaim", claim.metadata);
    } catch (error) {
      intentions.stay(claim.metadata.name);
      throw error;
    }
  }

  async function noteReason(claim: NodeClaim): Promise<void> {
    const fresh = await kube.get("NodeClaim", claim.metadata);
    if (fresh !== undefined) await noteOnClaim(context, fresh, holds(REASON, "Empty", "Empty"));
  }
}

/** Cordoned, or told why it goes, by a round that did not finish, here or before a restart. */
const isMarkedInVain = ({ claim, node, leaving }: TrackedNode): boolean =>
  claim !== undefined &&
  node !== undefined &&
  !leaving &&
  (isCordoned(node) || conditionOf(claim, REASON) !== undefined);

/** Waits for all, and only then fails with the first that did: one node's trouble keeps no other. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

function aboutBoth({ node, claim }: TrackedNode, reason: string, message: string): readonly Event[] {
  const objects: Event["about"][] = [];
  if (node !== undefined) objects.push({ kind: "Node", metadata: node.metadata });
  if (claim !== undefined) objects.push({ kind: "NodeClaim", metadata: claim.metadata });
  return objects.map((about) => ({ about, type: "Normal", reason, message }));
}
