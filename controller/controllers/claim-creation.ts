import type { NodeClaim } from "../api/node-claim";
import type { Pod } from "../api/pod";
import { maximumOf } from "../api/resource-list";
import { toNodeClaim } from "../scheduling/claim";
import type { PlannedNode } from "../scheduling/plan";
import type { Context } from "./context";

const NAMES_IN_LOG = 5;

/** Creates the claim of a planned node, and remembers for which pods, so that none is planned for twice. */
export function claimCreation({
  kube,
  log,
  metrics,
  intentions,
  settings: { defaultTerminationGracePeriod: terminationGracePeriod },
}: Pick<Context, "kube" | "log" | "metrics" | "intentions" | "settings">) {
  const defaults = terminationGracePeriod === "" ? {} : { terminationGracePeriod };
  return async (planned: PlannedNode): Promise<NodeClaim> => {
    const { pool, pods, instanceTypes, requests, minValuesRelaxed } = planned;
    const claim = await kube.create("NodeClaim", toNodeClaim(planned, defaults));
    intentions.launching(claim, {
      pods,
      capacity: maximumOf(instanceTypes.map(({ capacity }) => capacity)),
    });
    log.info("created nodeclaim", {
      NodePool: pool.metadata.name,
      NodeClaim: claim.metadata.name,
      requests,
      pods: pods.length,
      "instance-types": shortened(instanceTypes.map(({ name }) => name)),
    });
    metrics.count("karpenter_nodeclaims_created_total", {
      reason: "provisioned",
      nodepool: pool.metadata.name,
      min_values_relaxed: String(minValuesRelaxed),
    });
    return claim;
  };
}

export const uidOf = ({ metadata }: Pod): string => metadata.uid ?? "";

/** The first few names and how many more there are. */
export const shortened = (names: readonly string[]): string =>
  names.length <= NAMES_IN_LOG
    ? names.join(", ")
    : `${names.slice(0, NAMES_IN_LOG).join(", ")} and ${names.length - NAMES_IN_LOG} other(s)`;
