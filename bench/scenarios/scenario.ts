import type { Problem } from "#controller/scheduling/problem";

/** A kind of problem that can be had in several sizes, the same each time. */
export interface Scenario {
  readonly name: string;
  /** What it is, in half a sentence. */
  readonly about: string;
  /** Numbers of pods to place. */
  readonly sizes: readonly number[];
  /** The problem with so many pods. */
  problem(pods: number): Problem;
}

/** A problem of which only what matters is said. */
export const problemWith = (parts: Pick<Problem, "pods" | "pools"> & Partial<Problem>): Problem => ({
  nodes: [],
  daemonSets: [],
  namespaces: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } }],
  volumes: { claims: [], volumes: [], classes: [] },
  settings: { preferences: "Respect", minValues: "Strict" },
  ...parts,
});
