import type { Taint } from "./kube-object";
import { taints } from "./labels";

/**
 * Taints that a node carries only while it comes up (https://kubernetes.io/docs/reference/labels-annotations-taints/).
 */
const ephemeral: readonly Taint[] = [
  { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
  { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
  { key: "node.cloudprovider.kubernetes.io/uninitialized", value: "true", effect: "NoSchedule" },
  taints.unregistered,
];

/** Keys under this prefix are Node Readiness Controller's; they too go by themselves. */
const readinessPrefix = "readiness.k8s.io/";

export const isEphemeral = (taint: Taint): boolean =>
  taint.key.startsWith(readinessPrefix) ||
  ephemeral.some((known) => isSameTaint(known, taint) && (known.value === undefined || known.value === taint.value));

/** Kubernetes tells taints apart by key and effect. */
export const isSameTaint = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
