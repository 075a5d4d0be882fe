import type { ContainerRun, ContainerState } from "./container-run";
import type { Place, Pod } from "./pod";

/** What is known of a pod here, for its status. */
export interface PodReport {
  readonly pod: Pod;
  readonly place: Place;
  readonly startedAt: Date;
  readonly initialized: boolean;
  readonly initContainers: readonly ContainerRun[];
  readonly containers: readonly ContainerRun[];
}

/** The pod's status as its kubelet writes it. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ */
export function podStatus(report: PodReport, conditionSince: (type: string, status: string) => string): object {
  const { place, containers, initContainers, initialized, startedAt } = report;
  const ready = initialized && containers.length > 0 && containers.every((container) => container.ready);
  const condition = (type: string, holds: boolean): object => {
    const status = holds ? "True" : "False";
    return { type, status, lastTransitionTime: conditionSince(type, status) };
  };
  return {
    phase: phaseOf(report),
    hostIP: place.hostIp,
    podIP: place.podIp,
    podIPs: [{ ip: place.podIp }],
    startTime: startedAt.toISOString(),
    conditions: [
      condition("PodScheduled", true),
      condition("PodReadyToStartContainers", true),
      condition("Initialized", initialized),
      condition("ContainersReady", ready),
      condition("Ready", ready),
    ],
    initContainerStatuses: initContainers.map(containerStatus),
    containerStatuses: containers.map(containerStatus),
  };
}

/** Failed and Succeeded only when every container has ended and none will be started again. */
function phaseOf({ pod, initialized, containers }: PodReport): string {
  const policy = pod.spec.restartPolicy ?? "Always";
  if (!initialized || containers.some(({ state, restarts }) => state.kind === "waiting" && restarts === 0))
    return "Pending";
  const ended = containers.map(({ state }) => (state.kind === "terminated" ? state.exitCode : undefined));
  if (policy === "Always" || ended.includes(undefined)) return "Running";
  if (ended.every((code) => code === 0)) return "Succeeded";
  return policy === "Never" ? "Failed" : "Running";
}

function containerStatus({ container, state, lastState, restarts, ready, started }: ContainerRun): object {
  return {
    name: container.name,
    image: container.image ?? "",
    imageID: "",
    containerID: `sandbox://${container.name}`,
    ready,
    started,
    restartCount: restarts,
    state: written(state),
    lastState: lastState === undefined ? {} : written(lastState),
  };
}

function written(state: ContainerState): object {
  if (state.kind === "waiting") return { waiting: { reason: state.reason, message: state.message } };
  if (state.kind === "running") return { running: { startedAt: state.startedAt.toISOString() } };
  const { exitCode, startedAt, finishedAt } = state;
  const reason = exitCode === 0 ? "Completed" : "Error";
  const times = { startedAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString() };
  return { terminated: { exitCode, reason, ...times } };
}
