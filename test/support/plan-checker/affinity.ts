import type { Pod, PodAffinityTerm } from "#controller/api/pod";
import type { Problem } from "#controller/scheduling/problem";
import { keyFor } from "./expression";
import { grouped } from "./grouped";
import { nameOf, type Place, rangeOf } from "./place";
import type { Population, Settler } from "./population";
import { ofAffinityTerm } from "./selector";

/**
 * Required pod affinity as the kube-scheduler reads it: a pod goes where, for each of its terms, the domain has a pod
 * that meets all of its terms; or anywhere, as the first of its kind, if it meets them itself and nobody does yet.
 */
export function violationsOfAffinity(population: Population, { namespaces }: Problem): readonly string[] {
  const groups = groupsOf(population, namespaces);
  if (groups.length === 0) return [];
  const lost = groups.flatMap(({ keys, owners }) =>
    owners.flatMap(({ pod, place }) =>
      keys
        .filter((key) => rangeOf(place, key).settled === undefined)
        .map((key) => `${nameOf(pod)} wants company within ${key}, which is not settled for ${place.name}`),
    ),
  );
  return [...lost, ...withoutCompany(groups, population)];
}

/** Pods with the same terms. */
class Group {
  readonly keys: readonly string[];
  readonly owners: readonly Settler[];
  /** Pods that meet all terms. */
  readonly company: ReadonlySet<Settler>;
  /** Domains with company that has been bound so far. */
  readonly taken = new Set<string>();

  constructor(keys: readonly string[], owners: readonly Settler[], company: readonly Settler[]) {
    this.keys = keys;
    this.owners = owners;
    this.company = new Set(company);
  }

  note(settler: Settler): void {
    if (!this.company.has(settler)) return;
    for (const domain of domainsOf(settler.place, this.keys)) this.taken.add(domain);
  }

  welcomes(owner: Settler): boolean {
    const domains = domainsOf(owner.place, this.keys);
    if (domains.length < this.keys.length) return false;
    return domains.every((domain) => this.taken.has(domain)) || (this.taken.size === 0 && this.company.has(owner));
  }
}

const domainsOf = (place: Place, keys: readonly string[]): readonly string[] =>
  keys.flatMap((key) => {
    const { settled } = rangeOf(place, key);
    return settled === undefined ? [] : [`${key} ${settled}`];
  });

const termsOf = ({ spec }: Pod): readonly PodAffinityTerm[] =>
  spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

function groupsOf(population: Population, namespaces: Problem["namespaces"]): readonly Group[] {
  const asking = population.all
    .filter(({ isNew, pod }) => isNew && termsOf(pod).length > 0)
    .map((settler) => {
      const terms = termsOf(settler.pod);
      const keys = terms.map(({ topologyKey }) => keyFor(topologyKey));
      return { settler, keys, selectors: terms.map((term) => ofAffinityTerm(term, settler.pod, namespaces)) };
    });
  const groups = grouped(asking, ({ keys, selectors }) => JSON.stringify([keys, selectors]));
  return [...groups.values()].map((members) => {
    const [first] = members;
    const selected = first.selectors.map((selector) => new Set(population.selectedBy(selector)));
    const company = population.all.filter((settler) => selected.every((each) => each.has(settler)));
    return new Group(
      [...new Set(first.keys)],
      members.map(({ settler }) => settler),
      company,
    );
  });
}

/** Binds everybody in an order that helps; whoever is left never has company where it is. */
function withoutCompany(groups: readonly Group[], population: Population): readonly string[] {
  const groupOf = new Map(groups.flatMap((group) => group.owners.map((owner) => [owner, group])));
  const bind = (settler: Settler): void => {
    for (const group of groups) group.note(settler);
  };
  population.all.filter(({ isNew }) => !isNew).forEach(bind);
  const pioneers = groups.flatMap((group) => {
    const pioneer = group.taken.size > 0 ? undefined : pioneerOf(group, groupOf);
    if (pioneer !== undefined) bind(pioneer);
    return pioneer ?? [];
  });
  population.all.filter((settler) => settler.isNew && !groupOf.has(settler)).forEach(bind);
  let waiting = [...groupOf].filter(([owner]) => !pioneers.includes(owner));
  for (let before = Infinity; waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter(([owner, group]) => {
      const goes = group.welcomes(owner);
      if (goes) bind(owner);
      return !goes;
    });
  }
  return waiting.map(([{ pod, place }]) => `${nameOf(pod)} has no company of its choice where ${place.name} is`);
}

/** The first of its kind: best where nobody else would bring company. */
function pioneerOf(group: Group, groupOf: ReadonlyMap<Settler, Group>): Settler | undefined {
  const able = group.owners.filter((owner) => group.welcomes(owner));
  const free = [...group.company].filter((settler) => settler.isNew && !groupOf.has(settler));
  const supported = new Set(free.flatMap(({ place }) => domainsOf(place, group.keys)));
  return able.find(({ place }) => !domainsOf(place, group.keys).every((each) => supported.has(each))) ?? able[0];
}
