import type { Operator, RequirementSpec } from "../api/requirement";
import type { InstanceType, Offering } from "../scheduling/instance-type";
import { labels } from "../api/labels";

type Test = (value: string, values: readonly string[]) => boolean;

const bound =
  (holds: (value: number, bound: number) => boolean): Test =>
  (value, [limit = ""]) =>
    holds(Number(value), Number(limit));

const tests: Readonly<Record<Operator, Test>> = {
  In: (value, values) => values.includes(value),
  NotIn: (value, values) => !values.includes(value),
  Exists: () => true,
  DoesNotExist: () => false,
  Gt: bound((value, limit) => value > limit),
  Gte: bound((value, limit) => value >= limit),
  Lt: bound((value, limit) => value < limit),
  Lte: bound((value, limit) => value <= limit),
};

/** Whether a requirement takes this value; undefined means that there is no such label. */
function allows({ operator, values = [] }: RequirementSpec, value: string | undefined): boolean {
  if (value === undefined) return operator === "NotIn" || operator === "DoesNotExist";
  return tests[operator](value, values);
}

/** What somebody asks for, by label. */
export type Wishes = ReadonlyMap<string, readonly RequirementSpec[]>;

export function wishesOf(requirements: readonly RequirementSpec[]): Wishes {
  const wishes = new Map<string, RequirementSpec[]>();
  for (const requirement of requirements) {
    const known = wishes.get(requirement.key);
    if (known) known.push(requirement);
    else wishes.set(requirement.key, [requirement]);
  }
  return wishes;
}

export const allowsAll = (wishes: Wishes, key: string, value: string | undefined): boolean =>
  (wishes.get(key) ?? []).every((wish) => allows(wish, value));

/** The values of a label that instance types have: they know only `In` and `DoesNotExist`. */
export const valuesOf = ({ operator, values = [] }: RequirementSpec): readonly (string | undefined)[] =>
  operator === "In" ? values : [undefined];

/**
 * Whether machines that have these labels can meet the wishes. Labels that machines do not define, such as a pool's
 * own, are nobody's concern here.
 */
export const meets = (wishes: Wishes, has: readonly RequirementSpec[]): boolean =>
  has.every((label) => valuesOf(label).some((value) => allowsAll(wishes, label.key, value)));

/** As `meets`, for a type: labels that each of its offerings settles, such as a reservation's, are up to these. */
export function typeMeets(wishes: Wishes, { requirements, offerings }: InstanceType): boolean {
  const isSettled = ({ key }: RequirementSpec): boolean =>
    offerings.length > 0 && offerings.every((each) => (each.requirements ?? []).some((label) => label.key === key));
  return requirements.every((label) => meets(wishes, [label]) || isSettled(label));
}

/** The offerings of a type, on sale now, that meet the wishes. */
export const offeringsFor = (wishes: Wishes, { offerings }: InstanceType): readonly Offering[] =>
  offerings.filter(
    ({ available, zone, capacityType, requirements = [] }) =>
      available &&
      allowsAll(wishes, labels.zone, zone) &&
      allowsAll(wishes, labels.capacityType, capacityType) &&
      meets(wishes, requirements),
  );
