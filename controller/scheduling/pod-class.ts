import type { PodGroup } from "./demand";
import type { Ties } from "./ties";
import type { Wish } from "./wish";

/** A group of pods with what may be tried for it, best first; nothing for pods whose required affinity has no term. */
export interface PodClass extends PodGroup {
  readonly aims: readonly Aim[];
}

/** One way to please a pod, down to what binds it to other pods then. */
export interface Aim {
  readonly wish: Wish;
  readonly ties: { readonly node: Ties; readonly domain: Ties };
}
