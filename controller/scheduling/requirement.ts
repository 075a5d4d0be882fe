import type { Operator, RequirementSpec } from "../api/requirement";
import { normalized } from "../api/well-known";

/**
 * A requirement says which values one label may take.
 *
 * It is a set, and sets come in two shapes: `only` these values, or anything `except` these; the latter may also be
 * bounded by integers, and then holds integers only. An intersection of requirements is again a requirement, so a pod,
 * a pool and an instance type can be narrowed against each other in any order and give the same answer.
 */
export interface Requirement {
  readonly key: string;
  readonly shape: "only" | "except";
  readonly values: ReadonlySet<string>;
  /** Inclusive; -Infinity where there is none, as always for `only`. */
  readonly min: number;
  /** Inclusive; Infinity where there is none, as always for `only`. */
  readonly max: number;
  /** How many distinct values the instance types left must offer; 0 for any number. */
  readonly minValues: number;
}

const unbounded = { min: -Infinity, max: Infinity, minValues: 0 };

/** Only the given values; none at all means that the label must be absent. */
export const only = (key: string, ...values: readonly string[]): Requirement => ({
  key,
  shape: "only",
  values: new Set(values),
  ...unbounded,
});

/** Anything but the given values. */
export const except = (key: string, ...values: readonly string[]): Requirement => ({
  ...only(key, ...values),
  shape: "except",
});

/** Integers from `min` to `max`, both included. */
export const between = (key: string, min: number, max: number): Requirement =>
  min > max ? only(key) : { ...except(key), min, max };

type Reading = (key: string, values: readonly string[]) => Requirement;

const integer = ([text = ""]: readonly string[]): number => (isInteger(text) ? Number(text) : NaN);

/** Bounds that are no integer hold for nothing, so that a bad requirement refuses instead of being ignored. */
const bounded =
  (range: (bound: number) => readonly [number, number]): Reading =>
  (key, values) => {
    const [min, max] = range(integer(values));
    return Number.isNaN(min) || Number.isNaN(max) ? only(key) : between(key, min, max);
  };

const readings: Readonly<Record<Operator, Reading>> = {
  In: (key, values) => only(key, ...values),
  NotIn: (key, values) => except(key, ...values),
  Exists: (key) => except(key),
  DoesNotExist: (key) => only(key),
  Gt: bounded((bound) => [bound + 1, Infinity]),
  Gte: bounded((bound) => [bound, Infinity]),
  Lt: bounded((bound) => [-Infinity, bound - 1]),
  Lte: bounded((bound) => [-Infinity, bound]),
};

/** The requirement that was written, its key normalized. */
export function requirementOf({ key, operator, values = [], minValues = 0 }: RequirementSpec): Requirement {
  return { ...readings[operator](normalized(key), values), minValues };
}

export const isInteger = (text: string): boolean => /^[+-]?\d+$/.test(text);

const isBounded = ({ min, max }: Requirement): boolean => min !== -Infinity || max !== Infinity;

function withinBounds(requirement: Requirement, value: string): boolean {
  if (!isBounded(requirement)) return true;
  const number = Number(value);
  return isInteger(value) && number >= requirement.min && number <= requirement.max;
}

export const allows = (requirement: Requirement, value: string): boolean =>
  requirement.shape === "only"
    ? requirement.values.has(value)
    : !requirement.values.has(value) && withinBounds(requirement, value);

/** Satisfied by nothing but the label's absence. */
export const isEmpty = ({ shape, values }: Requirement): boolean => shape === "only" && values.size === 0;

/** Content with the label being absent: `NotIn` and `DoesNotExist`, as Kubernetes reads them. */
export const allowsAbsence = (requirement: Requirement): boolean =>
  isEmpty(requirement) || (requirement.shape === "except" && requirement.values.size > 0 && !isBounded(requirement));

/** The one value left, if it is one. */
export function singleValue({ shape, values }: Requirement): string | undefined {
  const [value] = values;
  return shape === "only" && values.size === 1 ? value : undefined;
}

/** The requirement met exactly by the values that both allow. */
export function intersect(a: Requirement, b: Requirement): Requirement {
  const minValues = Math.max(a.minValues, b.minValues);
  if (a.shape === "except" && b.shape === "except") return { ...intersectOpen(a, b), minValues };
  const [finite, other] = a.shape === "only" ? [a, b] : [b, a];
  return { ...only(a.key, ...[...finite.values].filter((value) => allows(other, value))), minValues };
}

function intersectOpen(a: Requirement, b: Requirement): Requirement {
  const range = between(a.key, Math.max(a.min, b.min), Math.min(a.max, b.max));
  if (range.shape === "only") return range;
  const excluded = new Set([...a.values, ...b.values].filter((value) => withinBounds(range, value)));
  const open = { ...range, values: excluded };
  return range.max - range.min < excluded.size && integersIn(open).length === 0 ? only(a.key) : open;
}

/** The integers that a requirement bounded on both sides allows. */
function integersIn(requirement: Requirement): string[] {
  const { min, max } = requirement;
  const all = Array.from({ length: max - min + 1 }, (_, step) => String(min + step));
  return all.filter((value) => allows(requirement, value));
}

/** Whether any value satisfies both. */
export function intersects(a: Requirement, b: Requirement): boolean {
  if (a.shape === "except" && b.shape === "except") return !isEmpty(intersectOpen(a, b));
  const [finite, other] = a.shape === "only" ? [a, b] : [b, a];
  for (const value of finite.values) {
    if (allows(other, value)) return true;
  }
  return false;
}

/** Neither side would mind the label being absent, or some value satisfies both. */
export const agree = (a: Requirement, b: Requirement): boolean =>
  intersects(a, b) || (allowsAbsence(a) && allowsAbsence(b));

/** Back to YAML: bounds and exclusions become items of their own, values are sorted. */
export function toSpecs({ key, shape, values, min, max, minValues }: Requirement): RequirementSpec[] {
  const sorted = [...values].sort();
  const specs: RequirementSpec[] = [];
  if (shape === "only")
    specs.push(sorted.length > 0 ? { key, operator: "In", values: sorted } : { key, operator: "DoesNotExist" });
  else {
    if (min !== -Infinity) specs.push({ key, operator: "Gte", values: [String(min)] });
    if (max !== Infinity) specs.push({ key, operator: "Lte", values: [String(max)] });
    if (sorted.length > 0) specs.push({ key, operator: "NotIn", values: sorted });
    if (specs.length === 0) specs.push({ key, operator: "Exists" });
  }
  return minValues > 0 ? specs.map((spec) => ({ ...spec, minValues })) : specs;
}

/** One line for people and for comparing: `kubernetes.io/arch In [amd64, arm64]`. */
export const describe = (requirement: Requirement): string =>
  toSpecs(requirement)
    .map(({ key, operator, values }) =>
      values === undefined ? `${key} ${operator}` : `${key} ${operator} [${values.join(", ")}]`,
    )
    .join(" and ");
