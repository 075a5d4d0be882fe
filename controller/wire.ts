import { hostname } from "node:os";
import type { Worker, WorkerOptions } from "node:worker_threads";
import { kindsFor } from "./api/kinds";
import type { Settings } from "./contract/settings";
import { controllers } from "./controllers";
import { featuresOf, lookupsOf } from "./controllers/context";
import { KubeClient } from "./kube/client";
import { clusterDns } from "./kube/cluster-dns";
import { Connection } from "./kube/connection";
import type { Credentials } from "./kube/credentials";
import { EventRecorder } from "./kube/event-recorder";
import { Lease } from "./kube/lease";
import { PortioningPlanner } from "./planning/portioning-planner";
import { ThreadPlanner } from "./planning/thread-planner";
import type { Log } from "./ports/log";
import { createProviders, type ProviderSettings, type Providers } from "./providers/create-providers";
import { type Leadership, runManager } from "./runtime/manager";
import { type Probes, startProbes } from "./runtime/probes";
import { PrometheusMetrics } from "./runtime/prometheus";
import { onceOnly, periodic } from "./runtime/periodic";
import { runSingleton } from "./runtime/singleton-loop";
import { systemClock } from "./runtime/system-clock";
import { systemRandom } from "./runtime/system-random";
import { Intentions } from "./state/intentions";

export interface Program {
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly log: Log;
  readonly version: string;
  /** Runs this program once more, as the thread that it plans in. */
  readonly startThread: (options: WorkerOptions) => Worker;
}

/** Builds the controller out of its parts and runs it until `signal` is aborted. Rejects when it cannot go on. */
export async function run(program: Program, signal: AbortSignal): Promise<void> {
  const ports = edges(program);
  const { kube, lease, metrics, events } = ports;
  const providers = createProviders({ ...ports, settings: await providerSettings(program, ports) });
  const warmth = new Warmth(providers);
  const planner = plannerOf(program);
  const probes = await probesOf(program.settings, {
    metrics,
    unready: () => unsynced(kube) ?? warmth.missing,
    unhealthy: () => (lease.stuck ? "the lease is held, but no longer renewed" : undefined),
  });
  const { reconcilers, singletons } = controllers({
    ...{ ...ports, ...providers, planner: new PortioningPlanner(planner), settings: program.settings },
    ...{ intentions: new Intentions(), lookups: lookupsOf(kube) },
  });
  const always = providers.periodic.filter(({ leaderOnly }) => !leaderOnly).map(periodic);
  const leading = providers.periodic.filter(({ leaderOnly }) => leaderOnly).map(periodic);
  const stop = new AbortController();
  const warming = [onceOnly("providers.ready", () => warmth.warm()), ...always].map((singleton) =>
    runSingleton(singleton, ports, AbortSignal.any([signal, stop.signal])),
  );
  try {
    await runManager(
      {
        ...ports,
        mirrors: {
          run: (until) => kube.run(until),
          untilSynced: (until) => untilBoth(kube, warmth, until),
        },
        leadership: program.settings.disableLeaderElection ? alone : lease,
        reconcilers,
        singletons: [onceOnly("providers.lead", () => providers.lead()), ...leading, ...singletons],
      },
      signal,
    );
  } finally {
    stop.abort();
    await Promise.all([...warming, planner.close()]);
    await events.flush();
    await probes.close();
  }
}

const plannerOf = ({ settings: { memoryLimit }, log, startThread }: Program): ThreadPlanner =>
  new ThreadPlanner({
    ...{ clock: systemClock, log, start: startThread },
    memoryLimitBytes: memoryLimit > 0 ? memoryLimit : undefined,
  });

/** For a single replica that asks nobody. */
const alone: Leadership = { hold: (work, signal) => work(signal) };

type Edges = ReturnType<typeof edges>;

/** What the controller meets the world with: time, chance, Prometheus, Kubernetes. */
function edges({ settings, credentials, log, version }: Program) {
  const metrics = new PrometheusMetrics();
  metrics.collectProcess();
  const { version: goversion, arch: goarch } = process;
  metrics.set("karpenter_build_info", 1, { version, goversion, goarch, commit: "" });
  const base = { clock: systemClock, random: systemRandom, log, metrics };
  const limits = { qps: settings.kubeClientQps, burst: settings.kubeClientBurst };
  const connection = new Connection(credentials, base, limits);
  const podName = settings.podName === "" ? hostname() : settings.podName;
  const podUid = settings.podUid === "" ? systemRandom.uuid() : settings.podUid;
  return {
    ...base,
    connection,
    kube: new KubeClient({ ...base, connection, kinds: kindsFor(featuresOf(settings)) }),
    events: new EventRecorder({ ...base, connection, instance: podName }),
    lease: new Lease({
      ...{ ...base, connection, name: settings.leaderElectionName, holder: `${podName}_${podUid}` },
      namespace: leaseNamespace(settings, credentials),
    }),
  };
}

const leaseNamespace = (settings: Settings, credentials: Credentials): string =>
  [settings.leaderElectionNamespace, settings.systemNamespace, credentials.namespace].find((it) => it) ?? "kube-system";

async function providerSettings({ settings, log }: Program, { connection }: Edges): Promise<ProviderSettings> {
  const dns = await clusterDns(connection).catch((error: unknown) => {
    log.error("cannot read service kube-system/kube-dns, nodes will work its address out by themselves", { error });
    return undefined;
  });
  const { clusterEndpoint, clusterCaBundle, interruptionQueue, awsEndpoint } = settings;
  return {
    clusterName: settings.clusterName,
    region: settings.region,
    reservedEnis: settings.reservedEnis,
    vmMemoryOverheadPercent: settings.vmMemoryOverheadPercent,
    isolatedVpc: settings.isolatedVpc,
    reservedCapacity: settings.featureGates.ReservedCapacity,
    disableDryRun: settings.disableDryRun,
    amiRefreshMs: settings.amiRefreshIntervalMs,
    subnetRefreshMs: settings.subnetRefreshIntervalMs,
    ...(awsEndpoint !== "" && { endpoint: awsEndpoint }),
    ...(clusterEndpoint !== "" && { clusterEndpoint }),
    ...(clusterCaBundle !== "" && { clusterCaBundle }),
    ...(interruptionQueue !== "" && { interruptionQueue }),
    ...(dns !== undefined && { clusterDns: dns }),
  };
}

/** Whether the providers know what EC2 sells. */
class Warmth {
  readonly #providers: Providers;
  #warm = false;

  constructor(providers: Providers) {
    this.#providers = providers;
  }

  get missing(): string | undefined {
    return this.#warm ? undefined : "instance types and prices are not known yet";
  }

  async warm(): Promise<void> {
    await this.#providers.ready();
    this.#warm = true;
  }
}

function unsynced(kube: KubeClient): string | undefined {
  const kinds = kube.unsynced();
  return kinds.length === 0 ? undefined : `not yet listed: ${kinds.join(", ")}`;
}

const WARMTH_POLL_MS = 100;

async function untilBoth(kube: KubeClient, warmth: Warmth, signal: AbortSignal): Promise<void> {
  await kube.untilSynced(signal);
  while (warmth.missing !== undefined) await systemClock.sleep(WARMTH_POLL_MS, signal);
}

const probesOf = (
  { metricsPort, healthProbePort, podIp }: Settings,
  parts: Pick<Parameters<typeof startProbes>[0], "metrics" | "unready" | "unhealthy">,
): Promise<Probes> =>
  startProbes({ ...parts, metricsPort, healthPort: healthProbePort, host: podIp === "" ? undefined : podIp });
