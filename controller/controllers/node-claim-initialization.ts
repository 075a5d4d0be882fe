import type { Finding } from "../api/conditions";
import { holds, isTrue, unknown } from "../api/conditions";
import { labels } from "../api/labels";
import type { Node } from "../api/node";
import { isInitialized, isReady } from "../api/node-state";
import type { NodeClaim } from "../api/node-claim";
import { isPositive } from "../api/resource-list";
import { isEphemeral, isSameTaint } from "../api/taints";
import { done } from "../runtime/reconciler";
import { withClaimFinding } from "./claim-conditions";
import type { Context } from "./context";
import type { Progress } from "./node-claim-step";

/** Declares a registered node ready for pods: Ready, its startup taints gone, every resource it promised there. */
export function initialization({ kube, clock, log, lookups }: Pick<Context, "kube" | "clock" | "log" | "lookups">) {
  return async (claim: NodeClaim): Promise<Progress> => {
    const { providerID = "" } = claim.status ?? {};
    if (!isTrue(claim, "Registered") || isTrue(claim, "Initialized")) return { claim, outcome: done };

    const [node] = lookups.nodesByProviderId.get(providerID);
    const obstacle = obstacleTo(claim, node);
    if (obstacle !== undefined) return { claim: withClaimFinding(claim, obstacle, clock.now()), outcome: done };

    await declare(claim, node);
    return { claim: withClaimFinding(claim, holds("Initialized"), clock.now()), outcome: done };
  };

  async function declare({ metadata: { name } }: NodeClaim, node: Node | undefined): Promise<void> {
    // Declared already by a round whose note on the claim came too late.
    if (node === undefined || isInitialized(node)) return;
    await kube.patch("Node", node.metadata, { metadata: { labels: { [labels.initialized]: "true" } } });
    log.info("initialized nodeclaim", {
      NodeClaim: name,
      Node: node.metadata.name,
      "provider-id": node.spec.providerID,
      allocatable: node.status?.allocatable,
    });
  }
}

/**
 * Why the node cannot take pods yet, in the order in which Karpenter looks
 * (https://karpenter.sh/docs/concepts/nodeclaims/).
 */
function obstacleTo(claim: NodeClaim, node: Node | undefined): Finding | undefined {
  if (node === undefined) return not("NodeNotFound", "the node is not there");
  if (!isReady(node)) return not("NodeNotReady", `Node ${node.metadata.name} is not Ready`);
  const present = node.spec.taints ?? [];
  const startup = (claim.spec.startupTaints ?? []).find((taint) => present.some((other) => isSameTaint(other, taint)));
  if (startup !== undefined)
    return not("StartupTaintsExist", `startup taint ${startup.key}:${startup.effect} is still there`);
  const ephemeral = present.find(isEphemeral);
  if (ephemeral !== undefined) {
    return not("KnownEphemeralTaintsExist", `taint ${ephemeral.key}:${ephemeral.effect} is still there`);
  }
  const missing = Object.entries(claim.spec.resources?.requests ?? {}).find(
    ([name, quantity]) => isPositive(quantity) && !isPositive(node.status?.allocatable?.[name] ?? "0"),
  );
  return missing && not("ResourceNotRegistered", `the node does not offer ${missing[0]} yet`);
}

const not = (reason: string, message: string): Finding => unknown("Initialized", reason, message);
