import { tryDuration } from "./duration";
import type { KubeObject, Taint } from "./kube-object";
import { annotations, labels } from "./labels";
import type { Pod, PodSpec, Toleration } from "./pod";

/** Waits because the kube-scheduler found no node for it, and nothing else is about to make room. */
export const isProvisionable = (pod: Pod): boolean =>
  isUnschedulable(pod) && isActive(pod) && !isOwnedByDaemonSet(pod) && !isMirror(pod) && !rulesPoolsOut(pod);

function isUnschedulable({ spec, status }: Pod): boolean {
  if (isSet(spec.nodeName) || isSet(status?.nominatedNodeName)) return false;
  return hasCondition(status?.conditions, "PodScheduled", "Unschedulable");
}

/**
 * Says outright that no pool's node will do, as the controller's own pods do: nothing to plan, and nothing to complain
 * about.
 */
function rulesPoolsOut({ spec: { affinity } }: Pod): boolean {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms ?? [];
  return (
    terms.length > 0 &&
    terms.every(({ matchExpressions = [] }) =>
      matchExpressions.some(({ key, operator }) => key === labels.nodePool && operator === "DoesNotExist"),
    )
  );
}

const hasCondition = (
  conditions: readonly { type: string; reason?: string }[] = [],
  type: string,
  reason: string,
): boolean => conditions.some((condition) => condition.type === type && condition.reason === reason);

const isSet = (text: string | undefined): boolean => text !== undefined && text !== "";

/** Finished; it uses nothing any more. */
export const isTerminal = ({ status }: Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed";

export const isTerminating = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

/** Neither finished nor on its way out. */
export const isActive = (pod: Pod): boolean => !isTerminal(pod) && !isTerminating(pod);

const isOwnedBy = ({ metadata }: KubeObject, kind: string): boolean =>
  metadata.ownerReferences?.some((owner) => owner.kind === kind) ?? false;

export const isOwnedByDaemonSet = (pod: Pod): boolean => isOwnedBy(pod, "DaemonSet");

/** A static pod of the kubelet, which no API call removes. */
export const isMirror = (pod: Pod): boolean => isOwnedBy(pod, "Node");

/** Whether a container asks for devices through resource claims (DRA). */
export const hasResourceClaims = ({ containers, initContainers = [] }: PodSpec): boolean =>
  [...containers, ...initContainers].some(({ resources }) => (resources?.claims ?? []).length > 0);

/** Will need a place elsewhere when its node goes. A terminating StatefulSet pod does: its successor has its name. */
export const isReschedulable = (pod: Pod): boolean =>
  !isTerminal(pod) &&
  (!isTerminating(pod) || isOwnedBy(pod, "StatefulSet")) &&
  !isOwnedByDaemonSet(pod) &&
  !isMirror(pod);

/**
 * Whether the pod asks to be left where it is: `karpenter.sh/do-not-disrupt` is `"true"`, or a duration counted from
 * the pod's start that has not passed. Anything else asks for nothing.
 */
export function isDoNotDisrupt({ metadata, status }: Pod, now: number): boolean {
  const wish = metadata.annotations?.[annotations.doNotDisrupt];
  if (wish === undefined) return false;
  if (wish === "true") return true;
  const ms = wish === "Never" ? undefined : tryDuration(wish);
  if (ms === undefined || ms <= 0) return false;
  const startedAt = status?.startTime;
  return startedAt === undefined || now < Date.parse(startedAt) + ms;
}

/**
 * The kubelet's and the kube-scheduler's rule
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/).
 */
export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return tolerations?.some((toleration) => matches(toleration, taint)) ?? false;
}

function matches(toleration: Toleration, taint: Taint): boolean {
  const { key, effect } = toleration;
  if (isSet(effect) && effect !== taint.effect) return false;
  if (isSet(key) && key !== taint.key) return false;
  return matchesValue(toleration, taint);
}

function matchesValue({ key, operator = "Equal", value = "" }: Toleration, taint: Taint): boolean {
  switch (operator) {
    case "Exists":
      return true;
    case "Equal":
      return isSet(key) && value === (taint.value ?? "");
    case "Gt":
      return compares(taint.value, value, (has, wants) => has > wants);
    case "Lt":
      return compares(taint.value, value, (has, wants) => has < wants);
  }
}

/** Numeric tolerations compare the taint's value with the toleration's; what is no integer matches nothing. */
function compares(has: string | undefined, wants: string, holds: (has: number, wants: number) => boolean): boolean {
  if (!isInteger(has) || !isInteger(wants)) return false;
  return holds(Number(has), Number(wants));
}

const isInteger = (text: string | undefined): boolean => text !== undefined && /^(0|-?[1-9]\d*)$/.test(text);

/** The first taint that keeps the pod away; PreferNoSchedule keeps away unless it is tolerated, too. */
export const untolerated = (
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
): Taint | undefined => taints?.find((taint) => !tolerates(tolerations, taint));
