import type { ClusterView, Patience } from "./view";

/** What to do next on the way to a cluster without pools and claims. */
export interface DrainStep {
  readonly deletePools: readonly string[];
  readonly deleteClaims: readonly string[];
  /** Nodes whose pods have been asked to go for long enough. */
  readonly emptyNodes: readonly string[];
  /** Nothing is left to wait for, or it makes no sense any more. */
  readonly over: "drained" | "controller gone" | "deadline" | undefined;
}

/** A leader renews its lease every few seconds; after this long without it, nobody drains. */
const leaderGoneAfterMs = 60_000;

export interface Elapsed {
  readonly sinceStartMs: number;
  /** How long the leader's lease has looked the same: measured here, since clocks differ. */
  readonly leaderSilentMs: number;
}

export function nextStep(view: ClusterView, elapsed: Elapsed, patience: Patience): DrainStep {
  const going = view.claims.filter(({ deleting }) => deleting);
  const impatient = elapsed.sinceStartMs >= patience.evictAfterSeconds * 1_000;
  return {
    deletePools: namesToDelete(view.pools),
    deleteClaims: namesToDelete(view.claims),
    emptyNodes: impatient ? going.flatMap(({ nodeName }) => nodeName ?? []) : [],
    over: whyOver(view, elapsed, patience),
  };
}

const namesToDelete = (objects: ClusterView["pools"]): readonly string[] =>
  objects.filter(({ deleting }) => !deleting).map(({ name }) => name);

function whyOver(view: ClusterView, elapsed: Elapsed, patience: Patience): DrainStep["over"] {
  if (view.pools.length + view.claims.length === 0) return "drained";
  if (elapsed.sinceStartMs >= patience.deadlineSeconds * 1_000) return "deadline";
  // Pools without claims only wait for the garbage collector, which is not the controller.
  return view.claims.length > 0 && elapsed.leaderSilentMs >= leaderGoneAfterMs ? "controller gone" : undefined;
}
