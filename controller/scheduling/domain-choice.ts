import { absent, allows, only, otherThan, type Requirement } from "./requirement";
import { both } from "./requirements";
import { mayBeFirst, type Rule, type Ties } from "./ties";
import type { TopologyGroup } from "./topology-group";
import type { Wish } from "./wish";

/** A wish together with one way to settle the labels that topology rules look at. */
export interface Option {
  readonly wish: Wish;
  /**
   * Whether some key is left open: what the node will be is for others to settle, who then do not count on these pods.
   */
  readonly isOpen: boolean;
  /**
   * Label → value, for the keys of every group concerned; a key is missing where the node lacks the label or nobody
   * knows its value.
   */
  readonly values: ReadonlyMap<string, string>;
}

export interface Market {
  /** Values that a label can have. */
  readonly valuesOf: (key: string) => readonly string[];
  /** Whether machines can be had for it. */
  readonly isPossible: (wish: Wish) => boolean;
}

/**
 * Every way to settle the keys of these ties within a wish, for which there are machines. Without ties there is one
 * way: the wish itself.
 */
export function optionsOf(wish: Wish, ties: Ties, { valuesOf, isPossible }: Market): readonly Option[] {
  let options: readonly Option[] = [{ wish, values: new Map(), isOpen: false }];
  for (const key of keysOf(ties)) {
    const asked = wish.requirements.get(key);
    const known = asked?.shape === "only" ? [...asked.values] : valuesOf(key);
    const open = known.filter((value) => asked === undefined || allows(asked, value));
    const lacking = canBeWithout(ties, key) && asked?.absent !== false;
    const isCounted = isMerelyCounted(ties, key);
    const unknown = isCounted && asked?.shape !== "only";
    options = options.flatMap((option) => [
      ...open.map((value) => settled(option, only(key, value), value)),
      ...(lacking ? [settled(option, absent(key))] : []),
      ...(unknown ? [settled(option, otherThan(key, open))] : []),
      ...(isCounted ? [{ ...option, isOpen: true }] : []),
    ]);
    options = options.filter((option) => isPossible(option.wish));
  }
  return options;
}

function settled({ wish, values, isOpen }: Option, requirement: Requirement, value?: string): Option {
  const { key } = requirement;
  return {
    isOpen,
    wish: { ...wish, requirements: both(wish.requirements, new Map([[key, requirement]])) },
    values: value === undefined ? values : new Map([...values, [key, value]]),
  };
}

/** The labels that matter to these ties. */
export const keysOf = ({ rules, counted }: Ties): readonly string[] =>
  [...new Set([...rules.map(({ group }) => group), ...counted].map(({ term }) => term.key))].sort();

/** Spread and affinity need a node that has the label; who has neither may as well be on one that lacks it. */
const canBeWithout = ({ rules }: Ties, key: string): boolean =>
  rules.every(({ group: { term } }) => term.key !== key || term.kind === "antiAffinity");

/** Then it does not matter what the label turns out to be; two nodes may turn out to be one domain. */
const isMerelyCounted = ({ rules, shunned }: Ties, key: string): boolean =>
  ![...rules.map(({ group }) => group), ...shunned].some(({ term }) => term.key === key);

/** Label → value, as far as a node has them. */
export interface LabelValues {
  get(key: string): string | undefined;
}

/** Whether one more pod with these ties may go where the keys have these values. */
export function isAllowed({ rules, shunned }: Ties, values: LabelValues): boolean {
  for (const group of shunned) {
    const domain = values.get(group.term.key);
    if (domain !== undefined && group.ownersIn(domain) > 0) return false;
  }
  for (const rule of rules) if (!suits(rule, values.get(rule.group.term.key))) return false;
  return true;
}

function suits(rule: Rule, domain: string | undefined): boolean {
  const { group, self } = rule;
  const { term } = group;
  if (domain === undefined) return term.kind === "antiAffinity";
  switch (term.kind) {
    case "spread":
      return group.podsIn(domain) + Number(self) - group.least <= term.maxSkew;
    case "antiAffinity":
      return group.podsIn(domain) === 0;
    case "affinity":
      return group.podsIn(domain) > 0 || mayBeFirst(rule);
  }
}

/**
 * Whether a pod that is in the domain and counted there may not stay, now that fewer others came than were expected.
 */
export function isLost(rule: Rule, domain: string | undefined): boolean {
  const { group } = rule;
  const { kind, maxSkew } = group.term;
  if (domain === undefined) return false;
  if (kind === "spread")
    return group.podsIn(domain) - group.least > maxSkew && group.earlyIn(domain) - group.earlyLeast > maxSkew;
  return kind === "affinity" && !hasCompany(rule, domain);
}

/** Pods that follow their own kind can only be among themselves where they are the first of it anywhere. */
function hasCompany({ group, kin }: Rule, domain: string): boolean {
  const here = group.podsIn(domain);
  return here > group.ownersIn(domain) || (here > 0 && kin.every(({ total }) => total <= here));
}

/** Pods in the domains of an option by which these are spread. */
export function ownCrowd({ rules }: Ties, values: ReadonlyMap<string, string>): number {
  let pods = 0;
  for (const { group, self } of rules) if (self && group.term.kind === "spread") pods += podsAt(group, values);
  return pods;
}

/** Pods in the domains of an option that are spread by a rule in which these are merely counted. */
export function othersCrowd({ crowding }: Ties, values: ReadonlyMap<string, string>): number {
  let pods = 0;
  for (const group of crowding) pods += podsAt(group, values);
  return pods;
}

const podsAt = (group: TopologyGroup, values: ReadonlyMap<string, string>): number =>
  group.podsIn(values.get(group.term.key) ?? "");
