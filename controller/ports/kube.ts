import type { Kind, Kinds } from "../api/kinds";

/**
 * The Kubernetes API. Reads come in two kinds: `cached` answers from a watch at once and may lag behind; `get` and
 * `list` ask the API server. Writes throw the errors of `errors.ts`: NotFound, Conflict, AlreadyExists, Invalid,
 * Permission; anything else is a passing failure and is retried by the caller's back-off.
 */
export interface Kube {
  cached<K extends Kind>(kind: K): Cache<Kinds[K]>;
  get<K extends Kind>(kind: K, name: ObjectName): Promise<Kinds[K] | undefined>;
  /** @param options.fieldSelector such as `spec.nodeName=ip-10-0-0-1.ec2.internal`. */
  list<K extends Kind>(kind: K, options?: { readonly fieldSelector?: string }): Promise<readonly Kinds[K][]>;
  create<K extends Kind>(kind: K, object: New<Kinds[K]>): Promise<Kinds[K]>;
  /**
   * JSON merge patch: absent fields stay, `null` removes, lists are replaced whole. A patch that carries
   * `metadata.resourceVersion` throws ConflictError when the object has moved on: use it whenever a list is written.
   */
  patch<K extends Kind>(kind: K, name: ObjectName, patch: MergePatch): Promise<Kinds[K]>;
  /** The same on the status subresource. */
  patchStatus<K extends Kind>(kind: K, name: ObjectName, patch: MergePatch): Promise<Kinds[K]>;
  /** Asks for deletion; what is already gone is fine. With `uid`, only that very object. */
  delete(kind: Kind, name: ObjectName, options?: DeleteOptions): Promise<void>;
  /** Eviction API, which honours disruption budgets. `blocked` carries the server's words; ask again later. */
  evict(pod: ObjectName, uid?: string): Promise<Eviction>;
}

export interface ObjectName {
  readonly name: string;
  readonly namespace?: string;
}

/** An object about to be created: a name, or a `generateName` to which the server adds letters. */
export type New<T extends { readonly metadata: object }> = Omit<T, "metadata"> & {
  readonly metadata: Partial<T["metadata"]> & ({ readonly name: string } | { readonly generateName: string });
};

export type MergePatch = Readonly<Record<string, unknown>>;

export interface DeleteOptions {
  readonly uid?: string;
  readonly gracePeriodSeconds?: number;
}

export type Eviction =
  { readonly result: "evicted" | "gone" } | { readonly result: "blocked"; readonly message: string };

/** A kind as the watch last showed it. Keys are `namespace/name`, or `name` for cluster-scoped kinds. */
export interface Cache<T> {
  get(key: string): T | undefined;
  list(): readonly T[];
  /** Called for each object now and after every change; `object` is undefined when it is gone. Returns how to stop. */
  subscribe(listener: (key: string, object: T | undefined, before: T | undefined) => void): () => void;
}
