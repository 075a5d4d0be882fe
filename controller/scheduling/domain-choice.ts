import { allows, only } from "./requirement";
import { both, disagreement, type Requirements } from "./requirements";
import type { Rule, Ties } from "./ties";
import type { TopologyGroup } from "./topology-group";
import type { Wish } from "./wish";

/** A wish together with one way to settle the labels that its topology rules look at. */
export interface Option {
  readonly wish: Wish;
  /** Label → value, for the keys of every group concerned. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Every way to settle the keys of these ties within a wish. Whether machines for it can be had is `isPossible`'s to say.
 * Without ties there is one way: the wish itself.
 */
export function optionsOf(wish: Wish, ties: Ties, isPossible: (wish: Wish) => boolean): readonly Option[] {
  let options: readonly Option[] = [{ wish, values: new Map() }];
  for (const [key, domains] of domainsByKey(ties)) {
    const asked = wish.requirements.get(key);
    const open = domains.filter((domain) => asked === undefined || allows(asked, domain));
    options = options.flatMap((option) => open.map((domain) => settled(option, key, domain)));
    options = options.filter((option) => isPossible(option.wish));
  }
  return options;
}

function settled({ wish, values }: Option, key: string, domain: string): Option {
  return {
    wish: { ...wish, requirements: both(wish.requirements, new Map([[key, only(key, domain)]])) },
    values: new Map([...values, [key, domain]]),
  };
}

function domainsByKey({ rules, counted }: Ties): ReadonlyMap<string, readonly string[]> {
  const byKey = new Map<string, Set<string>>();
  for (const { term, domains } of [...rules.map(({ group }) => group), ...counted]) {
    const known = byKey.get(term.key) ?? new Set<string>();
    domains.forEach((domain) => known.add(domain));
    byKey.set(term.key, known);
  }
  return new Map([...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, set]) => [key, [...set].sort()]));
}

/** What a pod strictly asks of its node, against which the emptiest domain is sought (karpenter-core §3.5). */
export type Strict = Requirements;

/** Whether one more pod with these ties may go where the keys have these values. */
export function isAllowed(
  { rules, shunned }: Ties,
  valueOf: (key: string) => string | undefined,
  strict: Strict,
): boolean {
  for (const group of shunned) {
    const domain = valueOf(group.term.key);
    if (domain !== undefined && group.ownersIn(domain) > 0) return false;
  }
  return rules.every((rule) => suits(rule, valueOf(rule.group.term.key), strict));
}

/** Whether more pods are in a domain than the rule allows, now that all are counted. */
export const isOverfull = ({ group }: Rule, domain: string | undefined, strict: Strict): boolean =>
  group.term.kind === "spread" &&
  domain !== undefined &&
  group.podsIn(domain) - leastPods(group, strict) > group.term.maxSkew;

function suits({ group, self, starts }: Rule, domain: string | undefined, strict: Strict): boolean {
  const { term } = group;
  if (domain === undefined) return term.kind === "antiAffinity";
  switch (term.kind) {
    case "spread":
      return group.podsIn(domain) + Number(self) - leastPods(group, strict) <= term.maxSkew;
    case "antiAffinity":
      return group.podsIn(domain) === 0;
    case "affinity":
      return group.podsIn(domain) > 0 || (starts && group.total === 0);
  }
}

/** The emptiest domain among those that the pod could go to; empty when there are fewer than asked for. */
function leastPods(group: TopologyGroup, strict: Strict): number {
  const asked = strict.get(group.term.key);
  let [least, eligible] = [Infinity, 0];
  for (const domain of group.domains) {
    if (asked !== undefined && !allows(asked, domain) && !group.alwaysCounted.has(domain)) continue;
    eligible++;
    least = Math.min(least, group.podsIn(domain));
  }
  return eligible < group.term.minDomains || least === Infinity ? 0 : least;
}

/** Pods in the domains of an option's own spread rules, then in those where it is merely counted: the fewer the better. */
export const crowdOf = ({ rules, crowding }: Ties, values: ReadonlyMap<string, string>): number => {
  const own = rules.filter(({ group }) => group.term.kind === "spread").map(({ group }) => group);
  return sumOf(own, values) * 1e6 + sumOf(crowding, values);
};

const sumOf = (groups: readonly TopologyGroup[], values: ReadonlyMap<string, string>): number =>
  groups.reduce((sum, group) => sum + group.podsIn(values.get(group.term.key) ?? ""), 0);

/** Counts `count` pods in, or out when negative, where the keys have these values and the node suits each group. */
export function record(
  { rules, counted }: Ties,
  count: number,
  { valueOf, has }: { readonly valueOf: (key: string) => string | undefined; readonly has: Requirements },
): void {
  for (const group of counted) {
    const domain = valueOf(group.term.key);
    if (domain !== undefined && isCounted(group, has)) group.add(domain, count);
  }
  for (const { group } of rules) {
    const domain = valueOf(group.term.key);
    if (group.repelling && domain !== undefined) group.addOwners(domain, count);
  }
}

const isCounted = ({ term: { filter } }: TopologyGroup, has: Requirements): boolean =>
  filter?.terms?.some((wanted) => disagreement(has, wanted) === undefined) ?? true;
