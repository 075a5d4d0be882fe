import type { KubeObject, Labels, OwnerReference } from "../controller/api/kube-object";
import type { Pod, PodSpec } from "../controller/api/pod";
import type { PersistentVolumeClaim } from "../controller/api/storage";
import type { PodTemplateSpec } from "../controller/api/workloads";
import { suffix, templateHash } from "./generated-name";
import { idOf, OwnedPods, owners } from "./owned-pods";
import type { Job, StatefulSet, Workload } from "./workload";

/** What workloads would add to the cluster. */
export interface Expansion {
  readonly pods: readonly Pod[];
  /** Of StatefulSets with claim templates. */
  readonly volumeClaims: readonly PersistentVolumeClaim[];
}

interface Workloads {
  readonly Pod: readonly Pod[];
  readonly Deployment: readonly Workload[];
  readonly ReplicaSet: readonly Workload[];
  readonly StatefulSet: readonly StatefulSet[];
  readonly Job: readonly Job[];
}

/**
 * The pods that the workloads' controllers would still create: as many as are wanted, less those that are there
 * already. A Deployment that has a ReplicaSet in the scenario speaks through it.
 */
export function expand(objects: Workloads): Expansion {
  const owned = new OwnedPods(objects.Pod);
  const speaking = new Set(objects.ReplicaSet.flatMap((set) => owners(set, "Deployment")));
  const sets = objects.StatefulSet.map((set) => podsOfStatefulSet(set, owned));
  return {
    pods: [
      ...objects.Deployment.filter((each) => !speaking.has(idOf(each))).flatMap((each) =>
        podsOfDeployment(each, owned),
      ),
      ...objects.ReplicaSet.flatMap((each) => podsOfReplicaSet(each, owned)),
      ...sets.flatMap(({ pods }) => pods),
      ...objects.Job.flatMap((each) => podsOfJob(each, owned)),
    ],
    volumeClaims: sets.flatMap(({ volumeClaims }) => volumeClaims),
  };
}

interface Maker {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly workload: KubeObject;
  readonly template: PodTemplateSpec;
  /** What the workload's controller adds. */
  readonly labels: Labels;
}

/** One pod as its controller would create it. */
function podOf(maker: Maker, name: string, spec: PodSpec = maker.template.spec): Pod {
  const { namespace, creationTimestamp } = maker.workload.metadata;
  const { labels = {}, annotations } = maker.template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      uid: `pod-${namespace ?? ""}-${name}`,
      ...(creationTimestamp !== undefined && { creationTimestamp }),
      labels: { ...labels, ...maker.labels },
      ...(annotations !== undefined && { annotations }),
      ownerReferences: [ownerOf(maker)],
    },
    spec,
    status: { phase: "Pending" },
  };
}

const ownerOf = ({ apiVersion, kind, name, workload }: Maker): OwnerReference => ({
  ...{ apiVersion, kind, name },
  uid: name === workload.metadata.name ? (workload.metadata.uid ?? "") : `${kind}-${name}`,
  controller: true,
  blockOwnerDeletion: true,
});

/** As many pods as are missing, with names that no other pod has. */
function missing(maker: Maker, wanted: number, present: readonly Pod[]): readonly Pod[] {
  const taken = new Set(present.map(({ metadata }) => metadata.name));
  const pods: Pod[] = [];
  for (let number = 0; pods.length < wanted - present.length; number++) {
    const name = `${maker.name}-${suffix(number)}`;
    if (!taken.has(name)) pods.push(podOf(maker, name));
  }
  return pods;
}

function podsOfDeployment(deployment: Workload, owned: OwnedPods): readonly Pod[] {
  const { replicas = 1, template } = deployment.spec;
  const hash = templateHash(template);
  const name = `${deployment.metadata.name}-${hash}`;
  const labels = { "pod-template-hash": hash };
  const maker = { apiVersion: "apps/v1", kind: "ReplicaSet", name, workload: deployment, template, labels };
  return missing(maker, replicas, owned.ofDeployment(deployment));
}

function podsOfReplicaSet(set: Workload, owned: OwnedPods): readonly Pod[] {
  const { replicas = 1, template } = set.spec;
  const { name } = set.metadata;
  const maker = { apiVersion: "apps/v1", kind: "ReplicaSet", name, workload: set, template, labels: {} };
  return missing(maker, replicas, owned.of("ReplicaSet", set));
}

function podsOfJob(job: Job, owned: OwnedPods): readonly Pod[] {
  const { template } = job.spec;
  const { name, uid = "" } = job.metadata;
  const labels = {
    "batch.kubernetes.io/job-name": name,
    "job-name": name,
    "batch.kubernetes.io/controller-uid": uid,
    "controller-uid": uid,
  };
  const maker = { apiVersion: "batch/v1", kind: "Job", name, workload: job, template, labels };
  return missing(maker, podsAtOnce(job), owned.of("Job", job));
}

/** How many pods a Job wants right now: no more than it still needs to succeed. */
function podsAtOnce({ spec: { parallelism = 1, completions = Infinity, suspend = false }, status = {} }: Job): number {
  const { succeeded = 0, conditions = [] } = status;
  const isOver = conditions.some(
    ({ type, status: state }) => ["Complete", "Failed"].includes(type) && state === "True",
  );
  return suspend || isOver ? 0 : Math.min(parallelism, Math.max(0, completions - succeeded));
}

function podsOfStatefulSet(set: StatefulSet, owned: OwnedPods): Expansion {
  const { replicas = 1, ordinals = {}, template, volumeClaimTemplates = [] } = set.spec;
  const { name } = set.metadata;
  const there = new Set(owned.of("StatefulSet", set).map(({ metadata }) => metadata.name));
  const indexes = Array.from({ length: replicas }, (_, step) => (ordinals.start ?? 0) + step);
  const wanted = indexes.filter((index) => !there.has(`${name}-${index}`));
  const hash = `${name}-${templateHash(template)}`;
  return {
    pods: wanted.map((index) => {
      const pod = `${name}-${index}`;
      const labels = {
        "apps.kubernetes.io/pod-index": String(index),
        "controller-revision-hash": hash,
        "statefulset.kubernetes.io/pod-name": pod,
      };
      const maker = { apiVersion: "apps/v1", kind: "StatefulSet", name, workload: set, template, labels };
      return podOf(maker, pod, withClaims(template.spec, volumeClaimTemplates, pod));
    }),
    volumeClaims: wanted.flatMap((index) =>
      volumeClaimTemplates.map((claim) => claimOf(set, claim, `${claim.metadata.name}-${name}-${index}`)),
    ),
  };
}

/** A claim takes the place of a volume of its name. */
function withClaims(
  spec: PodSpec,
  claims: NonNullable<StatefulSet["spec"]["volumeClaimTemplates"]>,
  pod: string,
): PodSpec {
  if (claims.length === 0) return spec;
  const names = new Set(claims.map(({ metadata }) => metadata.name));
  return {
    ...spec,
    volumes: [
      ...(spec.volumes ?? []).filter(({ name }) => !names.has(name)),
      ...[...names].map((name) => ({ name, persistentVolumeClaim: { claimName: `${name}-${pod}` } })),
    ],
  };
}

function claimOf(
  { metadata: { namespace } }: StatefulSet,
  { spec }: Pick<PersistentVolumeClaim, "spec">,
  name: string,
): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, ...(namespace !== undefined && { namespace }), uid: `claim-${namespace ?? ""}-${name}` },
    spec,
    status: { phase: "Pending" },
  };
}
