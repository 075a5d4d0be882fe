import { labels } from "#controller/api/labels";
import type { Node } from "#controller/api/node";
import type { NodeClaim } from "#controller/api/node-claim";
import { Intentions } from "#controller/state/intentions";
import { type Observation, type Snapshot, snapshotOf } from "#controller/state/snapshot";
import { node, nodeClaim } from "./builders";
import { type DeepPartial, merge } from "./merge";

/** A snapshot in which only this was seen. */
export const snapshot = (seen: Partial<Observation>, intentions = new Intentions()): Snapshot =>
  snapshotOf(
    {
      at: Date.parse("2026-01-05T12:00:00Z"),
      pods: [],
      nodes: [],
      claims: [],
      pools: [],
      nodeClasses: [],
      daemonSets: [],
      namespaces: [],
      budgets: [],
      volumeClaims: [],
      volumes: [],
      storageClasses: [],
      csiNodes: [],
      services: [],
      replicationControllers: [],
      replicaSets: [],
      statefulSets: [],
      ...seen,
    },
    intentions,
  );

const room = { cpu: "4", memory: "16Gi", pods: "110" };

/** A claim with these conditions met; `Launched` comes with a machine. */
export function claimThat(conditions: readonly string[], ...overrides: readonly DeepPartial<NodeClaim>[]): NodeClaim {
  const claim = nodeClaim(...overrides);
  const met = conditions.map((type) => ({ type, status: "True" as const, lastTransitionTime: "2026-01-01T00:00:00Z" }));
  const machine = { providerID: `aws:///test-zone-a/i-${claim.metadata.name}`, capacity: room, allocatable: room };
  return merge(claim, {
    status: { conditions: met, ...(conditions.includes("Launched") && { ...machine, ...claim.status }) },
  });
}

export interface Running {
  readonly claim: NodeClaim;
  readonly node: Node;
}

/** A machine of a pool that has been up for long: claim and node are ready, and it may be consolidated. */
export function running(
  pool: string,
  more: { readonly claim?: DeepPartial<NodeClaim>; readonly node?: DeepPartial<Node> } = {},
): Running {
  const claim = claimThat(
    ["Launched", "Registered", "Initialized", "Consolidatable"],
    { metadata: { labels: { [labels.nodePool]: pool } } },
    more.claim ?? {},
  );
  return {
    claim,
    node: node(
      {
        metadata: {
          labels: { [labels.nodePool]: pool, [labels.registered]: "true", [labels.initialized]: "true" },
        },
        spec: { providerID: claim.status?.providerID ?? "" },
      },
      more.node ?? {},
    ),
  };
}

/** Claims and nodes of machines, as an observation holds them. */
export const seen = (machines: readonly Running[]): Pick<Observation, "claims" | "nodes"> => ({
  claims: machines.map(({ claim }) => claim),
  nodes: machines.map((machine) => machine.node),
});
