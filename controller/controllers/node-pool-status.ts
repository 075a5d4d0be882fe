import type { Finding } from "../api/conditions";
import { conditionOf, nodePoolConditions, withFindings } from "../api/conditions";
import { isDeepEqual } from "../api/equality";
import type { Labels, ResourceList } from "../api/kube-object";
import { labels } from "../api/labels";
import type { NodePool } from "../api/node-pool";
import { toNumber } from "../api/quantity";
import { sumOf } from "../api/resource-list";
import type { Metrics } from "../ports/metrics";
import type { Reconciler } from "../runtime/reconciler";
import { done, watching } from "../runtime/reconciler";
import type { Context } from "./context";
import { classReadiness, validity } from "./node-pool-findings";

type Needs = Pick<Context, "kube" | "clock" | "log" | "metrics" | "lookups">;

/** Says of a pool whether it is valid and its class ready, and what its nodes add up to. */
export function nodePoolStatus({ kube, clock, log, metrics, lookups }: Needs): Reconciler<"NodePool"> {
  return {
    name: "nodepool.readiness",
    kind: "NodePool",
    watches: [
      watching("EC2NodeClass", ({ metadata }) => poolsOf(metadata.name)),
      watching("NodeClaim", ({ metadata }) => ownPool(metadata.labels)),
      watching("Node", ({ metadata }) => ownPool(metadata.labels)),
    ],
    async reconcile(pool) {
      const { name: nodeClass } = pool.spec.template.spec.nodeClassRef;
      const findings = [validity(pool), classReadiness(nodeClass, kube.cached("EC2NodeClass").get(nodeClass))];
      const resources = usageOf(pool);
      publishGauges(metrics, pool, resources);
      await save(pool, resources, findings);
      return done;
    },
  };

  function poolsOf(nodeClass: string): readonly string[] {
    const pools = kube.cached("NodePool").list();
    return pools
      .filter(({ spec }) => spec.template.spec.nodeClassRef.name === nodeClass)
      .map(({ metadata }) => metadata.name);
  }

  function usageOf({ metadata }: NodePool): ResourceList {
    const machines = lookups.claimsByPool.get(metadata.name).map(({ status = {} }) => {
      const [node] = lookups.nodesByProviderId.get(status.providerID ?? "");
      return { ...status.capacity, ...node?.status?.capacity, nodes: "1" };
    });
    return { ...nothing, ...sumOf(machines) };
  }

  async function save(pool: NodePool, resources: ResourceList, findings: readonly Finding[]): Promise<void> {
    const conditions = withFindings(pool, findings, { set: nodePoolConditions, now: clock.now() });
    const status = { ...pool.status, resources, nodes: Number(resources["nodes"] ?? "0"), conditions };
    if (isDeepEqual(pool.status, status)) return;
    for (const finding of findings) sayWhenNew(pool, finding);
    const { name, resourceVersion } = pool.metadata;
    await kube.patchStatus(
      "NodePool",
      { name },
      {
        metadata: { resourceVersion },
        status: { ...status, resources: { ...gone(pool.status?.resources, resources), ...resources } },
      },
    );
  }

  function sayWhenNew(pool: NodePool, finding: Finding): void {
    if (finding.status !== "False" || conditionOf(pool, finding.type)?.message === finding.message) return;
    const { reason, message: error } = finding;
    log.error("nodepool cannot provision", { NodePool: pool.metadata.name, reason, error });
  }
}

/** What a pool without machines has. */
const nothing: ResourceList = { cpu: "0", memory: "0", pods: "0", "ephemeral-storage": "0", nodes: "0" };

const ownPool = (own: Labels | undefined): readonly string[] => {
  const pool = own?.[labels.nodePool];
  return pool === undefined ? [] : [pool];
};

function publishGauges(metrics: Metrics, { metadata, spec }: NodePool, usage: ResourceList): void {
  for (const [resource_type, quantity] of Object.entries(spec.limits ?? {})) {
    metrics.set("karpenter_nodepools_limit", toNumber(quantity), { resource_type, nodepool: metadata.name });
  }
  for (const [resource_type, quantity] of Object.entries(usage)) {
    metrics.set("karpenter_nodepools_usage", toNumber(quantity), { resource_type, nodepool: metadata.name });
  }
}

/** Merge patches keep what they do not name, so resources that the pool no longer has are named as null. */
const gone = (had: ResourceList = {}, has: ResourceList): Readonly<Record<string, null>> =>
  Object.fromEntries(
    Object.keys(had)
      .filter((name) => !(name in has))
      .map((name) => [name, null]),
  );
