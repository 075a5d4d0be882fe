import type { ResourceList } from "#controller/api/kube-object";
import type { Pod } from "#controller/api/pod";
import { Random } from "../../random";
import { pendingPod } from "../objects";
import { toleratesBatch, toleratesGpu } from "./pools";

const NAMESPACE = "jobs";

/** Steps of pipelines, from small to hungry. */
const steps: readonly ResourceList[] = [
  { cpu: "500m", memory: "1Gi" },
  { cpu: "1", memory: "2Gi" },
  { cpu: "1", memory: "7Gi" },
  { cpu: "2", memory: "4Gi" },
  { cpu: "2", memory: "15Gi" },
  { cpu: "4", memory: "8Gi" },
  { cpu: "8", memory: "28Gi" },
  { cpu: "15", memory: "60Gi" },
];

/** Batch jobs that put up with interruptions. */
export function batchPods(count: number): readonly Pod[] {
  const random = new Random(11);
  return Array.from({ length: count }, (_, index) => {
    const step = Math.floor(random.next() ** 2 * steps.length);
    return pendingPod({
      name: `batch-${String(index).padStart(5, "0")}`,
      namespace: NAMESPACE,
      labels: { job: `step-${step}` },
      requests: steps[step] ?? {},
      spec: { tolerations: [toleratesBatch] },
    });
  });
}

const trainings: readonly ResourceList[] = [
  { cpu: "3", memory: "12Gi", "nvidia.com/gpu": "1" },
  { cpu: "3", memory: "12Gi", "nvidia.com/gpu": "1" },
  { cpu: "7", memory: "28Gi", "nvidia.com/gpu": "1" },
  { cpu: "24", memory: "96Gi", "nvidia.com/gpu": "4" },
  { cpu: "90", memory: "360Gi", "nvidia.com/gpu": "8" },
];

/** Training and inference. */
export const gpuPods = (count: number): readonly Pod[] =>
  Array.from({ length: count }, (_, index) =>
    pendingPod({
      name: `training-${String(index).padStart(4, "0")}`,
      namespace: NAMESPACE,
      labels: { job: "training" },
      requests: trainings[index % trainings.length] ?? {},
      spec: { tolerations: [toleratesGpu] },
    }),
  );
