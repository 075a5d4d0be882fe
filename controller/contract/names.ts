/** Names that the stack gives and the controller, or a reader of upstream's documentation, expects. */
export const names = {
  /** Deployment, ServiceAccount, Service and PodDisruptionBudget alike. */
  controller: "karpenter",
  container: "controller",
  lease: "karpenter-leader-election",
  eventTarget: "KarpenterInterruptionQueueTarget",
} as const;

/** What the controller's pods are found by. */
export const controllerLabels = {
  "app.kubernetes.io/name": "karpenter",
  "app.kubernetes.io/instance": "karpenter",
} as const;

/** Nodes that are kept for the controller, and for what a cluster cannot start without. */
export const systemNodes = {
  label: { key: "karpenter.sh/controller", value: "true" },
  taint: { key: "CriticalAddonsOnly", value: "true" },
} as const;

/** Ports of the controller's pod. */
export const ports = { metrics: 8080, health: 8081 } as const;

/** Where the controller keeps the instance profiles of a cluster, class by class. */
export const instanceProfilePath = (region: string, cluster: string): string => `/karpenter/${region}/${cluster}/`;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const longestRoleName = 64;
const longestPolicyName = 128;
/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
const longestQueueName = 80;
/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const longestRuleName = 64;

export const nodeRoleName = (cluster: string): string => shortened(`KarpenterNodeRole-${cluster}`, longestRoleName);
export const controllerRoleName = (cluster: string): string =>
  shortened(`KarpenterControllerRole-${cluster}`, longestRoleName);
/** `policy` is upstream's name for it, such as KarpenterControllerInterruptionPolicy. */
export const policyName = (policy: string, cluster: string): string =>
  shortened(`${policy}-${cluster}`, longestPolicyName);
export const queueName = (cluster: string): string => shortened(cluster, longestQueueName);
/** `kind` is a key of `interruptionEvents`. */
export const ruleName = (kind: string, queue: string): string => shortened(`${kind}-${queue}`, longestRuleName);

/** `name`, or where that is too long its beginning and a digest of the whole, so that two long names stay apart. */
export function shortened(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const digest = fnv1a(name);
  return `${name.slice(0, longest - digest.length - 1)}-${digest}`;
}

/** FNV-1a, 32 bits, in hex: not for secrecy, only to tell names apart. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
