import { fails, nodeClassConditions, withFindings } from "../api/conditions";
import type { EC2NodeClass } from "../api/ec2-node-class";
import { isDeepEqual } from "../api/equality";
import { finalizers } from "../api/labels";
import type { Outcome } from "../runtime/reconciler";
import { after, done } from "../runtime/reconciler";
import type { Context } from "./context";
import { wordsOf } from "./failure-words";

const LOOK_AGAIN_MS = 10 * 60_000;

type Needs = Pick<Context, "kube" | "clock" | "log" | "events" | "lookups" | "nodeClasses" | "settings">;

/** Holds a deleted class until no claim needs it, then removes the profiles and launch templates made for it. */
export function nodeClassTermination({ kube, clock, log, events, lookups, nodeClasses, settings }: Needs) {
  const set = nodeClassConditions(settings.featureGates);
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
    await release(nodeClass);
    await kube.patch("EC2NodeClass", nodeClass.metadata, {
      metadata: { resourceVersion, finalizers: held.filter((finalizer) => finalizer !== finalizers.nodeClass) },
    });
    log.info("deleted nodeclass", { EC2NodeClass: name });
    return done;
  };

  async function release(nodeClass: EC2NodeClass): Promise<void> {
    try {
      await nodeClasses.release(nodeClass);
    } catch (error) {
      await say(nodeClass, wordsOf(error));
      throw error;
    }
  }

  /** Whoever waits for the class to go looks at the class. */
  async function say(nodeClass: EC2NodeClass, why: string): Promise<void> {
    const { metadata, status } = nodeClass;
    const about = { kind: "EC2NodeClass", metadata } as const;
    events.publish({ about, type: "Warning", reason: "ReleaseFailed", message: why });
    const finding = fails("Released", "ReleaseFailed", why);
    const conditions = withFindings(nodeClass, [finding], { set, now: clock.now() });
    if (isDeepEqual(status?.conditions, conditions)) return;
    const { name, resourceVersion } = metadata;
    await kube.patchStatus("EC2NodeClass", { name }, { metadata: { resourceVersion }, status: { conditions } });
  }
}
