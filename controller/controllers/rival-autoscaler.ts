import type { Deployment } from "../api/workloads";
import type { Context } from "./context";

/**
 * The Cluster Autoscaler that runs in this cluster, if one does. Two autoscalers that answer the same pending pods
 * launch everything twice and then remove each other's nodes, so ours waits until the other is scaled to zero.
 */
function rivalAutoscaler({ kube }: Pick<Context, "kube">): string | undefined {
  const rival = kube.cached("Deployment").list().find(isRunningClusterAutoscaler);
  return rival && `${rival.metadata.namespace ?? ""}/${rival.metadata.name}`;
}

const isRunningClusterAutoscaler = ({ spec, status }: Deployment): boolean =>
  (status?.readyReplicas ?? 0) > 0 &&
  (spec?.template?.spec.containers ?? []).some(({ image = "" }) => /(^|\/)cluster-autoscaler[:@]/.test(`${image}:`));

/** Whether provisioning has to wait; every pool says so for as long as it is true. */
export function isHeldBack(context: Pick<Context, "kube" | "log" | "events">): boolean {
  const rival = rivalAutoscaler(context);
  if (rival === undefined) return false;
  const message = `Cluster Autoscaler runs as Deployment ${rival}; no node is launched until it is scaled to zero`;
  context.log.error("refusing to provision beside Cluster Autoscaler", { Deployment: rival });
  for (const { metadata } of context.kube.cached("NodePool").list()) {
    const about = { kind: "NodePool", metadata } as const;
    context.events.publish({ about, type: "Warning", reason: "ClusterAutoscalerRunning", message });
  }
  return true;
}
