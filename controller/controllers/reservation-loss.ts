import type { KubeObject } from "../api/kube-object";
import { labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import { isTerminating } from "../api/pod-state";
import type { Singleton } from "../runtime/reconciler";
import { after } from "../runtime/reconciler";
import type { Context } from "./context";

const EVERY_MS = 60_000;

/**
 * Says of machines whose capacity reservation is over that they run on demand now, at its price. EC2 lets them run on;
 * the end of a reservation alone is no reason to replace them (https://karpenter.sh/docs/tasks/odcrs/).
 */
export function reservationLoss({
  kube,
  cloud,
  log,
  lookups,
}: Pick<Context, "kube" | "cloud" | "log" | "lookups">): Singleton {
  return {
    name: "capacityreservation.capacitytype",
    async run() {
      const reserved = kube
        .cached("NodeClaim")
        .list()
        .filter((claim) => !isTerminating(claim) && [claim, ...nodesOf(claim)].some(isReserved));
      // Where nothing is reserved, EC2 is not asked.
      const machines = reserved.length === 0 ? [] : await cloud.list();
      // EC2 may not say everything of a machine that is still pending.
      const lost = machines.filter(({ state, capacityType }) => state === "running" && capacityType === "on-demand");
      const ids = new Set(lost.map(({ providerId }) => providerId));
      for (const claim of reserved) if (ids.has(providerIdOf(claim))) await demote(claim);
      return after(EVERY_MS);
    },
  };

  /** None before it has joined. */
  function nodesOf(claim: NodeClaim): readonly KubeObject[] {
    return lookups.nodesByProviderId.get(providerIdOf(claim));
  }

  async function demote(claim: NodeClaim): Promise<void> {
    const nodes = nodesOf(claim);
    await kube.patch("NodeClaim", claim.metadata, { metadata: onDemand });
    for (const { metadata } of nodes) await kube.patch("Node", metadata, { metadata: onDemand });
    log.info("reservation is over, nodeclaim runs on demand", {
      NodeClaim: claim.metadata.name,
      "capacity-reservation-id": claim.metadata.labels?.[labels.reservationId],
    });
  }
}

const providerIdOf = ({ status }: NodeClaim): string => status?.providerID ?? "";

const isReserved = ({ metadata }: KubeObject): boolean => metadata.labels?.[labels.capacityType] === "reserved";

/** As a merge patch: what is null goes. */
const onDemand = {
  labels: {
    [labels.capacityType]: "on-demand",
    [labels.reservationId]: null,
    [labels.reservationType]: null,
    [labels.reservationInterruptible]: null,
  },
};
