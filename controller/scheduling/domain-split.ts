import { Ask } from "./backlog";
import { crowdOf, isAllowed, type Option, optionsOf, record } from "./domain-choice";
import { isFollowing } from "./ties";
import { fits, type Vector } from "./vector";
import type { PoolPlan } from "./pool-plan";
import type { TopologyGroup } from "./topology-group";
import type { Wish } from "./wish";

/** Decides in which domains (zones, capacity types, …) pods go that depend on others there. */
export class DomainSplit {
  readonly #pools: readonly PoolPlan[];
  readonly #options = new Map<Ask, readonly Option[]>();
  /** Asks that differ only in their pods have the same options. */
  readonly #shapes = new Map<Wish, Map<string, readonly Option[]>>();

  constructor(pools: readonly PoolPlan[]) {
    this.#pools = pools;
  }

  /**
   * Deals the pods of the asks out to domains, one by one, and counts them there; each domain of an ask becomes an ask of
   * its own. Pods that follow others wait until those are dealt. What no domain may have is left out.
   */
  deal(asks: readonly Ask[]): readonly Ask[] {
    let waiting = [...asks].sort((a, b) => dependence(a) - dependence(b));
    const dealt: Ask[] = [];
    for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
      before = waiting.length;
      waiting = waiting.filter((ask) => {
        const parts = this.#dealOne(ask);
        dealt.push(...parts);
        return parts.length === 0;
      });
    }
    return dealt;
  }

  /** Takes back what was counted for pods that found no place after all, and says in which groups. */
  undo(asks: readonly Ask[]): ReadonlySet<TopologyGroup> {
    const touched = new Set<TopologyGroup>();
    for (const { option, domainTies, count, wish } of asks) {
      if (option === undefined || count === 0) continue;
      record(domainTies, -count, { valueOf: (key) => option.values.get(key), has: wish.requirements });
      for (const group of domainTies.counted) touched.add(group);
    }
    return touched;
  }

  /** Ways that are allowed now, the least crowded first. */
  allowed(ask: Ask): readonly Option[] {
    const { wish, ties } = ask.aim;
    return this.#optionsFor(ask)
      .filter(({ values }) => isAllowed(ties.domain, (key) => values.get(key), wish.strict))
      .map((option) => ({ option, crowd: crowdOf(ties.domain, option.values) }))
      .sort((a, b) => a.crowd - b.crowd)
      .map(({ option }) => option);
  }

  #dealOne(ask: Ask): readonly Ask[] {
    const counts = new Map<Option, number>();
    const { aim, backlog } = ask;
    for (let pod = 0; pod < ask.count; pod++) {
      const [option] = this.allowed(ask);
      if (option === undefined) break;
      counts.set(option, (counts.get(option) ?? 0) + 1);
      record(aim.ties.domain, 1, { valueOf: (key) => option.values.get(key), has: option.wish.requirements });
    }
    return [...counts].map(([option, count]) => new Ask(backlog, aim, { option, count }));
  }

  #optionsFor(ask: Ask): readonly Option[] {
    const known = this.#options.get(ask);
    if (known !== undefined) return known;
    const { wish, ties } = ask.aim;
    const groups = [...ties.domain.rules.map(({ group }) => group), ...ties.domain.counted];
    const keys = [...new Set(groups.map(({ term }) => term.key))].sort();
    const shape = `${ask.requests.join()} ${keys.join()}`;
    const byShape = this.#shapes.get(wish) ?? new Map<string, readonly Option[]>();
    const options =
      byShape.get(shape) ?? optionsOf(wish, ties.domain, (narrowed) => this.#isPossible(narrowed, ask.requests));
    this.#shapes.set(wish, byShape.set(shape, options));
    this.#options.set(ask, options);
    return options;
  }

  /** Whether any pool could buy a machine for one such pod. */
  #isPossible(wish: Wish, requests: Vector): boolean {
    return this.#pools.some((pool) =>
      (pool.root.with(wish)?.machines ?? []).some((machine) => pool.affords(machine) && fits(machine.room, requests)),
    );
  }
}

/** Pods that are merely counted go first, then those that are spread by the count, then those that follow. */
const dependence = ({ domainTies }: Ask): number => (isFollowing(domainTies) ? 2 : Number(domainTies.rules.length > 0));
