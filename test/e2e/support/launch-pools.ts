import type { PoolSettings } from "../../../components/pool-settings";

const whenEmpty: PoolSettings["disruption"] = {
  consolidationPolicy: "WhenEmpty",
  consolidateAfter: "5s",
  budgets: [{ nodes: "100%" }],
};
const ordinary = [
  { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
  { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["4"] },
] as const;

/** Keeps pods away that did not ask for the pool. */
const reserved = (pool: string): PoolSettings["taints"] => [{ key: "pool", value: pool, effect: "NoSchedule" }];

/** What the announcement and the v1 API's own example show, with shorter waits. */
export const launchPools: Readonly<Record<string, PoolSettings>> = {
  mixed: {
    requirements: [
      ...ordinary,
      { key: "kubernetes.io/arch", operator: "In", values: ["amd64", "arm64"] },
      { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot", "on-demand"] },
    ],
    disruption: whenEmpty,
  },
  accelerated: {
    requirements: [
      { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["g", "p", "inf", "trn"] },
      { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
      { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
    ],
    taints: reserved("accelerated"),
    disruption: whenEmpty,
  },
  limited: {
    requirements: [
      { key: "karpenter.k8s.aws/instance-family", operator: "In", values: ["c6i", "m6i", "r6i"] },
      { key: "karpenter.k8s.aws/instance-size", operator: "NotIn", values: ["metal"] },
      { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["5"] },
    ],
    taints: reserved("limited"),
    limits: { cpu: "80", memory: "320Gi" },
    disruption: { ...whenEmpty, consolidateAfter: "30s" },
    expireAfter: "360h",
  },
  brief: {
    requirements: [...ordinary, { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] }],
    taints: reserved("brief"),
    disruption: whenEmpty,
    expireAfter: "45s",
  },
};
