import type { Pod, PodAffinityTerm } from "#controller/api/pod";
import type { Problem } from "#controller/scheduling/problem";
import { keyFor } from "./expression";
import { grouped } from "./grouped";
import { ordersOf } from "./orders";
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
interface Group {
  readonly keys: readonly string[];
  readonly owners: readonly Settler[];
  /** Pods that meet all terms. */
  readonly company: ReadonlySet<Settler>;
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
    return {
      keys: [...new Set(first.keys)],
      owners: members.map(({ settler }) => settler),
      company: new Set(company),
    };
  });
}

/** Binds everybody in whichever order helps; whoever is left never has company where it is. */
function withoutCompany(groups: readonly Group[], population: Population): readonly string[] {
  let fewest: readonly Settler[] | undefined;
  for (const order of ordersOf(groups)) {
    const left = leftBy(order, population);
    if (fewest === undefined || left.length < fewest.length) fewest = left;
    if (fewest.length === 0) break;
  }
  return (fewest ?? []).map(({ pod, place }) => `${nameOf(pod)} has no company of its choice where ${place.name} is`);
}

/** Who is left if the first of each kind go in this order, then all who need no company, then whoever has it. */
function leftBy(groups: readonly Group[], population: Population): readonly Settler[] {
  const binding = new Binding(groups, population);
  const pioneers = groups.flatMap((group) => binding.pioneer(group) ?? []);
  const groupOf = new Map(groups.flatMap((group) => group.owners.map((owner) => [owner, group])));
  population.all
    .filter((settler) => settler.isNew && !groupOf.has(settler))
    .forEach((each) => {
      binding.bind(each);
    });
  let waiting = [...groupOf].filter(([owner]) => !pioneers.includes(owner));
  for (let before = Infinity; waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter(([owner, group]) => {
      const goes = binding.welcomes(owner, group);
      if (goes) binding.bind(owner);
      return !goes;
    });
  }
  return waiting.map(([owner]) => owner);
}

/** Who has been bound so far, as far as it matters. */
class Binding {
  /** Domains with company for each group. */
  readonly #taken: ReadonlyMap<Group, Set<string>>;
  /** Where company will come that waits for nobody. */
  readonly #supported: ReadonlyMap<Group, ReadonlySet<string>>;

  constructor(groups: readonly Group[], population: Population) {
    const waiting = new Set(groups.flatMap(({ owners }) => owners));
    const freeOf = ({ company }: Group): readonly Settler[] =>
      [...company].filter((settler) => settler.isNew && !waiting.has(settler));
    this.#taken = new Map(groups.map((group) => [group, new Set()]));
    this.#supported = new Map(
      groups.map((group) => [group, new Set(freeOf(group).flatMap(({ place }) => domainsOf(place, group.keys)))]),
    );
    for (const settler of population.all) if (!settler.isNew) this.bind(settler);
  }

  bind(settler: Settler): void {
    for (const [group, taken] of this.#taken) {
      if (!group.company.has(settler)) continue;
      for (const domain of domainsOf(settler.place, group.keys)) taken.add(domain);
    }
  }

  welcomes(owner: Settler, group: Group): boolean {
    const domains = domainsOf(owner.place, group.keys);
    if (domains.length < group.keys.length) return false;
    const taken = this.#taken.get(group) ?? new Set();
    return domains.every((domain) => taken.has(domain)) || (taken.size === 0 && group.company.has(owner));
  }

  /** Binds the first of a kind, where there is none yet: best where nobody else would bring company. */
  pioneer(group: Group): Settler | undefined {
    if ((this.#taken.get(group)?.size ?? 0) > 0) return undefined;
    const able = group.owners.filter((owner) => this.welcomes(owner, group));
    const isSupported = ({ place }: Settler): boolean =>
      domainsOf(place, group.keys).every((domain) => this.#supported.get(group)?.has(domain));
    const first = able.find((owner) => !isSupported(owner)) ?? able[0];
    if (first !== undefined) this.bind(first);
    return first;
  }
}
