import type { Finding } from "../api/conditions";
import { conditionOf, isTrue, turnedAt } from "../api/conditions";
import { annotations, finalizers, labels } from "../api/labels";
import type { Node } from "../api/node";
import type { NodeClaim } from "../api/node-claim";
import { isReady } from "../api/node-state";
import { NotFoundError } from "../ports/errors";
import type { Event } from "../ports/events";
import type { Outcome, Reconciler } from "../runtime/reconciler";
import { after, done } from "../runtime/reconciler";
import { noteOnClaim } from "./claim-conditions";
import type { Context } from "./context";
import { cordon, leaveLoadBalancers } from "./cordon";
import { isEnded } from "./machine-end";
import { draining } from "./node-drain";
import { volumeDetachment } from "./node-volume-detachment";

const POLL_MS = 1_000;
const INSTANCE_POLL_MS = 5_000;

/**
 * Takes a deleted node out of service: cordon, drain, wait for its volumes, terminate its machine, let go. What is left
 * to do is read from the cluster each time, so it goes on wherever it was cut off
 * (https://karpenter.sh/docs/concepts/disruption/#termination-controller).
 */
export function nodeTermination(context: Context): Reconciler<"Node"> {
  const { kube, clock, lookups } = context;
  const drain = draining(context);
  const detach = volumeDetachment(context);

  return {
    name: "node.termination",
    kind: "Node",
    concurrency: 100,
    async reconcile(node) {
      if (!isOursToEnd(node)) return done;
      const [claim] = lookups.claimsByProviderId.get(node.spec.providerID ?? "");
      if (claim !== undefined && !isGoing(claim)) await kube.delete("NodeClaim", claim.metadata);

      if (!isReady(node) && (await isGone(context, node))) return release(context, node);
      await cordon(context, node);
      await leaveLoadBalancers(context, node);
      return empty(node, claim);
    },
  };

  async function empty(node: Node, claim: NodeClaim | undefined): Promise<Outcome> {
    const deadline = deadlineOf(claim);
    if (deadline !== undefined) announce(context, deadline, [aboutNode(node), ...aboutClaim(claim)]);
    const drained = await drain(node, { since: drainingSince(node, claim, clock.now()), deadline });
    await note(context, claim, drained);
    if (drained.status !== "True") return after(POLL_MS);

    const detached = detach(node, deadline);
    await note(context, claim, detached);
    if (detached.status === "Unknown") return after(POLL_MS);

    const { providerID } = node.spec;
    if (providerID !== undefined && !(await isEnded(context, providerID, claim))) return after(INSTANCE_POLL_MS);
    return release(context, node);
  }
}

const isGoing = ({ metadata }: Node | NodeClaim): boolean => metadata.deletionTimestamp !== undefined;

const isOursToEnd = (node: Node): boolean =>
  isGoing(node) && (node.metadata.finalizers ?? []).includes(finalizers.termination);

async function isGone({ cloud }: Pick<Context, "cloud">, { spec: { providerID } }: Node): Promise<boolean> {
  if (providerID === undefined) return true;
  try {
    await cloud.get(providerID);
    return false;
  } catch (error) {
    if (error instanceof NotFoundError) return true;
    throw error;
  }
}

type About = Event["about"];
const aboutNode = ({ metadata }: Node): About => ({ kind: "Node", metadata });
const aboutClaim = (claim: NodeClaim | undefined): readonly About[] =>
  claim === undefined ? [] : [{ kind: "NodeClaim", metadata: claim.metadata }];

function announce({ events }: Pick<Context, "events">, deadline: number, whom: readonly About[]): void {
  const message = `all pods will be deleted by ${new Date(deadline).toISOString()}, when the termination grace period ends`;
  for (const about of whom)
    events.publish({ about, type: "Warning", reason: "TerminationGracePeriodExpiring", message });
}

/** Drops the finalizer, which lets the API server remove the node. */
async function release(
  { kube, clock, log, metrics }: Pick<Context, "kube" | "clock" | "log" | "metrics">,
  { metadata }: Node,
): Promise<Outcome> {
  // Cordoning wrote the node a moment ago; the list of finalizers must be taken from what is there now.
  const fresh = await kube.get("Node", metadata);
  if (fresh === undefined) return done;
  const { name, resourceVersion, finalizers: held = [], deletionTimestamp = "" } = fresh.metadata;
  await kube.patch(
    "Node",
    { name },
    {
      metadata: { resourceVersion, finalizers: held.filter((finalizer) => finalizer !== finalizers.termination) },
    },
  );
  log.info("deleted node", { Node: name });
  const nodepool = metadata.labels?.[labels.nodePool] ?? "";
  const seconds = (clock.now() - Date.parse(deletionTimestamp)) / 1000;
  metrics.count("karpenter_nodes_drained_total", { nodepool });
  metrics.count("karpenter_nodes_terminated_total", { nodepool, zone: metadata.labels?.[labels.zone] ?? "" });
  metrics.observe("karpenter_nodes_termination_duration_seconds", seconds, { nodepool });
  return done;
}

/** Writes on the claim how far its node has come, when that is news. */
async function note(context: Context, claim: NodeClaim | undefined, finding: Finding): Promise<void> {
  if (claim === undefined || conditionOf(claim, finding.type)?.status === finding.status) return;
  const fresh = await context.kube.get("NodeClaim", claim.metadata);
  if (fresh !== undefined) await noteOnClaim(context, fresh, finding);
}

/** What its claim says, which outlives a restart; a node without one drains since its deletion. */
function drainingSince({ metadata }: Node, claim: NodeClaim | undefined, now: number): number {
  const deletedAt = Date.parse(metadata.deletionTimestamp ?? "");
  if (claim === undefined || isTrue(claim, "Drained")) return deletedAt;
  return turnedAt(claim, "Drained") ?? now;
}

/** Milliseconds since the epoch after which draining no longer waits, if the claim sets a limit. */
function deadlineOf(claim: NodeClaim | undefined): number | undefined {
  const at = claim?.metadata.annotations?.[annotations.terminationTimestamp];
  return at === undefined ? undefined : Date.parse(at);
}
