import type { Container, ContainerStatus, Pod, PodSpec, PodStatus, PodVolume } from "../api/pod";

/**
 * Names every field that a type declares: one that is added there must be added here, or this file does not compile.
 */
type Fields<T> = Readonly<Record<keyof T, true>>;

const ofPod: Fields<Omit<Pod, "spec" | "status">> = { apiVersion: true, kind: true, metadata: true };
const ofStatus: Fields<Omit<PodStatus, "containerStatuses" | "initContainerStatuses">> = {
  phase: true,
  conditions: true,
  nominatedNodeName: true,
  startTime: true,
};
const ofContainerStatus: Fields<ContainerStatus> = { name: true, allocatedResources: true, resources: true };
const ofVolume: Fields<PodVolume> = { name: true, persistentVolumeClaim: true, ephemeral: true };
const ofContainer: Fields<Container> = { name: true, image: true, resources: true, ports: true, restartPolicy: true };
const ofSpec: Fields<Omit<PodSpec, "containers" | "initContainers" | "volumes">> = {
  nodeName: true,
  schedulerName: true,
  nodeSelector: true,
  affinity: true,
  tolerations: true,
  topologySpreadConstraints: true,
  overhead: true,
  resources: true,
  priority: true,
  priorityClassName: true,
  preemptionPolicy: true,
  terminationGracePeriodSeconds: true,
  hostNetwork: true,
  resourceClaims: true,
};

/**
 * What `api/pod.ts` declares of a pod, which is all that our code can read; most of a pod's bytes are something else.
 */
export function leanPod(pod: Pod): Pod {
  const { spec, status } = pod;
  const { containers, initContainers, volumes } = spec;
  return {
    ...only(pod, podKeys),
    spec: {
      ...only(spec, specKeys),
      containers: containers.map(container),
      ...(initContainers && { initContainers: initContainers.map(container) }),
      ...(volumes && { volumes: volumes.map((volume) => only(volume, volumeKeys)) }),
    },
    ...(status && { status: leanStatus(status) }),
  };
}

function leanStatus(status: PodStatus): PodStatus {
  const { containerStatuses, initContainerStatuses } = status;
  return {
    ...only(status, statusKeys),
    ...(containerStatuses && { containerStatuses: containerStatuses.map(containerStatus) }),
    ...(initContainerStatuses && { initContainerStatuses: initContainerStatuses.map(containerStatus) }),
  };
}

// The tables have exactly the keys of their types.
const keysOf = <T>(fields: Fields<T>) => Object.keys(fields) as (keyof T)[];
const podKeys = keysOf(ofPod);
const specKeys = keysOf(ofSpec);
const statusKeys = keysOf(ofStatus);
const volumeKeys = keysOf(ofVolume);
const containerKeys = keysOf(ofContainer);

const containerStatusKeys = keysOf(ofContainerStatus);

const container = (each: Container): Container => only(each, containerKeys);
const containerStatus = (each: ContainerStatus): ContainerStatus => only(each, containerStatusKeys);

function only<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Pick<T, K> {
  const kept: Partial<Pick<T, K>> = {};
  for (const key of keys) if (object[key] !== undefined) kept[key] = object[key];
  return kept as Pick<T, K>; // what is absent was absent, which its type allows
}
