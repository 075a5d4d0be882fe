import type { Labels } from "../api/kube-object";
import { labels } from "../api/labels";
import type { RequirementSpec } from "../api/requirement";
import { isWellKnown, normalized, suggestionFor, wellKnown } from "../api/well-known";
import {
  agree,
  isImpossible,
  describe,
  intersect,
  only,
  type Requirement,
  requirementOf,
  toSpecs,
} from "./requirement";

/** One requirement per label key. */
export type Requirements = ReadonlyMap<string, Requirement>;

export const none: Requirements = new Map();

/** All of these at once; a key that is written twice is intersected. */
export function allOf(requirements: Iterable<Requirement>): Requirements {
  const all = new Map<string, Requirement>();
  for (const requirement of requirements) {
    const before = all.get(requirement.key);
    all.set(requirement.key, before === undefined ? requirement : intersect(before, requirement));
  }
  return all;
}

export const requirementsOf = (specs: readonly RequirementSpec[] = []): Requirements => allOf(specs.map(requirementOf));

/** The requirement to have exactly these labels; also how a node that has them is compared. */
export const ofLabels = (given: Labels = {}): Requirements =>
  allOf(Object.entries(given).map(([key, value]) => only(normalized(key), value)));

/** Both sets at once. */
export const both = (a: Requirements, b: Requirements): Requirements => allOf([...a.values(), ...b.values()]);

/** Sorted by key, as it goes on a claim. */
export const toRequirementSpecs = (requirements: Requirements): RequirementSpec[] =>
  [...requirements.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).flatMap(toSpecs);

/** The same text for the same set, whatever the order it was put together in. */
export const signatureOf = (requirements: Requirements): string =>
  requirements.size === 0 ? "" : JSON.stringify(toRequirementSpecs(requirements));

/** Why two sets cannot be met together. */
export interface Conflict {
  readonly key: string;
  readonly reason: string;
}

/** The first key on which both speak and disagree. */
export function disagreement(has: Requirements, wants: Requirements): Conflict | undefined {
  const [small, large] = has.size < wants.size ? [has, wants] : [wants, has];
  for (const key of small.keys()) {
    const [theirs, ours] = [has.get(key), wants.get(key)];
    if (!large.has(key) || theirs === undefined || ours === undefined || agree(theirs, ours)) continue;
    return { key, reason: `${describe(ours)} against ${describe(theirs)}` };
  }
  return undefined;
}

/**
 * Why a node with these requirements (or labels) does not satisfy those of a pod. A key that the node does not speak of
 * satisfies only what absence satisfies, unless `mayBeUndefined` says that it is settled later.
 */
export function conflict(
  has: Requirements,
  wants: Requirements,
  mayBeUndefined: (key: string) => boolean = () => false,
): Conflict | undefined {
  for (const requirement of wants.values()) {
    if (isImpossible(requirement))
      return { key: requirement.key, reason: `what is asked of ${requirement.key} contradicts itself` };
    if (has.has(requirement.key) || requirement.absent || mayBeUndefined(requirement.key)) continue;
    return { key: requirement.key, reason: undefinedLabel(requirement.key, has) };
  }
  return disagreement(has, wants);
}

/** As `conflict`, for machines that are not there yet: what instance types define is settled by choosing one. */
export const conflictWithTemplate = (template: Requirements, wants: Requirements): Conflict | undefined =>
  conflict(template, wants, isWellKnown);

/**
 * Why an instance type does not satisfy requirements. Well-known labels are the machine's to have: one that it does not
 * mention it will not carry. Other labels are the pool's.
 */
export function conflictWithMachine(machine: Requirements, wants: Requirements): Conflict | undefined {
  for (const wanted of wants.values()) {
    if (!machineSuits(machine.get(wanted.key), wanted)) return { key: wanted.key, reason: describe(wanted) };
  }
  return undefined;
}

/** As `conflictWithMachine`, for one label of which this is known. */
export const machineSuits = (has: Requirement | undefined, wanted: Requirement): boolean =>
  has === undefined ? wanted.absent || !isWellKnown(wanted.key) || wanted.key === labels.nodePool : agree(has, wanted);

function undefinedLabel(key: string, has: Requirements): string {
  const suggestion = suggestionFor(key, [...wellKnown, ...has.keys()]);
  const hint = suggestion === undefined || suggestion === key ? "" : ` (did you mean ${suggestion}?)`;
  return `label ${key} does not have known values${hint}`;
}
