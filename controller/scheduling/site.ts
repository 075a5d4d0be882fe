import { type Spot, spotOfDraft } from "./counting";
import type { Share } from "./draft";
import type { ExistingNode } from "./existing-node";
import type { PoolPlan } from "./pool-plan";
import type { Occupancy } from "./ties";

/** A node to which pods are to go. */
interface Host {
  readonly shares: readonly Share[];
  readonly occupancy: Occupancy;
  remove(share: Share, count: number): void;
}

/** A host, and where its pods are counted now. */
export interface Site {
  /** Tells it from all others. */
  readonly name: string;
  readonly host: Host;
  readonly spot: () => Spot;
  /** Drops it, if it is only planned and nothing is on it any more. */
  readonly tidy: () => void;
}

export interface Hosts {
  readonly nodes: readonly ExistingNode[];
  readonly pools: readonly PoolPlan[];
}

/** Planned nodes, then those that are there. */
export const sitesOf = ({ nodes, pools }: Hosts): readonly Site[] => [
  ...pools.flatMap((pool) =>
    pool.drafts.map((draft, position) => ({
      name: `planned ${pool.template.pool.metadata.name} ${position}`,
      host: draft,
      spot: () => spotOfDraft(pool, draft),
      tidy: () => {
        if (draft.shares.length === 0) pool.close(draft);
      },
    })),
  ),
  ...nodes.map((node) => ({ name: node.state.name, host: node, spot: () => node.spot, tidy: () => undefined })),
];
