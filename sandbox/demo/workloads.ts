import type { PoolSettings } from "../../components/pool-settings";
import type { Manifest } from "../control-plane/operator";

const emptyAfter = (wait: string): PoolSettings["disruption"] => ({
  consolidationPolicy: "WhenEmpty",
  consolidateAfter: wait,
  budgets: [{ nodes: "100%" }],
});

/** The stack's `nodePools`: one for ordinary work, one that takes spot on either architecture, one with GPUs. */
export const nodePools: Readonly<Record<string, PoolSettings>> = {
  default: {
    requirements: [
      { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
      { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["4"] },
      { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
      { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
      { key: "karpenter.k8s.aws/instance-hypervisor", operator: "NotIn", values: ["xen"] },
    ],
    limits: { cpu: "100", memory: "400Gi" },
    weight: 10,
    disruption: emptyAfter("10s"),
  },
  flexible: {
    requirements: [
      { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
      { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["4"] },
      { key: "kubernetes.io/arch", operator: "In", values: ["amd64", "arm64"] },
      { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot", "on-demand"] },
    ],
    limits: { cpu: "100" },
    disruption: emptyAfter("10s"),
  },
  gpu: {
    class: { gpu: true, volumeSize: "200Gi" },
    requirements: [
      { key: "karpenter.k8s.aws/instance-gpu-manufacturer", operator: "In", values: ["nvidia"] },
      { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
      { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
    ],
    taints: [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }],
    limits: { "nvidia.com/gpu": "4" },
    disruption: emptyAfter("10s"),
  },
};

interface Workload {
  readonly name: string;
  readonly replicas: number;
  readonly requests: Readonly<Record<string, string>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly object[];
}

const deployment = ({ name, replicas, requests, nodeSelector, tolerations }: Workload): Manifest<"Deployment"> => ({
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 0,
        nodeSelector,
        tolerations,
        containers: [
          { name, image: "registry.k8s.io/pause:3.10", resources: { requests, limits: extended(requests) } },
        ],
      },
    },
  },
});

/** Extended resources must be limited to what is requested. */
const extended = (requests: Workload["requests"]): Workload["requests"] =>
  Object.fromEntries(Object.entries(requests).filter(([name]) => name.includes("/")));

export const inflate = deployment({ name: "inflate", replicas: 0, requests: { cpu: "1", memory: "1Gi" } });

export const training = deployment({
  name: "training",
  replicas: 1,
  requests: { cpu: "2", memory: "8Gi", "nvidia.com/gpu": "1" },
  tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }],
});

export const web = deployment({
  name: "web-arm64",
  replicas: 3,
  requests: { cpu: "500m", memory: "512Mi" },
  nodeSelector: { "kubernetes.io/arch": "arm64", "karpenter.sh/capacity-type": "spot" },
});
