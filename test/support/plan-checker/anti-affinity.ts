import type { Pod } from "#controller/api/pod";
import type { Problem } from "#controller/scheduling/problem";
import { keyFor } from "./expression";
import { grouped, type Members } from "./grouped";
import { nameOf, type Place, rangeOf } from "./place";
import type { Population, Settler } from "./population";
import { ofAffinityTerm, type PodSelector } from "./selector";

interface Group {
  readonly key: string;
  readonly owners: readonly Settler[];
  readonly selected: readonly Settler[];
}

/**
 * No two pods, of which at least one is new, share a domain that one of them wants for itself; those that were there
 * before object to newcomers as well. On a node whose domain is not settled every possible one is taken.
 */
export function violationsOfAntiAffinity(population: Population, { namespaces }: Problem): readonly string[] {
  const terms = population.all.flatMap((settler) =>
    termsOf(settler.pod).map((term) => ({
      settler,
      key: keyFor(term.topologyKey),
      selector: ofAffinityTerm(term, settler.pod, namespaces),
    })),
  );
  const groups = grouped(terms, ({ key, selector }) => JSON.stringify([key, selector]));
  return [...groups.values()].flatMap((members) => violationsIn(groupOf(members, population)));
}

const termsOf = ({ spec }: Pod) => spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

interface Term {
  readonly settler: Settler;
  readonly key: string;
  readonly selector: PodSelector;
}

function groupOf(members: Members<Term>, population: Population): Group {
  const [first] = members;
  return {
    key: first.key,
    owners: members.map(({ settler }) => settler),
    selected: population.selectedBy(first.selector),
  };
}

/** Those in one domain. */
class Crowd {
  readonly everybody: Settler[] = [];
  newcomers = 0;
}

function violationsIn({ key, owners, selected }: Group): readonly string[] {
  const crowds = new Map<string, Crowd>();
  for (const settler of selected) {
    for (const domain of domainsOf(settler.place, key)) {
      const crowd = crowds.get(domain) ?? new Crowd();
      crowds.set(domain, crowd);
      crowd.everybody.push(settler);
      if (settler.isNew) crowd.newcomers++;
    }
  }
  return owners.flatMap((owner) => objectionOf(owner, key, crowds) ?? []);
}

function objectionOf(owner: Settler, key: string, crowds: ReadonlyMap<string, Crowd>): string | undefined {
  for (const domain of domainsOf(owner.place, key)) {
    const crowd = crowds.get(domain);
    if (crowd === undefined || (!owner.isNew && crowd.newcomers === 0)) continue;
    const other = crowd.everybody.find(({ pod, isNew }) => pod !== owner.pod && (owner.isNew || isNew));
    if (other === undefined) continue;
    return `${nameOf(owner.pod)} keeps ${nameOf(other.pod)} away from ${key} ${domain}, yet both may be there`;
  }
  return undefined;
}

const domainsOf = (place: Place, key: string): readonly string[] => rangeOf(place, key).values;
