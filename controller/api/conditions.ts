import type { Condition } from "./kube-object";

/**
 * Status conditions as Karpenter's kinds keep them (karpenter-core §1.8): a root, `Ready`, that follows from its
 * dependents, and free-standing ones beside it. Lists are ordered by transition, oldest first, the root last.
 */
export interface ConditionSet {
  readonly dependents: readonly string[];
}

export const nodePoolConditions: ConditionSet = { dependents: ["ValidationSucceeded", "NodeClassReady"] };
export const nodeClaimConditions: ConditionSet = { dependents: ["Launched", "Registered", "Initialized"] };
export const nodeClassConditions: ConditionSet = {
  dependents: ["AMIsReady", "SubnetsReady", "SecurityGroupsReady", "InstanceProfileReady", "ValidationSucceeded"],
};

/** What is being said of an object now. `reason` defaults to the type for True, as everywhere in Karpenter. */
export interface Statement {
  readonly type: string;
  readonly status: Condition["status"];
  readonly reason?: string;
  readonly message?: string;
}

/** When and of which generation something is said. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly generation?: number | undefined;
}

type Conditions = readonly Condition[] | undefined;

export const conditionOf = (conditions: Conditions, type: string): Condition | undefined =>
  conditions?.find((condition) => condition.type === type);

export const isTrue = (conditions: Conditions, type: string): boolean =>
  conditionOf(conditions, type)?.status === "True";

/** When the condition last turned, in milliseconds since the epoch; undefined when it is not there. */
export function turnedAt(conditions: Conditions, type: string): number | undefined {
  const at = conditionOf(conditions, type)?.lastTransitionTime;
  return at === undefined ? undefined : Date.parse(at);
}

/** The list with the statements made, missing dependents added as Unknown, and the root worked out anew. */
export function withConditions(
  conditions: Conditions,
  statements: readonly Statement[],
  { set, moment }: { readonly set: ConditionSet; readonly moment: Moment },
): readonly Condition[] {
  const missing = set.dependents
    .filter((type) => !conditionOf(conditions, type) && !statements.some((statement) => statement.type === type))
    .map((type): Statement => ({
      type,
      status: "Unknown",
      reason: "AwaitingReconciliation",
      message: "object is awaiting reconciliation",
    }));
  let list = conditions ?? [];
  for (const statement of [...missing, ...statements]) list = said(list, statement, moment);
  return inOrder(said(list, rootOf(list, set, moment), moment));
}

/** The list without a free-standing condition. */
export const withoutCondition = (conditions: Conditions, type: string): readonly Condition[] =>
  (conditions ?? []).filter((condition) => condition.type !== type);

function said(list: readonly Condition[], statement: Statement, { now, generation }: Moment): readonly Condition[] {
  const before = conditionOf(list, statement.type);
  const lastTransitionTime =
    before?.status === statement.status && before.lastTransitionTime !== undefined
      ? before.lastTransitionTime
      : new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  const condition: Condition = {
    type: statement.type,
    status: statement.status,
    reason: statement.reason ?? statement.type,
    message: statement.message ?? "",
    lastTransitionTime,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  return [...list.filter(({ type }) => type !== statement.type), condition];
}

function rootOf(list: readonly Condition[], { dependents }: ConditionSet, { generation }: Moment): Statement {
  const current = ({ observedGeneration }: Condition): boolean => observedGeneration === generation;
  const unhealthy = dependents
    .map((type) => conditionOf(list, type))
    .filter((condition): condition is Condition => condition !== undefined)
    .filter((condition) => condition.status !== "True" || !current(condition));
  if (unhealthy.length === 0) return { type: "Ready", status: "True" };
  const message = [...unhealthy]
    .sort((a, b) => transition(b) - transition(a))
    .map(({ type, status }) => `${type}=${status}`)
    .join(", ");
  return unhealthy.some((condition) => condition.status === "False" && current(condition))
    ? { type: "Ready", status: "False", reason: "UnhealthyDependents", message }
    : { type: "Ready", status: "Unknown", reason: "ReconcilingDependents", message };
}

const transition = ({ lastTransitionTime = "" }: Condition): number => Date.parse(lastTransitionTime) || 0;

const inOrder = (list: readonly Condition[]): readonly Condition[] =>
  [...list].sort(
    (a, b) =>
      Number(a.type === "Ready") - Number(b.type === "Ready") ||
      transition(a) - transition(b) ||
      (a.type < b.type ? -1 : 1),
  );
