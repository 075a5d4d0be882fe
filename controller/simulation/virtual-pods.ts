import type { CapacityBuffer } from "../api/capacity-buffer";
import { isTrue } from "../api/conditions";
import type { Labels } from "../api/kube-object";
import { annotations } from "../api/labels";
import type { Container, Pod, PodSpec } from "../api/pod";
import type { PodTemplateSpec } from "../api/workloads";
import type { Snapshot } from "../state/snapshot";
import { shapeOf } from "./buffer-shape";

/**
 * Pods that stand for the units of buffers in plans; the API server never sees them. They are made anew from each
 * snapshot, always the same ones: name and uid follow from the buffer (karpenter-core §2.11).
 */
export const virtualPods = ({ buffers = [] }: Pick<Snapshot, "buffers">): readonly Pod[] =>
  buffers.flatMap(({ buffer, target }) => {
    const shape = isKept(buffer) ? shapeOf(buffer, target) : undefined;
    return shape?.because === "Resolved" ? podsFor(buffer, shape.template) : [];
  });

/** Whether there is anything to keep for the buffer, as its status has it. */
export const isKept = (buffer: CapacityBuffer): boolean =>
  buffer.metadata.deletionTimestamp === undefined &&
  isTrue(buffer, "ReadyForProvisioning") &&
  (buffer.status?.replicas ?? 0) > 0;

/** Below everything that runs. */
const PRIORITY = -(2 ** 31);

/** Later than any pod that waits: of equal pods, the oldest is placed first. */
const CREATED = "9999-12-31T23:59:59Z";

/** With the template's labels, so that spread and affinity count them as what they stand for. */
function podsFor({ metadata, status }: CapacityBuffer, { metadata: own, spec }: PodTemplateSpec): readonly Pod[] {
  const { name, namespace = "", uid = "" } = metadata;
  const marks = marksOf(namespace, name);
  const unit = sanitized(spec);
  return Array.from({ length: status?.replicas ?? 0 }, (_, i) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `capacity-buffer-${name}-${i + 1}`,
      namespace,
      uid: `${uid}-${i + 1}`,
      creationTimestamp: CREATED,
      ...(own?.labels !== undefined && { labels: own.labels }),
      annotations: marks,
    },
    spec: unit,
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
    },
  }));
}

const marksOf = (namespace: string, name: string): Labels => ({
  [annotations.bufferFakePod]: "true",
  [annotations.bufferNamespace]: namespace,
  [annotations.bufferName]: name,
});

/** Without what belongs to one pod alone: its node, its place in the queue, and volumes that are claimed. */
function sanitized(spec: PodSpec): PodSpec {
  const claimed = (spec.volumes ?? []).filter(
    ({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim ?? ephemeral,
  );
  const gone = new Set(claimed.map(({ name }) => name));
  const without = (container: Container): Container =>
    container.volumeMounts === undefined
      ? container
      : { ...container, volumeMounts: container.volumeMounts.filter(({ name }) => !gone.has(name)) };
  return {
    ...spec,
    nodeName: "",
    priority: PRIORITY,
    containers: spec.containers.map(without),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(without) }),
    ...(spec.volumes && { volumes: spec.volumes.filter(({ name }) => !gone.has(name)) }),
  };
}

export const isVirtual = ({ metadata }: Pick<Pod, "metadata">): boolean =>
  metadata.annotations?.[annotations.bufferFakePod] === "true";

/** `namespace/name` of the buffer that a virtual pod stands for; undefined for other pods. */
export function bufferOf(pod: Pick<Pod, "metadata">): string | undefined {
  const { [annotations.bufferNamespace]: namespace = "", [annotations.bufferName]: name = "" } =
    pod.metadata.annotations ?? {};
  return isVirtual(pod) && namespace !== "" && name !== "" ? `${namespace}/${name}` : undefined;
}

export const realOnly = (pods: readonly Pod[]): readonly Pod[] => pods.filter((pod) => !isVirtual(pod));
