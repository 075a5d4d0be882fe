import type { CapacityBuffer } from "../api/capacity-buffer";
import { isTrue } from "../api/conditions";
import type { Labels } from "../api/kube-object";
import { annotations } from "../api/labels";
import type { Container, Pod, PodSpec, PodVolume } from "../api/pod";
import type { PodTemplateSpec } from "../api/workloads";
import { remembered } from "../state/remembered";
import type { Snapshot } from "../state/snapshot";
import { shapeOf } from "./buffer-shape";

/**
 * Pods that stand for the units of buffers in plans; the API server never sees them. They follow from each
 * snapshot, always the same ones: name and uid are the buffer's (https://karpenter.sh/docs/concepts/capacitybuffers/).
 */
export const virtualPods = ({ buffers = [] }: Pick<Snapshot, "buffers">): readonly Pod[] =>
  buffers.flatMap(({ buffer, target }) => {
    const shape = isKept(buffer) ? shapeOf(buffer, target) : undefined;
    return shape?.because === "Resolved" ? podsFor(buffer, shape.template) : [];
  });

const isKept = (buffer: CapacityBuffer): boolean =>
  buffer.metadata.deletionTimestamp === undefined && isTrue(buffer, "ReadyForProvisioning");

/** Below everything that runs. */
const PRIORITY = -(2 ** 31);

/** Later than any pod that waits: of equal pods, the oldest is placed first. */
const CREATED = "9999-12-31T23:59:59Z";

/** By uid, as long as their template lives: the planner looks only at what it has not seen. */
const madeFrom = remembered<PodTemplateSpec, Map<string, Pod>>(() => new Map());

function podsFor(buffer: CapacityBuffer, template: PodTemplateSpec): readonly Pod[] {
  const made = madeFrom(template);
  return Array.from({ length: buffer.status?.replicas ?? 0 }, (_, i) => {
    const uid = `${buffer.metadata.uid ?? ""}-${i + 1}`;
    const pod = made.get(uid) ?? podFor(buffer, template, i + 1);
    made.set(uid, pod);
    return pod;
  });
}

/** With the template's labels, so that spread and affinity count it as what it stands for. */
function podFor({ metadata }: CapacityBuffer, { metadata: own, spec }: PodTemplateSpec, number: number): Pod {
  const { name, namespace = "", uid = "" } = metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `capacity-buffer-${name}-${number}`,
      namespace,
      uid: `${uid}-${number}`,
      creationTimestamp: CREATED,
      ...(own?.labels !== undefined && { labels: own.labels }),
      annotations: marksOf(namespace, name),
    },
    spec: unitOf(spec),
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
    },
  };
}

const marksOf = (namespace: string, name: string): Labels => ({
  [annotations.bufferFakePod]: "true",
  [annotations.bufferNamespace]: namespace,
  [annotations.bufferName]: name,
});

/** Without what belongs to one pod alone: its node, its place in the queue, and volumes that are claimed. */
const unitOf = remembered((spec: PodSpec): PodSpec => {
  const gone = new Set((spec.volumes ?? []).filter(isClaimed).map(({ name }) => name));
  const without = (container: Mounting): Container =>
    container.volumeMounts === undefined
      ? container
      : withMounts(
          container,
          container.volumeMounts.filter(({ name }) => !gone.has(name)),
        );
  return {
    ...spec,
    nodeName: "",
    priority: PRIORITY,
    containers: spec.containers.map(without),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(without) }),
    ...(spec.volumes && { volumes: spec.volumes.filter(({ name }) => !gone.has(name)) }),
  };
});

/** Nobody else reads where a container mounts its volumes. */
interface Mounting extends Container {
  readonly volumeMounts?: readonly { readonly name: string }[];
}
const withMounts = (container: Mounting, volumeMounts: NonNullable<Mounting["volumeMounts"]>): Mounting => ({
  ...container,
  volumeMounts,
});

const isClaimed = ({ persistentVolumeClaim, ephemeral }: PodVolume): boolean =>
  persistentVolumeClaim !== undefined || ephemeral !== undefined;

export const isVirtual = ({ metadata }: Pick<Pod, "metadata">): boolean =>
  metadata.annotations?.[annotations.bufferFakePod] === "true";

/** `namespace/name` of the buffer that a virtual pod stands for; undefined for other pods. */
export function bufferOf(pod: Pick<Pod, "metadata">): string | undefined {
  const { [annotations.bufferNamespace]: namespace = "", [annotations.bufferName]: name = "" } =
    pod.metadata.annotations ?? {};
  return isVirtual(pod) && namespace !== "" && name !== "" ? `${namespace}/${name}` : undefined;
}

export const realOnly = (pods: readonly Pod[]): readonly Pod[] => pods.filter((pod) => !isVirtual(pod));
