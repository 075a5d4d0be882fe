import type { Site } from "./site";
import type { Share } from "./draft";
import type { Rule } from "./ties";
import type { TopologyGroup } from "./topology-group";

/** Pods of a share where they are to be: whom they have to follow there, and for whom they are company. */
interface Seat {
  readonly site: Site;
  readonly share: Share;
  readonly follows: readonly { readonly rule: Rule; readonly domain: string | undefined }[];
  readonly joins: readonly { readonly group: TopologyGroup; readonly domain: string | undefined }[];
}

/**
 * Shares whose pods would wait for ever for the company that they require: all that is there waits for them in turn.
 * What can be bound is bound in thought: the first of each kind, then who follows nobody, then whoever has company by
 * then.
 */
export function withoutCompany(sites: readonly Site[]): readonly Pick<Seat, "site" | "share">[] {
  const seats = sites.flatMap(seatsAt);
  const followers = seats.filter(({ follows }) => follows.length > 0);
  if (followers.length === 0) return [];
  const free = seats.filter(({ follows }) => follows.length === 0);
  const left = leftBy(followers, free);
  if (left.length === 0) return left;
  const otherwise = leftBy(followers.toReversed(), free);
  return otherwise.length < left.length ? otherwise : left;
}

function seatsAt(site: Site): readonly Seat[] {
  const { values } = site.spot();
  const domainOf = ({ perNode, term }: TopologyGroup): string | undefined =>
    perNode >= 0 ? site.name : values.get(term.key);
  const isRequired = ({ term }: TopologyGroup): boolean => term.kind === "affinity" && term.required;
  return site.host.shares.map((share) => {
    const { nodeTies, domainTies } = share.ask;
    const rules = [...nodeTies.rules, ...domainTies.rules].filter(({ group }) => isRequired(group));
    const groups = [...nodeTies.counted, ...domainTies.counted].filter(isRequired);
    return {
      ...{ site, share },
      follows: rules.map((rule) => ({ rule, domain: domainOf(rule.group) })),
      joins: groups.map((group) => ({ group, domain: domainOf(group) })),
    };
  });
}

function leftBy(followers: readonly Seat[], free: readonly Seat[]): readonly Seat[] {
  const [company, coming] = [new Company(), new Company()];
  free.forEach((seat) => {
    coming.add(seat);
  });
  // The first of a kind best goes where nobody else would bring company.
  const pioneers = [...followers].sort((a, b) => Number(coming.hasFor(a)) - Number(coming.hasFor(b)));
  for (const seat of pioneers) if (company.lets(seat)) company.add(seat);
  free.forEach((seat) => {
    company.add(seat);
  });
  let waiting = followers;
  for (let before = Infinity; waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter((seat) => {
      const goes = company.hasFor(seat);
      if (goes) company.add(seat);
      return !goes;
    });
  }
  return waiting;
}

/** Where there is somebody to follow. */
class Company {
  readonly #domains = new Map<TopologyGroup, Set<string>>();

  add({ joins }: Seat): void {
    for (const { group, domain } of joins) {
      if (domain === undefined) continue;
      this.#domains.set(group, (this.#domains.get(group) ?? new Set()).add(domain));
    }
  }

  hasFor({ follows }: Seat): boolean {
    return follows.every(
      ({ rule: { group }, domain }) =>
        domain !== undefined && (group.runsIn(domain) || this.#domains.get(group)?.has(domain) === true),
    );
  }

  /** Whether the pods may be the first of their kind. */
  lets({ follows }: Seat): boolean {
    return follows.every(
      ({ rule: { self, kin } }) => self && kin.every((group) => !group.runs && !this.#domains.has(group)),
    );
  }
}
