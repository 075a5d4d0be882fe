import { labels, taints } from "../api/labels";
import type { Node } from "../api/node";
import { isSameTaint } from "../api/taints";
import type { Context } from "./context";

const { disrupted } = taints;

export const isCordoned = ({ spec }: Node): boolean =>
  (spec.taints ?? []).some((taint) => isSameTaint(taint, disrupted));

/** Keeps new pods off a node that is about to go (`karpenter.sh/disrupted:NoSchedule`). */
export async function cordon({ kube, log }: Pick<Context, "kube" | "log">, node: Node): Promise<void> {
  if (isCordoned(node)) return;
  const { name, resourceVersion } = node.metadata;
  await kube.patch(
    "Node",
    { name },
    {
      metadata: { resourceVersion },
      spec: { taints: [...(node.spec.taints ?? []), disrupted] },
    },
  );
  log.info("tainted node", { Node: name, "taint.Key": disrupted.key, "taint.Effect": disrupted.effect });
}

/** Takes the cordon back from a node that stays after all. */
export async function uncordon({ kube, log }: Pick<Context, "kube" | "log">, node: Node): Promise<void> {
  const { name, resourceVersion } = node.metadata;
  const others = (node.spec.taints ?? []).filter((taint) => !isSameTaint(taint, disrupted));
  await kube.patch("Node", { name }, { metadata: { resourceVersion }, spec: { taints: others } });
  log.info("untainted node", { Node: name });
}

/** Tells load balancers to stop sending to a node that drains. */
export async function leaveLoadBalancers({ kube }: Pick<Context, "kube">, { metadata }: Node): Promise<void> {
  const label = { [labels.excludeFromLoadBalancers]: "karpenter" };
  if (metadata.labels?.[labels.excludeFromLoadBalancers] === "karpenter") return;
  await kube.patch("Node", metadata, { metadata: { labels: label } });
}
