import type { ResourceList } from "#controller/api/kube-object";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import { sumOf } from "#controller/api/resource-list";
import type { Problem } from "#controller/scheduling/problem";
import { chance, drawn, type Draw, many, pick, seeded } from "./random-problem/draw";
import { type Homestead, someDaemonSets, someNodes } from "./random-problem/nodes";
import { somePools } from "./random-problem/pools";
import { withReservations } from "./random-problem/reservations";
import { Storeroom } from "./random-problem/storage";
import { namespaces } from "./random-problem/topology";
import { someTypes } from "./random-problem/types";
import { podOf, someWorkload, type Workload } from "./random-problem/workloads";

const MOST_PODS = 25;

/** A small problem with every kind of constraint in it, the same one for the same seed. */
export const randomProblem = (seed: number): Problem => someProblem(seeded(seed));

/** The same problem as without, but for what is reserved. */
export const randomProblemWithReservations = (seed: number): Problem =>
  withReservations(randomProblem(seed), seeded(seed ^ 0x5eed));

/** Such problems for property tests, which shrink. */
export const randomProblems = drawn(someProblem);

function someProblem(draw: Draw): Problem {
  const types = someTypes(draw);
  const pools = somePools(draw);
  const workloads = many(draw.int(1, 5), () => someWorkload(draw));
  const daemonSets = someDaemonSets(draw);
  const nodes = someNodes(draw, { pools, types, daemonSets, workloads });
  const storeroom = new Storeroom(draw);
  const pods = somePods(draw, workloads, storeroom);
  return {
    pods,
    pools: pools.map((pool) => ({ pool, instanceTypes: types, usage: usageOf(pool, nodes) })),
    nodes: nodes.map(({ state }) => state),
    daemonSets,
    namespaces: [
      ...namespaces.map((name) => ({ metadata: { name, labels: { tier: name === "default" ? "front" : "back" } } })),
      { metadata: { name: "kube-system", labels: {} } },
    ],
    volumes: storeroom.volumes,
    settings: {
      preferences: chance(draw, 80) ? "Respect" : "Ignore",
      minValues: chance(draw, 70) ? "Strict" : "BestEffort",
    },
  };
}

function somePods(draw: Draw, workloads: readonly Workload[], storeroom: Storeroom): readonly Pod[] {
  const pods: Pod[] = [];
  for (const [position, workload] of workloads.entries()) {
    const withVolumes = chance(draw, 8);
    for (const replica of many(pick(draw, [1, 1, 2, 3, 4, 8]), (each) => each + 1)) {
      if (pods.length >= MOST_PODS) break;
      const pod = podOf(workload, { name: `${workload.app}-${position + 1}-${replica}`, order: pods.length });
      pods.push(withVolumes ? storeroom.withVolume(pod) : pod);
    }
  }
  return pods;
}

/** What the pool's nodes have together. */
function usageOf(pool: NodePool, nodes: readonly Homestead[]): ResourceList {
  const own = nodes.filter((node) => node.pool === pool);
  return sumOf(own.map(({ type }) => ({ ...type.capacity, nodes: "1" })));
}
