import type { Taint } from "./kube-object";
import { problemWithKey, problemWithValue } from "./label-syntax";
import { labels } from "./labels";
import type { NodePool } from "./node-pool";
import type { Operator, RequirementSpec } from "./requirement";
import { isRestricted, normalized } from "./well-known";

/**
 * What is wrong with a pool that the API server let pass, each problem naming its field; empty when all is well.
 * Goes on the pool's condition `ValidationSucceeded` (karpenter-core §1.2).
 */
export function problemsOf({ spec: { template } }: NodePool): readonly string[] {
  const { taints = [], startupTaints = [], requirements } = template.spec;
  return [
    ...Object.entries(template.metadata?.labels ?? {}).flatMap(problemsOfLabel),
    ...taints.flatMap((taint, i) => problemsOfTaint(taint, `spec.template.spec.taints[${i}]`)),
    ...startupTaints.flatMap((taint, i) => problemsOfTaint(taint, `spec.template.spec.startupTaints[${i}]`)),
    ...duplicates([...taints, ...startupTaints]),
    ...requirements.flatMap((each, i) => problemsOfRequirement(each, `spec.template.spec.requirements[${i}]`)),
  ];
}

const quoted = (text: string): string => JSON.stringify(text);

/** `<field>: <subject> <problem>`, or nothing when there is no problem. */
const report = (field: string, subject: string, problem: string | undefined): readonly string[] =>
  problem === undefined ? [] : [`${field}: ${subject} ${problem}`];

function problemsOfLabel([key, value]: readonly [string, string]): readonly string[] {
  const field = "spec.template.metadata.labels";
  return [
    ...report(field, `key ${quoted(key)}`, problemWithKey(key) ?? restriction(key)),
    ...report(field, `value ${quoted(value)} of ${key}`, problemWithValue(value)),
  ];
}

function restriction(key: string): string | undefined {
  if (key === labels.nodePool) return "is set by the controller";
  return isRestricted(normalized(key)) ? "is reserved" : undefined;
}

const problemsOfTaint = ({ key, value = "" }: Taint, field: string): readonly string[] => [
  ...report(field, `key ${quoted(key)}`, problemWithKey(key)),
  ...report(field, `value ${quoted(value)}`, problemWithValue(value)),
];

function duplicates(taints: readonly Taint[]): readonly string[] {
  const named = taints.map(({ key, effect }) => `${key}:${effect}`);
  const twice = new Set(named.filter((name, position) => named.indexOf(name) !== position));
  return [...twice].map((name) => `spec.template.spec.taints: ${name} is there twice, startup taints included`);
}

const numeric: ReadonlySet<Operator> = new Set(["Gt", "Gte", "Lt", "Lte"]);
const operators: ReadonlySet<string> = new Set<Operator>(["In", "NotIn", "Exists", "DoesNotExist", ...numeric]);

function problemsOfRequirement(requirement: RequirementSpec, field: string): readonly string[] {
  const { key, operator, values = [] } = requirement;
  return [
    ...report(field, `key ${quoted(key)}`, problemWithKey(key) ?? restriction(key)),
    ...report(field, `operator ${quoted(operator)}`, operators.has(operator) ? undefined : "is not known"),
    ...values.flatMap((value) => report(field, `value ${quoted(value)}`, problemWithValue(value))),
    ...report(field, `operator ${operator}`, problemWithCount(requirement)),
    ...report(field, "minValues", problemWithMinValues(requirement)),
    ...report(field, `values of ${key}`, problemWithCapacityTypes(requirement)),
  ];
}

function problemWithCount({ operator, values = [] }: RequirementSpec): string | undefined {
  const [bound = ""] = values;
  if (numeric.has(operator) && (values.length !== 1 || !/^\d+$/.test(bound))) return "needs one non-negative integer";
  if (operator === "In" && values.length === 0) return "needs a value";
  return undefined;
}

function problemWithMinValues({ operator, values = [], minValues }: RequirementSpec): string | undefined {
  if (minValues === undefined) return undefined;
  if (minValues < 1 || minValues > 50) return `is ${minValues}, but must be 1 to 50`;
  if (operator === "In" && values.length < minValues) return `is ${minValues}, but there are ${values.length} values`;
  return undefined;
}

const capacityTypes: ReadonlySet<string> = new Set(["on-demand", "spot", "reserved"]);

/** Unknown values beside known ones are harmless; nothing but unknown ones would never launch. */
function problemWithCapacityTypes({ key, operator, values = [], minValues = 0 }: RequirementSpec): string | undefined {
  if (key !== labels.capacityType || operator !== "In") return undefined;
  const known = values.filter((value) => capacityTypes.has(value));
  if (values.length > 0 && known.length === 0) return "must be on-demand, spot or reserved";
  return known.length < minValues ? `must be at least ${minValues} of on-demand, spot and reserved` : undefined;
}
