import type { Operator, RequirementSpec } from "../api/requirement";
import { normalized } from "../api/well-known";

/**
 * A requirement says which values one label may take, and whether it may be absent.
 *
 * It is a set, and sets come in two shapes: `only` these values, or anything `except` these; the latter may also be
 * bounded by integers, and then holds integers only. An intersection of requirements is again a requirement, so a pod,
 * a pool and an instance type can be narrowed against each other in any order and give the same answer.
 */
export interface Requirement {
  readonly key: string;
  readonly shape: "only" | "except";
  readonly values: ReadonlySet<string>;
  /** Whether a node without the label will do, as it does for `NotIn` and `DoesNotExist`. */
  readonly absent: boolean;
  /** Inclusive; -Infinity where there is none, as always for `only`. */
  readonly min: number;
  /** Inclusive; Infinity where there is none, as always for `only`. */
  readonly max: number;
  /** How many distinct values the instance types left must offer; 0 for any number. */
  readonly minValues: number;
}

const plain = { absent: false, min: -Infinity, max: Infinity, minValues: 0 };

/** One of the given values; with none given it cannot be met. */
export const only = (key: string, ...values: readonly string[]): Requirement => ({
  key,
  shape: "only",
  values: new Set(values),
  ...plain,
});

/** No such label. */
export const absent = (key: string): Requirement => ({ ...only(key), absent: true });

/** Any value at all. */
const exists = (key: string): Requirement => ({ ...only(key), shape: "except" });

/** Any value but these. */
export const otherThan = (key: string, values: readonly string[]): Requirement => ({
  ...exists(key),
  values: new Set(values),
});

/** Integers from `min` to `max`, both included. */
const between = (key: string, min: number, max: number): Requirement =>
  min > max ? only(key) : { ...exists(key), min, max };

type Reading = (key: string, values: readonly string[]) => Requirement;

/** Bounds that are no integer hold for nothing, so that a bad requirement refuses instead of being ignored. */
const bounded =
  (range: (bound: number) => readonly [number, number]): Reading =>
  (key, [text = ""]) =>
    isInteger(text) ? between(key, ...range(Number(text))) : only(key);

const readings: Readonly<Record<Operator, Reading>> = {
  In: (key, values) => only(key, ...values),
  NotIn: (key, values) => ({ ...otherThan(key, values), absent: true }),
  Exists: exists,
  DoesNotExist: absent,
  Gt: bounded((bound) => [bound + 1, Infinity]),
  Gte: bounded((bound) => [bound, Infinity]),
  Lt: bounded((bound) => [-Infinity, bound - 1]),
  Lte: bounded((bound) => [-Infinity, bound]),
};

/** The requirement that was written, its key normalized. */
export function requirementOf({ key, operator, values = [], minValues = 0 }: RequirementSpec): Requirement {
  return { ...readings[operator](normalized(key), values), minValues };
}

const isInteger = (text: string): boolean => /^[+-]?\d+$/.test(text);

function withinBounds({ min, max }: Requirement, value: string): boolean {
  if (min === -Infinity && max === Infinity) return true;
  return isInteger(value) && Number(value) >= min && Number(value) <= max;
}

export const allows = (requirement: Requirement, value: string): boolean =>
  requirement.shape === "only"
    ? requirement.values.has(value)
    : !requirement.values.has(value) && withinBounds(requirement, value);

/** No value will do; the label's absence still may. */
export const hasNoValue = ({ shape, values }: Requirement): boolean => shape === "only" && values.size === 0;

/** Nothing will do. */
export const isImpossible = (requirement: Requirement): boolean => hasNoValue(requirement) && !requirement.absent;

/** The requirement met exactly by what both allow. */
export function intersect(a: Requirement, b: Requirement): Requirement {
  const shared = a.shape === "except" && b.shape === "except" ? intersectOpen(a, b) : intersectFinite(a, b);
  return { ...shared, absent: a.absent && b.absent, minValues: Math.max(a.minValues, b.minValues) };
}

function intersectFinite(a: Requirement, b: Requirement): Requirement {
  const [finite, other] = a.shape === "only" ? [a, b] : [b, a];
  return only(a.key, ...[...finite.values].filter((value) => allows(other, value)));
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

/** Whether anything satisfies both: the same as their intersection being possible, but quicker. */
export function agree(a: Requirement, b: Requirement): boolean {
  if (a.absent && b.absent) return true;
  if (a.shape === "except" && b.shape === "except") return !hasNoValue(intersectOpen(a, b));
  const [finite, other] = a.shape === "only" ? [a, b] : [b, a];
  for (const value of finite.values) {
    if (allows(other, value)) return true;
  }
  return false;
}

/** Back to YAML: bounds, exclusions and existence become items of their own where needed; values are sorted. */
export function toSpecs(requirement: Requirement): RequirementSpec[] {
  const { key, minValues } = requirement;
  const specs = requirement.shape === "only" ? specsOfValues(requirement) : specsOfExclusion(requirement);
  return specs.map((spec) => ({ key, ...spec, ...(minValues > 0 ? { minValues } : {}) }));
}

type KeylessSpec = Omit<RequirementSpec, "key">;

const specsOfValues = ({ values, absent }: Requirement): KeylessSpec[] =>
  values.size === 0 && absent ? [{ operator: "DoesNotExist" }] : [{ operator: "In", values: [...values].sort() }];

function specsOfExclusion({ values, absent, min, max }: Requirement): KeylessSpec[] {
  const specs: KeylessSpec[] = [];
  if (min !== -Infinity) specs.push({ operator: "Gte", values: [String(min)] });
  if (max !== Infinity) specs.push({ operator: "Lte", values: [String(max)] });
  if (values.size > 0 || absent) specs.push({ operator: "NotIn", values: [...values].sort() });
  if (!absent && min === -Infinity && max === Infinity) specs.push({ operator: "Exists" });
  return specs;
}

/** One line for people and for comparing: `kubernetes.io/arch In [amd64, arm64]`. */
export const describe = (requirement: Requirement): string =>
  toSpecs(requirement)
    .map(({ key, operator, values }) =>
      values === undefined ? `${key} ${operator}` : `${key} ${operator} [${values.join(", ")}]`,
    )
    .join(" and ");

/** The first listed value, or the smallest number allowed: always the same one. */
export function someValueOf(requirement: Requirement): string | undefined {
  if (requirement.shape === "only") return [...requirement.values].sort()[0];
  const least = Math.max(0, requirement.min);
  // One more than there are exclusions, so one of them is allowed unless none is.
  const candidates = Array.from({ length: requirement.values.size + 1 }, (_, step) => String(least + step));
  return candidates.find((value) => allows(requirement, value));
}
