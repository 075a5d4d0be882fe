import { problemWithKey, problemWithValue } from "./label-syntax";
import { labels } from "./labels";
import type { Operator, RequirementSpec } from "./requirement";

export const quoted = (text: string): string => JSON.stringify(text);

/** `<field>: <subject> <problem>`, or nothing when there is no problem. */
export const report = (field: string, subject: string, problem: string | undefined): readonly string[] =>
  problem === undefined ? [] : [`${field}: ${subject} ${problem}`];

const numeric: ReadonlySet<Operator> = new Set(["Gt", "Gte", "Lt", "Lte"]);
const operators: ReadonlySet<string> = new Set<Operator>(["In", "NotIn", "Exists", "DoesNotExist", ...numeric]);

export interface RequirementRules {
  /** Why a key may not be used there, if it may not. */
  readonly restriction: (key: string) => string | undefined;
  /** Operators that are nothing without a value. */
  readonly needValue: readonly Operator[];
}

/** What is wrong with a requirement that the API server let pass, each problem naming its field. */
export function problemsOfRequirement(
  requirement: RequirementSpec,
  field: string,
  { restriction, needValue }: RequirementRules,
): readonly string[] {
  const { key, operator, values = [] } = requirement;
  return [
    ...report(field, `key ${quoted(key)}`, problemWithKey(key) ?? restriction(key)),
    ...report(field, `operator ${quoted(operator)}`, operators.has(operator) ? undefined : "is not known"),
    ...values.flatMap((value) => report(field, `value ${quoted(value)}`, problemWithValue(value))),
    ...report(field, `operator ${operator}`, problemWithCount(requirement, needValue)),
    ...report(field, "minValues", problemWithMinValues(requirement)),
    ...report(field, `values of ${key}`, problemWithCapacityTypes(requirement)),
  ];
}

function problemWithCount(
  { operator, values = [] }: RequirementSpec,
  needValue: readonly Operator[],
): string | undefined {
  const [bound = ""] = values;
  if (numeric.has(operator) && (values.length !== 1 || !/^\d+$/.test(bound))) return "needs one non-negative integer";
  if (needValue.includes(operator) && values.length === 0) return "needs a value";
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
