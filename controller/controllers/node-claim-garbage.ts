import { isTrue } from "../api/conditions";
import { isReady } from "../api/node-state";
import type { NodeClaim } from "../api/node-claim";
import type { Machine } from "../ports/cloud";
import { NotFoundError } from "../ports/errors";
import type { Singleton } from "../runtime/reconciler";
import { after } from "../runtime/reconciler";
import type { Context } from "./context";
import { countDisrupted } from "./node-claim-metrics";

const CLAIMS_EVERY_MS = 2 * 60_000;
/** Orphans are looked for often after a start, when a crash may have left some; then rarely. */
const MACHINES_SOON_MS = 10_000;
const MACHINES_EVERY_MS = 2 * 60_000;
const SOON_ROUNDS = 20;
/** A machine younger than this may still be on its way into its claim's status. */
const GRACE_MS = 30_000;

/** Deletes claims whose machine is gone without our doing. */
export function claimGarbage({
  kube,
  cloud,
  log,
  lookups,
  metrics,
}: Pick<Context, "kube" | "cloud" | "log" | "lookups" | "metrics">): Singleton {
  return {
    name: "nodeclaim.garbagecollection",
    async run() {
      const claims = kube.cached("NodeClaim").list().filter(isRegisteredAndStaying);
      const machines = new Set((await cloud.list()).map(({ providerId }) => providerId));
      for (const claim of claims.filter(({ status }) => !machines.has(status?.providerID ?? ""))) {
        const [node] = lookups.nodesByProviderId.get(claim.status?.providerID ?? "");
        if (node !== undefined && isReady(node)) continue;
        await kube.delete("NodeClaim", claim.metadata);
        log.info("garbage collecting nodeclaim with no cloudprovider representation", {
          NodeClaim: claim.metadata.name,
          "provider-id": claim.status?.providerID,
        });
        countDisrupted(metrics, claim, { reason: "garbage_collected" });
      }
      return after(CLAIMS_EVERY_MS);
    },
  };
}

const isRegisteredAndStaying = (claim: NodeClaim): boolean =>
  claim.metadata.deletionTimestamp === undefined && isTrue(claim, "Registered");

/** Terminates machines that no claim knows: what a crash between launch and status write leaves behind. */
export function machineGarbage({
  kube,
  cloud,
  clock,
  log,
  lookups,
}: Pick<Context, "kube" | "cloud" | "clock" | "log" | "lookups">): Singleton {
  let rounds = 0;
  return {
    name: "instance.garbagecollection",
    async run() {
      // Machines first: a claim that appears in between is then never mistaken for a missing one.
      const machines = await cloud.list();
      const known = new Set((await kube.list("NodeClaim")).map(({ status }) => status?.providerID));
      const orphans = machines.filter((machine) => !known.has(machine.providerId) && isOld(machine, clock.now()));
      for (const { providerId } of orphans) await remove(providerId);
      rounds += 1;
      return after(rounds < SOON_ROUNDS ? MACHINES_SOON_MS : MACHINES_EVERY_MS);
    },
  };

  async function remove(providerId: string): Promise<void> {
    try {
      await cloud.delete(providerId);
      log.info("garbage collected instance without a nodeclaim", { "provider-id": providerId });
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
    for (const node of lookups.nodesByProviderId.get(providerId)) await kube.delete("Node", node.metadata);
  }
}

const isOld = ({ launchedAt, state }: Machine, now: number): boolean =>
  launchedAt + GRACE_MS < now && state !== "shutting-down" && state !== "terminated";
