import type { Condition, KubeObject } from "./kube-object";

/**
 * Status conditions, with a root `Ready` that follows from its dependents: True once all of them are, False when one
 * of them is False, else Unknown. A dependent counts only for the generation it was last looked at.
 */
export interface ConditionSet {
  /** What `Ready` stands on; without any, the kind has no `Ready`. */
  readonly dependents: readonly string[];
}

export const nodePoolConditions: ConditionSet = { dependents: ["ValidationSucceeded", "NodeClassReady"] };
export const nodeClaimConditions: ConditionSet = { dependents: ["Launched", "Registered", "Initialized"] };
/** Where capacity reservations are used, a class is not ready before it is known which it has. */
export const nodeClassConditions = ({ ReservedCapacity }: { readonly ReservedCapacity: boolean }): ConditionSet => ({
  dependents: [
    ...["AMIsReady", "SubnetsReady", "SecurityGroupsReady", "InstanceProfileReady"],
    ...(ReservedCapacity ? ["CapacityReservationsReady"] : []),
    "ValidationSucceeded",
  ],
});
export const nodeOverlayConditions: ConditionSet = { dependents: ["ValidationSucceeded"] };
export const capacityBufferConditions: ConditionSet = { dependents: [] };

/** What is now known about one condition; `removed` takes it away. */
export type Finding =
  | { readonly type: string; readonly status: Condition["status"]; readonly reason: string; readonly message: string }
  | { readonly type: string; readonly status: "removed" };

/** The reason is the type unless there is more to say. */
export const holds = (type: string, reason: string = type, message = ""): Finding => ({
  type,
  status: "True",
  reason,
  message,
});
export const fails = (type: string, reason: string, message = ""): Finding => ({
  type,
  status: "False",
  reason,
  message,
});
export const unknown = (type: string, reason: string, message = ""): Finding => ({
  type,
  status: "Unknown",
  reason,
  message,
});
export const removed = (type: string): Finding => ({ type, status: "removed" });

export interface WithConditions extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export const conditionOf = (object: WithConditions, type: string): Condition | undefined =>
  object.status?.conditions?.find((condition) => condition.type === type);

export const isTrue = (object: WithConditions, type: string): boolean => conditionOf(object, type)?.status === "True";

/** Ready at the generation that is there now: what was found about an older spec says nothing about this one. */
export function isReady(object: WithConditions): boolean {
  const ready = conditionOf(object, "Ready");
  return ready?.status === "True" && isCurrent(ready, object);
}

/** When a condition last changed its status, in milliseconds since the epoch; undefined when it is not there. */
export function turnedAt(object: WithConditions, type: string): number | undefined {
  const at = conditionOf(object, type)?.lastTransitionTime;
  return at === undefined ? undefined : Date.parse(at);
}

export interface Look {
  readonly set: ConditionSet;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The object's conditions after these findings: missing dependents appear as Unknown, a condition keeps its transition
 * time while its status stays, `Ready` is worked out anew and stands last. Same findings, same list, whatever the time.
 */
export function withFindings(object: WithConditions, findings: readonly Finding[], look: Look): readonly Condition[] {
  const before = new Map(object.status?.conditions?.map((condition) => [condition.type, condition]));
  const after = new Map(before);
  const write = (finding: Finding): void => {
    if (finding.status === "removed") after.delete(finding.type);
    else
      after.set(
        finding.type,
        stamped({ ...finding, status: finding.status }, before.get(finding.type), { object, now: look.now }),
      );
  };
  for (const type of look.set.dependents) {
    if (!after.has(type)) write(unknown(type, "AwaitingReconciliation", "object is awaiting reconciliation"));
  }
  findings.forEach(write);
  const dependents = look.set.dependents.map((type) => after.get(type));
  if (dependents.length > 0) write(root(dependents, object));
  return sorted([...after.values()]);
}

interface Stamp {
  readonly object: KubeObject;
  readonly now: number;
}

function stamped(
  finding: Omit<Condition, "lastTransitionTime">,
  before: Condition | undefined,
  { object, now }: Stamp,
): Condition {
  const kept = before?.status === finding.status ? before.lastTransitionTime : undefined;
  const { generation } = object.metadata;
  return {
    ...finding,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    lastTransitionTime: kept ?? new Date(now).toISOString().replace(/\.\d+Z$/, "Z"),
  };
}

function root(dependents: readonly (Condition | undefined)[], object: KubeObject): Finding {
  const unhealthy = sorted(dependents.filter((condition) => condition !== undefined))
    .reverse()
    .filter((condition) => condition.status !== "True" || !isCurrent(condition, object));
  if (unhealthy.length === 0) return holds("Ready");

  const message = unhealthy.map(({ type, status }) => `${type}=${status}`).join(", ");
  const refuted = unhealthy.some((condition) => condition.status === "False" && isCurrent(condition, object));
  return refuted ? fails("Ready", "UnhealthyDependents", message) : unknown("Ready", "ReconcilingDependents", message);
}

const isCurrent = ({ observedGeneration }: Condition, { metadata: { generation } }: KubeObject): boolean =>
  observedGeneration === generation;

/** By transition time, the oldest first; `Ready` last. */
const sorted = (conditions: readonly Condition[]): Condition[] =>
  [...conditions].sort(
    (a, b) =>
      Number(a.type === "Ready") - Number(b.type === "Ready") ||
      compareText(a.lastTransitionTime ?? "", b.lastTransitionTime ?? "") ||
      compareText(a.type, b.type),
  );

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
