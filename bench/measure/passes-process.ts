import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Pod } from "#controller/api/pod";
import type { Context } from "#controller/controllers/context";
import { podProvisioning } from "#controller/controllers/pod-provisioning";
import { readSettings } from "#controller/options";
import { ThreadPlanner } from "#controller/planning/thread-planner";
import { collectWhenDoubled } from "#controller/runtime/garbage-collection";
import { JsonLog } from "#controller/runtime/json-log";
import { systemClock } from "#controller/runtime/system-clock";
import { Intentions } from "#controller/state/intentions";
import { silentMetrics } from "#support/silence";
import { type LargeCluster, largeCluster, type Size } from "./large-cluster";
import { MemoryKube } from "./memory-kube";
import type { PassOutcome } from "./passes";
import { TurnMonitor } from "./turn-monitor";

const PASSES = 6;
/** One pod in so many is replaced by its watch between two passes. */
const CHANGED_OF = 20;

/** Plans a cluster of this size again and again, as the controller does, with its planner in a thread. */
async function passesOver(size: Size): Promise<PassOutcome> {
  collectWhenDoubled();
  const planner = new ThreadPlanner({
    ...{ clock: systemClock, log: sink(), memoryLimitBytes: undefined },
    start: (options) => new Worker(join(__dirname, "../../controller/planner-thread.ts"), options),
  });
  const cluster = largeCluster(size);
  const memory = shown(cluster);
  const pass = passes(memory, cluster, planner);
  const monitor = new TurnMonitor();
  const took: number[] = [];
  try {
    for (let round = 0; round < PASSES; round++) {
      memory.show("Pod", round === 0 ? [] : changed(cluster.observation.pods, round));
      await systemClock.sleep(100);
      took.push(await monitor.during(pass));
    }
  } finally {
    await planner.close();
  }
  const [firstPassMs = 0, ...later] = took;
  const laterPassMs = later.reduce((sum, each) => sum + each, 0) / later.length;
  return { size, firstPassMs, laterPassMs, claims: memory.created / PASSES, ...monitor.seen() };
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
      ...readSettings({}, { CLUSTER_NAME: "bench", AWS_REGION: "us-east-1" }),
      batchIdleMs: 1,
      batchMaxMs: 1,
    },
  } as unknown as Context; // all that provisioning uses of it
  const { signal } = new AbortController();
  const [trigger, provisioner] = podProvisioning(context);
  return async () => {
    // Every pass plans all of it again.
    for (const claim of intentions.launches.keys()) intentions.forget(claim);
    await trigger?.run(signal);
    // They are loops of their own in the controller.
    await systemClock.sleep(5);
    const startedAt = performance.now();
    await provisioner?.run(signal);
    return performance.now() - startedAt;
  };
}

// Whoever starts this wrote the argument just before.
void passesOver(JSON.parse(process.argv[2] ?? "{}") as Size).then((outcome) => process.send?.(outcome));
