import type { Ask, Backlog } from "./backlog";
import { record, spotOfOption } from "./counting";
import type { Deadline } from "./deadline";
import { crowdOf, isAllowed, keysOf, type Option, optionsOf } from "./domain-choice";
import type { PoolPlan } from "./pool-plan";
import { isFollowing } from "./ties";
import type { TopologyGroup } from "./topology-group";
import { fits, type Vector } from "./vector";
import type { Wish } from "./wish";

/** An option with what speaks for it when others are as good. */
interface Chance {
  readonly option: Option;
  readonly weight: number;
  /** Of the cheapest node for one such pod. */
  readonly price: number;
}

/** Decides in which domains (zones, capacity types, …) pods go that depend on others there. */
export class DomainSplit {
  readonly #pools: readonly PoolPlan[];
  readonly #valuesOf: (key: string) => readonly string[];
  readonly #deadline: Deadline;
  readonly #chances = new Map<Ask, readonly Chance[]>();
  /** Asks that differ only in their pods have the same chances. */
  readonly #shapes = new Map<Wish, Map<string, readonly Chance[]>>();
  readonly #closed = new Map<Backlog, Set<Option>>();

  /** @param valuesOf values that a label can have */
  constructor(pools: readonly PoolPlan[], valuesOf: (key: string) => readonly string[], deadline: Deadline) {
    this.#pools = pools;
    this.#valuesOf = valuesOf;
    this.#deadline = deadline;
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

  /**
   * Takes back what was counted for pods that found no place after all, and says in which groups. They are not dealt
   * there again.
   */
  undo(asks: readonly Ask[]): ReadonlySet<TopologyGroup> {
    const touched = new Set<TopologyGroup>();
    for (const { option, backlog, domainTies, count } of asks) {
      if (option === undefined || count === 0) continue;
      record(domainTies, -count, spotOfOption(option));
      for (const group of domainTies.counted) touched.add(group);
      this.#closed.set(backlog, (this.#closed.get(backlog) ?? new Set()).add(option));
    }
    return touched;
  }

  /**
   * Ways that are allowed now: first where fewest pods are that these are spread by, then those of the heaviest pool, then
   * the cheap ones, then where they are least in the way of others.
   */
  allowed(ask: Ask): readonly Option[] {
    const { domain: ties } = ask.aim.ties;
    const closed = this.#closed.get(ask.backlog);
    return this.#chancesFor(ask)
      .filter(({ option }) => closed?.has(option) !== true && isAllowed(ties, (key) => option.values.get(key)))
      .map((chance) => ({ ...chance, ...crowdOf(ties, chance.option.values) }))
      .sort(
        (a, b) =>
          a.own - b.own || b.weight - a.weight || stepOf(a) - stepOf(b) || a.others - b.others || a.price - b.price,
      )
      .map(({ option }) => option);
  }

  #dealOne(ask: Ask): readonly Ask[] {
    const parts = new Set<Ask>();
    for (let [option] = this.allowed(ask); option !== undefined && ask.count > 0; [option] = this.allowed(ask)) {
      if (this.#deadline.isUp()) break;
      parts.add(ask.part(option, 1));
      record(ask.domainTies, 1, spotOfOption(option));
    }
    return [...parts];
  }

  #chancesFor(ask: Ask): readonly Chance[] {
    const known = this.#chances.get(ask);
    if (known !== undefined) return known;
    const { wish, ties } = ask.aim;
    const needed = ties.domain.rules.map(({ group: { term } }) => `${term.kind} ${term.key}`);
    const shape = `${ask.requests.join()} ${keysOf(ties.domain).join()} ${[...new Set(needed)].sort().join()}`;
    const byShape = this.#shapes.get(wish) ?? new Map<string, readonly Chance[]>();
    const chances = byShape.get(shape) ?? this.#findChances(ask);
    this.#shapes.set(wish, byShape.set(shape, chances));
    this.#chances.set(ask, chances);
    return chances;
  }

  #findChances({ aim: { wish, ties }, requests }: Ask): readonly Chance[] {
    const options = optionsOf(wish, ties.domain, {
      valuesOf: this.#valuesOf,
      isPossible: (narrowed) => this.#bestFor(narrowed, requests) !== undefined,
    });
    return options.flatMap((option) => {
      const best = this.#bestFor(option.wish, requests);
      return best === undefined ? [] : [{ option, ...best }];
    });
  }

  /** The cheapest machine for one such pod that the heaviest pool could buy. */
  #bestFor(wish: Wish, requests: Vector): Omit<Chance, "option"> | undefined {
    let best: Omit<Chance, "option"> | undefined;
    for (const pool of this.#pools) {
      const { weight } = pool.template;
      if (best !== undefined && best.weight > weight) break;
      const offer = pool.root
        .with(wish)
        ?.offers.find(({ machine }) => pool.affords(machine) && fits(machine.room, requests));
      if (offer !== undefined && offer.offering.price < (best?.price ?? Infinity))
        best = { weight, price: offer.offering.price };
    }
    return best;
  }
}

/** Prices that differ by some 3 % are much the same. */
const stepOf = ({ price }: Chance): number => Math.round(Math.log(Math.max(price, 1e-9)) / Math.log(1.03));

/**
 * Pods that keep others away go first, since they may have fewer places; then those that are merely counted, then those
 * that are spread by the count, then those that follow.
 */
function dependence({ domainTies }: Ask): number {
  const { rules } = domainTies;
  if (isFollowing(domainTies)) return 3;
  if (rules.length === 0) return 1;
  return rules.every(({ group }) => group.repelling) ? 0 : 2;
}
