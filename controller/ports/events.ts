import type { Kind } from "../api/kinds";
import type { ObjectMeta } from "../api/kube-object";

/** Kubernetes events about objects, from source `karpenter`; equal ones within `dedupeMs` are sent once. */
export interface Events {
  publish(event: Event): void;
}

export interface Event {
  readonly about: { readonly kind: Kind; readonly metadata: ObjectMeta };
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** What makes two events equal, besides kind, object and reason; default: the message. */
  readonly dedupeKey?: string;
  /** Default 120 000. */
  readonly dedupeMs?: number;
}
