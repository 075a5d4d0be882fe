import type { ResourceList } from "#controller/api/kube-object";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import { wellKnown } from "#controller/api/well-known";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { Problem } from "#controller/scheduling/problem";
import { completed, unreserved } from "./instance-types";
import { clusterOf, type PeerCluster } from "./cluster";
import { storedPod } from "./stored";

/** What the peer's program reads, to the letter; see `program/scenario.go`. */
export interface PeerScenario {
  readonly wellKnown: readonly string[];
  readonly settings: {
    readonly preferences: "Respect" | "Ignore";
    readonly minValues: "Strict" | "BestEffort";
    readonly reservations: "Strict" | "Fallback";
  };
  readonly repeat: number;
  readonly pods: readonly Pod[];
  /** Lists of instance types, each once: pools point to theirs by its place in here. */
  readonly catalogs: readonly (readonly InstanceType[])[];
  readonly pools: readonly { readonly nodePool: NodePool; readonly catalog: number; readonly usage: ResourceList }[];
  readonly cluster: PeerCluster;
}

/** The problem as objects of the API, which is what the peer schedules by. */
export function scenarioOf(problem: Problem, repeat = 1): PeerScenario {
  const { preferences, minValues, reservations = "Strict" } = problem.settings;
  const lists = [...new Set(problem.pools.map(({ instanceTypes }) => instanceTypes))];
  return {
    wellKnown: [...wellKnown],
    settings: { preferences, minValues, reservations: reservations === "Fallback" ? "Fallback" : "Strict" },
    repeat,
    pods: problem.pods.map(storedPod),
    catalogs: lists.map((types) => completed(reservations === "Ignore" ? unreserved(types) : types)),
    pools: problem.pools.map(({ pool, instanceTypes, usage }) => ({
      nodePool: pool,
      catalog: lists.indexOf(instanceTypes),
      usage,
    })),
    cluster: clusterOf(problem),
  };
}
