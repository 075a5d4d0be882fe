import type { NodePool } from "#controller/api/node-pool";
import { labels } from "#controller/api/labels";
import type { Toleration } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import { nodePool } from "../objects";

const aws = (name: string): string => `karpenter.k8s.aws/instance-${name}`;
const among = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });

const BATCH = "example.com/batch";
const GPU = "nvidia.com/gpu";

const modern: readonly RequirementSpec[] = [
  among(aws("category"), "c", "m", "r"),
  { key: aws("generation"), operator: "Gt", values: ["4"] },
];

/** What must not be interrupted, what may be, and what computes on GPUs. */
export const companyPools: readonly NodePool[] = [
  nodePool({
    name: "services",
    requirements: [...modern, among(labels.arch, "amd64", "arm64"), among(labels.capacityType, "on-demand")],
  }),
  nodePool({
    name: "batch",
    requirements: [...modern, among(labels.arch, "amd64"), among(labels.capacityType, "spot")],
    taints: [{ key: BATCH, effect: "NoSchedule" }],
    // Heavier, so that a scheduler which goes by weight does not put what may run on spot on dearer machines.
    weight: 10,
  }),
  nodePool({
    name: "gpu",
    requirements: [among(aws("gpu-manufacturer"), "nvidia"), among(labels.capacityType, "on-demand")],
    taints: [{ key: GPU, effect: "NoSchedule" }],
  }),
];

export const toleratesBatch: Toleration = { key: BATCH, operator: "Exists", effect: "NoSchedule" };
export const toleratesGpu: Toleration = { key: GPU, operator: "Exists", effect: "NoSchedule" };
