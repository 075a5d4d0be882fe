import { labels } from "#controller/api/labels";
import type { Affinity, Container, Pod, PodSpec, TopologySpreadConstraint } from "#controller/api/pod";
import { Random } from "../../random";
import { pendingPod } from "../objects";

const SERVICES = 40;
const teams = ["checkout", "search", "identity", "media", "insights", "platform"] as const;

const cpus = ["50m", "100m", "200m", "250m", "500m", "750m", "1", "1500m", "2", "4"] as const;
/** GiB per cpu that a service needs: from caches down to what only computes. */
const lean = 1;
const fat = 8;

interface Service {
  readonly name: string;
  readonly team: string;
  /** Its part of all replicas, relative to the others. */
  readonly weight: number;
  readonly spec: PodSpec;
}

/** The company's services: few big ones, many small ones. */
function services(): readonly Service[] {
  const random = new Random(7);
  return Array.from({ length: SERVICES }, (_, index) => {
    const name = `service-${String(index).padStart(2, "0")}`;
    return { name, team: random.pick(teams), weight: 1 / (index + 3), spec: specOf(name, index, random) };
  });
}

function specOf(app: string, index: number, random: Random): PodSpec {
  const cpu = random.pick(cpus);
  const memory = Math.max(64, Math.round(cores(cpu) * 1024 * (lean + random.next() ** 2 * (fat - lean))));
  const main: Container = { name: "main", resources: { requests: { cpu, memory: `${memory}Mi` } } };
  return {
    ...withSidecar(main, index),
    ...placement(app, index),
  };
}

const cores = (cpu: string): number => (cpu.endsWith("m") ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu));

const proxy: Container = { name: "proxy", resources: { requests: { cpu: "100m", memory: "128Mi" } } };

/** Two of three services talk through a proxy: half of those have it as a sidecar, the others as a second container. */
function withSidecar(main: Container, index: number): Pick<PodSpec, "containers" | "initContainers"> {
  if (index % 3 === 0) return { containers: [main] };
  if (index % 2 === 0) return { containers: [main, proxy] };
  return { containers: [main], initContainers: [{ ...proxy, restartPolicy: "Always" }] };
}

function placement(app: string, index: number): Partial<PodSpec> {
  const spread = spreadOf(app, index);
  return {
    ...(index % 2 === 0 ? anyArch : { nodeSelector: { [labels.arch]: "amd64" } }),
    ...(spread !== undefined && { topologySpreadConstraints: [spread] }),
    ...(isCritical(index) && { affinity: { ...(index % 2 === 0 && anyArch.affinity), ...apart(app) } }),
  };
}

/** Built for both. */
const anyArch: { readonly affinity: Affinity } = {
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: labels.arch, operator: "In", values: ["amd64", "arm64"] }] }],
      },
    },
  },
};

/** Every other service has to be spread over zones, every fourth would like to be. */
function spreadOf(app: string, index: number): TopologySpreadConstraint | undefined {
  const whenUnsatisfiable = index % 4 === 3 ? "ScheduleAnyway" : "DoNotSchedule";
  const labelSelector = { matchLabels: { app } };
  return index % 4 === 1 ? undefined : { maxSkew: 1, topologyKey: labels.zone, whenUnsatisfiable, labelSelector };
}

/** A few services of the small ones, whose replicas never share a host. */
const isCritical = (index: number): boolean => index >= 24 && index % 4 === 0;

const apart = (app: string): Affinity => ({
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: labels.hostname, labelSelector: { matchLabels: { app } } },
    ],
  },
});

const LEAST_REPLICAS = 2;
const MOST_REPLICAS_APART = 12;

/** About so many pods of services. */
export function servicePods(count: number): readonly Pod[] {
  const all = services();
  const whole = all.reduce((sum, { weight }) => sum + weight, 0);
  return all.flatMap((service, index) => {
    const share = Math.max(LEAST_REPLICAS, Math.round((count * service.weight) / whole));
    const replicas = isCritical(index) ? Math.min(share, MOST_REPLICAS_APART) : share;
    return Array.from({ length: replicas }, (_, replica) => replicaOf(service, replica));
  });
}

const replicaOf = ({ name, team, spec }: Service, replica: number): Pod =>
  pendingPod({ name: `${name}-${replica}`, namespace: team, labels: { app: name, team }, spec });

export const namespaces = [...teams, "stores", "jobs", "kube-system"] as const;
