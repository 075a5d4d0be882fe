import type { Finding } from "../api/conditions";
import { fails, holds, isTrue, unknown } from "../api/conditions";
import { finalizers, labels, taints } from "../api/labels";
import type { OwnerReference, Taint } from "../api/kube-object";
import type { Node } from "../api/node";
import type { NodeClaim } from "../api/node-claim";
import { isRegistered } from "../api/node-state";
import { isSameTaint } from "../api/taints";
import { done } from "../runtime/reconciler";
import { withClaimFinding } from "./claim-conditions";
import type { Context } from "./context";
import { poolOf } from "./node-claim-metrics";
import type { Progress } from "./node-claim-step";

/** Recognizes the node that joined for a claim and makes it the claim's own: labels, taints, finalizer, owner. */
export function registration(
  context: Pick<Context, "kube" | "cloud" | "clock" | "log" | "events" | "metrics" | "lookups">,
) {
  const { kube, cloud, clock, log, events, metrics, lookups } = context;

  return async (claim: NodeClaim): Promise<Progress> => {
    const { providerID = "" } = claim.status ?? {};
    if (!isTrue(claim, "Launched")) return { claim: found(claim, notJoined), outcome: done };
    if (isTrue(claim, "Registered")) return { claim, outcome: done };

    const nodes = lookups.nodesByProviderId.get(providerID);
    const [node] = nodes;
    if (node === undefined) return { claim: found(claim, notJoined), outcome: done };
    if (nodes.length > 1) return { claim: found(claim, several(nodes)), outcome: done };

    // Once only: what was taken off the node since, such as startup taints, must not come back.
    if (!isRegistered(node)) await adopt(claim, node);
    await cloud.tag(providerID, { Name: node.metadata.name, "karpenter.sh/nodeclaim": claim.metadata.name });
    log.info("registered nodeclaim", {
      NodeClaim: claim.metadata.name,
      Node: node.metadata.name,
      "provider-id": providerID,
    });
    metrics.count("karpenter_nodes_created_total", {
      nodepool: poolOf(claim),
      zone: claim.metadata.labels?.[labels.zone] ?? "",
    });
    const registered = found(claim, holds("Registered"));
    return { claim: { ...registered, status: { ...registered.status, nodeName: node.metadata.name } }, outcome: done };
  };

  function found(claim: NodeClaim, finding: Finding): NodeClaim {
    return withClaimFinding(claim, finding, clock.now());
  }

  async function adopt(claim: NodeClaim, node: Node): Promise<void> {
    await kube.patch("Node", node.metadata, {
      metadata: {
        resourceVersion: node.metadata.resourceVersion,
        labels: { ...claim.metadata.labels, [labels.registered]: "true" },
        annotations: claim.metadata.annotations,
        finalizers: [...new Set([...(node.metadata.finalizers ?? []), finalizers.termination])],
        ownerReferences: owners(claim, node),
      },
      spec: { taints: taintsOf(claim, node) },
    });
    // Not before: a conflict brings us here again.
    if (!(node.spec.taints ?? []).some(isUnregistered)) warnOfMissingTaint(claim, node);
  }

  function warnOfMissingTaint(claim: NodeClaim, node: Node): void {
    log.error("node joined without the unregistered taint, so pods may have come too early", {
      Node: node.metadata.name,
    });
    events.publish({
      about: { kind: "NodeClaim", metadata: claim.metadata },
      type: "Warning",
      reason: "UnregisteredTaintMissing",
      message: `Node ${node.metadata.name} joined without taint ${taints.unregistered.key}; its user data should register it`,
    });
  }
}

const notJoined = unknown("Registered", "NodeNotFound", "the machine's node has not joined the cluster yet");

const several = (nodes: readonly Node[]): Finding =>
  fails(
    "Registered",
    "MultipleNodesFound",
    `several nodes have the machine's provider id: ${nodes.map(({ metadata }) => metadata.name).join(", ")}`,
  );

function owners(claim: NodeClaim, node: Node): readonly OwnerReference[] {
  const owner: OwnerReference = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    name: claim.metadata.name,
    uid: claim.metadata.uid ?? "",
    blockOwnerDeletion: true,
  };
  return [...(node.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.uid), owner];
}

/** The claim's taints and the node's own, without the one that kept pods away until now. */
function taintsOf(claim: NodeClaim, node: Node): readonly Taint[] {
  const own = (node.spec.taints ?? []).filter((taint) => !isUnregistered(taint));
  if (node.metadata.labels?.[labels.doNotSyncTaints] === "true") return own;
  const wanted = [...(claim.spec.taints ?? []), ...(claim.spec.startupTaints ?? [])];
  return [...own, ...wanted.filter((taint) => !own.some((other) => isSameTaint(other, taint)))];
}

const isUnregistered = (taint: Taint): boolean => isSameTaint(taint, taints.unregistered);
