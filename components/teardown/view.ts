/** What a teardown sees of a cluster: names and what decides about them. */
export interface ClusterView {
  readonly pools: readonly ObjectView[];
  readonly claims: readonly ClaimView[];
  readonly classes: readonly WaitingView[];
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

/** An object that the controller has to let go. */
export interface WaitingView extends ObjectView {
  /** Why that takes longer, in the words of its conditions. */
  readonly obstacle: string | undefined;
}

export interface ClaimView extends WaitingView {
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
