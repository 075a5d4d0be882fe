import type { LabelSelector, ResourceList, Taint } from "../api/kube-object";
import { labels } from "../api/labels";
import type { Container, Pod, PodAffinityTerm, PodSpec, PodStatus, TopologySpreadConstraint } from "../api/pod";

export const NAMESPACE = "rehearsal";

/** On nodes that are for batch jobs only. */
export const batch: Taint = { key: "example.com/batch", effect: "NoSchedule" };

/** What pods of a workload ask for beside resources, given what selects them. */
type Wish = (own: LabelSelector) => Partial<PodSpec>;

type Missed = TopologySpreadConstraint["whenUnsatisfiable"];

const spreadOver =
  (topologyKey: string, whenUnsatisfiable: Missed): Wish =>
  (labelSelector) => ({
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector }],
  });

const required = (topologyKey: string, labelSelector: LabelSelector) => ({
  requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector } satisfies PodAffinityTerm],
});

/** Nothing, to be spread, to be together, to be alone, a machine of some kind; some of it only if it can be. */
const wishes: readonly Wish[] = [
  () => ({}),
  spreadOver(labels.zone, "DoNotSchedule"),
  spreadOver(labels.hostname, "DoNotSchedule"),
  (own) => ({ affinity: { podAffinity: required(labels.zone, own) } }),
  (own) => ({ affinity: { podAntiAffinity: required(labels.hostname, own) } }),
  () => ({ nodeSelector: { [labels.arch]: "amd64" } }),
  () => ({ tolerations: [{ key: batch.key, operator: "Exists", effect: batch.effect }] }),
  spreadOver(labels.zone, "ScheduleAnyway"),
  (own) => ({
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { topologyKey: labels.hostname, labelSelector: own } },
        ],
      },
    },
  }),
  () => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: labels.arch, operator: "In", values: ["amd64", "arm64"] }] }],
        },
      },
    },
  }),
];

const cpus = ["100m", "250m", "500m", "1", "1500m", "2"] as const;
const memories = ["128Mi", "512Mi", "2Gi", "6Gi", "256Mi", "1Gi", "4Gi"] as const;

/** Two of each wish; in the second, pods come in three sizes. */
const WORKLOADS = 2 * wishes.length;

export const container = (name: string, requests: ResourceList): Container => ({ name, resources: { requests } });

const sidecar: Container = { ...container("proxy", { cpu: "100m", memory: "128Mi" }), restartPolicy: "Always" };

/** What API servers add to pods. */
const admitted: Partial<PodSpec> = {
  schedulerName: "default-scheduler",
  priority: 0,
  preemptionPolicy: "PreemptLowerPriority",
  terminationGracePeriodSeconds: 30,
  tolerations: ["not-ready", "unreachable"].map((condition) => ({
    key: `node.kubernetes.io/${condition}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  })),
  volumes: [{ name: "kube-api-access" }],
};

const pending: PodStatus = {
  phase: "Pending",
  conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
};

/**
 * The pod of this number, which waits if it has no node. Some lack fields that most have: nothing should be compiled in
 * the belief that all pods look alike.
 */
export function inventedPod(index: number, nodeName?: string): Pod {
  const workload = index % WORKLOADS;
  const app = `app-${workload}`;
  const name = `${app}-${index}`;
  const isPlain = index % 4 === 0;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `uid-${name}`,
      ...(!isPlain && { resourceVersion: String(index) }),
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { app, team: `team-${workload % 4}` },
      ...(!isPlain && { ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: app, uid: app }] }),
    },
    spec: {
      ...(!isPlain && admitted),
      ...wishes[workload % wishes.length]?.({ matchLabels: { app } }),
      ...(nodeName !== undefined && { nodeName }),
      containers: [container("main", requestsOf(index))],
      ...(workload % 5 === 0 && { initContainers: [sidecar] }),
    },
    status: nodeName === undefined ? pending : { phase: "Running" },
  };
}

function requestsOf(index: number): ResourceList {
  const workload = index % WORKLOADS;
  const size = workload < wishes.length ? workload : workload + (Math.floor(index / WORKLOADS) % 3);
  return { cpu: cpus[size % cpus.length] ?? "1", memory: memories[size % memories.length] ?? "1Gi" };
}
