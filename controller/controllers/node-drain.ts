import type { Finding } from "../api/conditions";
import { holds, unknown } from "../api/conditions";
import type { Node } from "../api/node";
import type { Pod } from "../api/pod";
import { drainStep } from "../disruption/drain";
import type { Context } from "./context";

/** Catches pods that were bound just before the scheduler saw the taint. */
const LEAST_DRAIN_MS = 5_000;

export interface Drain {
  /** When draining began, in milliseconds since the epoch. */
  readonly since: number;
  /** When it stops waiting for pods, if it ever does. */
  readonly deadline: number | undefined;
}

/** Asks the pods of a node away, and says how far that has come. Called again until it says Drained=True. */
export function draining(context: Pick<Context, "kube" | "clock" | "log" | "events" | "metrics" | "lookups">) {
  const { kube, clock, log, events, metrics, lookups } = context;

  return async (node: Node, { since, deadline }: Drain): Promise<Finding> => {
    const now = clock.now();
    const { waiting, evict, force } = drainStep(lookups.podsByNode.get(node.metadata.name), now, deadline);
    await Promise.all([...evict.map((pod) => ask(node, pod)), ...force.map((order) => remove(order))]);

    if (waiting.length === 0 && now - since >= LEAST_DRAIN_MS) return holds("Drained");
    return unknown("Drained", "Draining", "pods are leaving the node");
  };

  async function ask(node: Node, pod: Pod): Promise<void> {
    const { name, namespace = "", uid } = pod.metadata;
    const eviction = await kube.evict(pod.metadata, uid);
    if (eviction.result === "blocked") {
      events.publish({
        about: { kind: "Node", metadata: node.metadata },
        type: "Warning",
        reason: "FailedDraining",
        message: `pod ${namespace}/${name} may not be evicted yet: ${eviction.message}`,
      });
      return;
    }
    if (eviction.result === "gone") return;
    metrics.count("karpenter_pods_drained_total", { reason: "" });
    events.publish({
      about: { kind: "Pod", metadata: pod.metadata },
      type: "Normal",
      reason: "Evicted",
      message: `evicted from node ${node.metadata.name}, which is going away`,
    });
  }

  async function remove({
    pod,
    gracePeriodSeconds,
  }: {
    readonly pod: Pod;
    readonly gracePeriodSeconds: number;
  }): Promise<void> {
    const { name, namespace = "", uid, deletionGracePeriodSeconds } = pod.metadata;
    if (deletionGracePeriodSeconds !== undefined && deletionGracePeriodSeconds <= gracePeriodSeconds) return;
    await kube.delete("Pod", pod.metadata, { gracePeriodSeconds, ...(uid === undefined ? {} : { uid }) });
    log.info("deleted pod at the end of its node's termination grace period", {
      Pod: `${namespace}/${name}`,
      gracePeriodSeconds,
    });
    events.publish({
      about: { kind: "Pod", metadata: pod.metadata },
      type: "Normal",
      reason: "Disrupted",
      message: `deleted, since the termination grace period of node ${pod.spec.nodeName ?? ""} ends`,
    });
  }
}
