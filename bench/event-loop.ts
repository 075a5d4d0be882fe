/** `npm run bench:event-loop`: how long the passes of the provisioner over a large cluster keep the main thread from everything else. */
import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import type { Pod } from "#controller/api/pod";
import type { Context } from "#controller/controllers/context";
import { podProvisioning } from "#controller/controllers/pod-provisioning";
import { ThreadPlanner } from "#controller/planning/thread-planner";
import { JsonLog } from "#controller/runtime/json-log";
import { systemClock } from "#controller/runtime/system-clock";
import { Intentions } from "#controller/state/intentions";
import { silentMetrics } from "#support/silence";
import { type LargeCluster, largeCluster, type Size } from "./large-cluster";
import { MemoryKube } from "./memory-kube";

export interface Delay {
  /** The first pass tells the planner everything, the others only what changed. */
  readonly firstPassMs: number;
  readonly laterPassMs: number;
  readonly claims: number;
  /** The longest time that the main thread was away from its event loop, and what only one in a hundred turns exceeds. */
  readonly longestMs: number;
  readonly p99Ms: number;
}

const PASSES = 6;
/** The monitor's timer is due this often; what comes on top is delay. */
const RESOLUTION_MS = 1;
/** One pod in so many is replaced by its watch between two passes. */
const CHANGED_OF = 20;

/** Plans a cluster of this size again and again, as the controller does, with its planner in a thread. */
export async function eventLoopDelay(size: Size): Promise<Delay> {
  const planner = new ThreadPlanner({
    ...{ clock: systemClock, log: sink(), memoryLimitBytes: undefined },
    start: (options) => new Worker(join(__dirname, "../controller/planner-thread.ts"), options),
  });
  const cluster = largeCluster(size);
  const memory = shown(cluster);
  const pass = passes(memory, cluster, planner);
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const took: number[] = [];
  try {
    for (let round = 0; round < PASSES; round++) {
      memory.show("Pod", round === 0 ? [] : changed(cluster.observation.pods, round));
      await systemClock.sleep(100);
      monitor.enable();
      took.push(await pass());
      monitor.disable();
    }
  } finally {
    await planner.close();
  }
  const [firstPassMs = 0, ...later] = took;
  const ms = (nanos: number): number => nanos / 1e6 - RESOLUTION_MS;
  return {
    firstPassMs,
    laterPassMs: later.reduce((sum, each) => sum + each, 0) / later.length,
    claims: memory.created / PASSES,
    longestMs: ms(monitor.max),
    p99Ms: ms(monitor.percentile(99)),
  };
}

/** Log lines are made and written, but nobody reads them. */
function sink(): JsonLog {
  const nowhere = openSync("/dev/null", "w");
  return new JsonLog({ level: "info", clock: systemClock, write: (line) => writeSync(nowhere, `${line}\n`) });
}

function shown({ observation }: LargeCluster): MemoryKube {
  const memory = new MemoryKube();
  const { pods, nodes, claims, pools, nodeClasses, daemonSets, namespaces } = observation;
  for (const [kind, objects] of Object.entries({
    ...{ Pod: pods, Node: nodes, NodeClaim: claims, NodePool: pools },
    ...{ EC2NodeClass: nodeClasses, DaemonSet: daemonSets, Namespace: namespaces },
  }))
    memory.show(kind as "Pod", objects); // keys are kinds
  return memory;
}

/** The same pods in a new version, some of them. */
const changed = (pods: readonly Pod[], round: number): readonly Pod[] =>
  pods
    .filter((_, index) => index % CHANGED_OF === round)
    .map((pod) => ({ ...structuredClone(pod), metadata: { ...pod.metadata, resourceVersion: String(round) } }));

/** The provisioner of such a cluster; each call is one pass, from the window's end to the last claim. */
function passes(memory: MemoryKube, { catalog }: LargeCluster, planner: ThreadPlanner): () => Promise<number> {
  const intentions = new Intentions();
  const context = {
    ...{ kube: memory.kube, planner, intentions, clock: systemClock, log: sink(), metrics: silentMetrics },
    cloud: { instanceTypes: () => Promise.resolve(catalog.get("default") ?? []) },
    events: { publish: () => undefined },
    settings: {
      ...{ clusterName: "bench", batchIdleMs: 1, batchMaxMs: 1 },
      preferences: "Respect",
      minValues: "Strict",
    },
  } as unknown as Context; // all that provisioning uses of it
  const { signal } = new AbortController();
  const [trigger, provisioner] = podProvisioning(context);
  return async () => {
    // Every pass plans all of it again.
    for (const claim of intentions.launches.keys()) intentions.forget(claim);
    await trigger?.run(signal);
    const startedAt = performance.now();
    await provisioner?.run(signal);
    return performance.now() - startedAt;
  };
}

async function main(): Promise<void> {
  const [nodes, running, types] = [2_000, 20_000, 600];
  for (const pending of [5_000, 20_000]) {
    const { firstPassMs, laterPassMs, longestMs, p99Ms, claims } = await eventLoopDelay({
      nodes,
      running,
      pending,
      types,
    });
    console.log(
      `${pending} pending pods, ${nodes} nodes with ${running} pods, ${types} types: event loop held for ${longestMs.toFixed(0)} ms at most ` +
        `(p99 ${p99Ms.toFixed(0)} ms); first pass ${firstPassMs.toFixed(0)} ms, later ones ${laterPassMs.toFixed(0)} ms, ${claims} new nodes`,
    );
  }
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
