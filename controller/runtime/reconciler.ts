import type { Kind, Kinds } from "../api/kinds";

/**
 * Brings one object closer to what it should be. Level-driven: it looks at what is, never at what changed, and may be
 * called at any time, any number of times; after a crash it is simply called again. Two calls for one object never
 * overlap. A throw means "again, with back-off"; TerminalError means "not until the object changes"; ConflictError
 * means "again at once" and is not logged, and so does NotFoundError, unless it keeps coming.
 */
export interface Reconciler<K extends Kind> {
  /** Karpenter's controller name, such as `nodeclaim.lifecycle`; it labels logs and metrics. */
  readonly name: string;
  readonly kind: K;
  /** How many objects at once; default 10. */
  readonly concurrency?: number;
  /** Other kinds whose changes concern objects of this kind: the keys of those objects. */
  readonly watches?: readonly Watch[];
  reconcile(object: Kinds[K], signal: AbortSignal): Promise<Outcome>;
}

export type Watch = { [K in Kind]: WatchOf<K> }[Kind];

export interface WatchOf<K extends Kind> {
  readonly kind: K;
  keys(object: Kinds[K]): readonly string[];
}

/** Makes a watch with its types settled. */
export const watching = <K extends Kind>(kind: K, keys: (object: Kinds[K]) => readonly string[]): Watch =>
  // The mapped union cannot follow a generic K; both sides are the same K by this signature.
  ({ kind, keys }) as unknown as Watch;

/** Nothing more to do until something changes, or: look again after so many milliseconds. */
export interface Outcome {
  readonly after?: number;
}
export const done: Outcome = {};
export const after = (ms: number): Outcome => ({ after: ms });

/** A loop of its own, not tied to one object. It runs while this replica leads. */
export interface Singleton {
  readonly name: string;
  /** One round; the outcome says when the next one starts (default: at once). A throw backs off. */
  run(signal: AbortSignal): Promise<Outcome>;
}
