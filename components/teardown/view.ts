/** What a teardown sees of a cluster: names and what decides about them. */
export interface ClusterView {
  readonly pools: readonly ObjectView[];
  readonly claims: readonly ClaimView[];
  readonly classes: readonly ObjectView[];
  /** Nodes that Karpenter made. */
  readonly nodes: readonly NodeView[];
  /** When the controller's leader last renewed its lease, in its own words; undefined when nobody leads. */
  readonly leaderRenewed: string | undefined;
}

export interface ObjectView {
  readonly name: string;
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
}

export interface ClaimView extends ObjectView {
  readonly nodeName: string | undefined;
}

export interface NodeView extends ObjectView {
  readonly instanceId: string | undefined;
}

/** A pod that keeps a node from going. */
export interface PodView {
  readonly namespace: string;
  readonly name: string;
  readonly nodeName: string;
}

export interface Patience {
  readonly evictAfterSeconds: number;
  readonly deadlineSeconds: number;
}
