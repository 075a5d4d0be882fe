import type { KubeObject } from "#controller/api/kube-object";
import type { NodePool } from "#controller/api/node-pool";
import type { Container, Pod, PodSpec, TopologySpreadConstraint } from "#controller/api/pod";
import type { NodeState, PoolChoice, Problem } from "#controller/scheduling/problem";
import { merge } from "#support/merge";

/** Makes a problem smaller and simpler as long as it still shows what it is about. */
export async function shrunk(problem: Problem, shows: (simpler: Problem) => Promise<boolean>): Promise<Problem> {
  let smallest = problem;
  for (let next: Problem | undefined = problem; next !== undefined;) {
    smallest = next;
    next = await firstOf(simpler(smallest), shows);
  }
  return smallest;
}

async function firstOf(
  candidates: Iterable<Problem>,
  shows: (simpler: Problem) => Promise<boolean>,
): Promise<Problem | undefined> {
  for (const candidate of candidates) if (await shows(candidate)) return candidate;
  return undefined;
}

/** Everything that is one step simpler; what takes most away comes first. */
function* simpler(problem: Problem): Generator<Problem> {
  for (const pods of without(problem.pods)) yield { ...problem, pods };
  for (const nodes of without(problem.nodes)) yield { ...problem, nodes };
  for (const pools of without(problem.pools)) yield { ...problem, pools };
  for (const daemonSets of without(problem.daemonSets)) yield { ...problem, daemonSets };
  yield* withFewerTypes(problem);
  for (const nodes of eachSimpler(problem.nodes, simplerNodes)) yield { ...problem, nodes };
  for (const pods of eachSimpler(problem.pods, simplerPods)) yield { ...problem, pods };
  for (const pools of eachSimpler(problem.pools, simplerChoices)) yield { ...problem, pools };
}

/** Without the first half, without the second half, then without each one. */
function* without<T>(all: readonly T[]): Generator<readonly T[]> {
  if (all.length > 3) {
    yield all.slice(Math.floor(all.length / 2));
    yield all.slice(0, Math.floor(all.length / 2));
  }
  for (const one of all) yield all.filter((each) => each !== one);
}

function* eachSimpler<T>(all: readonly T[], steps: (one: T) => Iterable<T>): Generator<readonly T[]> {
  for (const one of all) for (const step of steps(one)) yield all.map((each) => (each === one ? step : each));
}

/** All pools share one catalogue. */
function* withFewerTypes(problem: Problem): Generator<Problem> {
  const types = problem.pools[0]?.instanceTypes ?? [];
  for (const instanceTypes of without(types))
    if (instanceTypes.length > 0)
      yield { ...problem, pools: problem.pools.map((choice) => ({ ...choice, instanceTypes })) };
}

function* simplerNodes(state: NodeState): Generator<NodeState> {
  for (const pods of without(state.pods)) yield { ...state, pods };
  if (state.taints.length > 0) yield { ...state, taints: [] };
  const { volumeLimits, ...rest } = state;
  if (volumeLimits !== undefined) yield rest;
  for (const pods of eachSimpler(state.pods, simplerPods)) yield { ...state, pods };
}

type Optional = Exclude<keyof PodSpec, "containers">;
const optional: readonly Optional[] = [
  ...(["affinity", "topologySpreadConstraints", "nodeSelector", "tolerations"] as const),
  ...(["initContainers", "overhead", "volumes"] as const),
];

function* simplerPods(pod: Pod): Generator<Pod> {
  for (const field of optional)
    if (pod.spec[field] !== undefined) yield simplified(pod, { spec: { [field]: undefined } });
  yield* simplerConstraints(pod, pod.spec.topologySpreadConstraints ?? []);
  yield* simplerAffinities(pod, pod.spec.affinity ?? {});
  yield* simplerContainers(pod, pod.spec.containers);
}

function* simplerConstraints(pod: Pod, constraints: readonly TopologySpreadConstraint[]): Generator<Pod> {
  if (constraints.length > 1)
    for (const fewer of without(constraints)) yield simplified(pod, { spec: { topologySpreadConstraints: fewer } });
  for (const field of ["minDomains", "nodeAffinityPolicy", "nodeTaintsPolicy", "matchLabelKeys"] as const)
    if (constraints.some((each) => each[field] !== undefined))
      yield simplified(pod, {
        spec: { topologySpreadConstraints: constraints.map((each) => merge(each, { [field]: undefined })) },
      });
}

function* simplerContainers(pod: Pod, containers: readonly Container[]): Generator<Pod> {
  if (containers.length > 1) yield simplified(pod, { spec: { containers: containers.slice(0, 1) } });
  if (containers.some(({ ports }) => ports !== undefined))
    yield simplified(pod, { spec: { containers: containers.map((each) => merge(each, { ports: undefined })) } });
}

const simplified = <T extends KubeObject>(object: T, part: Parameters<typeof merge<T>>[1]): T => merge(object, part);

function* simplerAffinities(pod: Pod, affinity: NonNullable<PodSpec["affinity"]>): Generator<Pod> {
  for (const kind of ["nodeAffinity", "podAffinity", "podAntiAffinity"] as const) {
    const each = affinity[kind];
    if (each === undefined) continue;
    yield simplified(pod, { spec: { affinity: { [kind]: undefined } } });
    for (const strength of Object.keys(each))
      yield simplified(pod, { spec: { affinity: { [kind]: { [strength]: undefined } } } });
  }
}

function* simplerChoices(choice: PoolChoice): Generator<PoolChoice> {
  for (const pool of simplerPools(choice.pool)) yield { ...choice, pool };
}

function* simplerPools(pool: NodePool): Generator<NodePool> {
  const { limits, weight, template } = pool.spec;
  if (limits !== undefined) yield simplified(pool, { spec: { limits: undefined } });
  if (weight !== undefined) yield simplified(pool, { spec: { weight: undefined } });
  if (template.metadata !== undefined) yield simplified(pool, { spec: { template: { metadata: undefined } } });
  if ((template.spec.taints ?? []).length > 0) yield simplified(pool, { spec: { template: { spec: { taints: [] } } } });
  for (const requirements of without(template.spec.requirements))
    yield simplified(pool, { spec: { template: { spec: { requirements } } } });
}
