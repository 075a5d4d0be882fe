import type { EC2NodeClass } from "../api/ec2-node-class";
import { finalizers } from "../api/labels";
import type { Outcome } from "../runtime/reconciler";
import { after, done } from "../runtime/reconciler";
import type { Context } from "./context";

const LOOK_AGAIN_MS = 10 * 60_000;

/** Holds a deleted class until no claim needs it, then removes the profiles and launch templates made for it. */
export function nodeClassTermination({
  kube,
  log,
  events,
  lookups,
  nodeClasses,
}: Pick<Context, "kube" | "log" | "events" | "lookups" | "nodeClasses">) {
  return async (nodeClass: EC2NodeClass): Promise<Outcome> => {
    const { name, resourceVersion, finalizers: held = [] } = nodeClass.metadata;
    if (!held.includes(finalizers.nodeClass)) return done;

    const claims = lookups.claimsByNodeClass.get(name).map(({ metadata }) => metadata.name);
    if (claims.length > 0) {
      events.publish({
        about: { kind: "EC2NodeClass", metadata: nodeClass.metadata },
        type: "Normal",
        reason: "WaitingOnNodeClaimTermination",
        message: `waiting for nodeclaims to go: ${claims.join(", ")}`,
      });
      return after(LOOK_AGAIN_MS);
    }
    await nodeClasses.release(nodeClass);
    await kube.patch("EC2NodeClass", nodeClass.metadata, {
      metadata: { resourceVersion, finalizers: held.filter((finalizer) => finalizer !== finalizers.nodeClass) },
    });
    log.info("deleted nodeclass", { EC2NodeClass: name });
    return done;
  };
}
