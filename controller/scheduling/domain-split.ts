import type { Aim } from "./pod-class";
import type { Ask, Backlog } from "./backlog";
import { record, type Spot, spotOfOption } from "./counting";
import type { Deadline } from "./deadline";
import { isAllowed, keysOf, type Option, optionsOf, othersCrowd, ownCrowd } from "./domain-choice";
import { remembered } from "./memo";
import type { PoolPlan } from "./pool-plan";
import { isFollowing } from "./ties";
import type { TopologyGroup } from "./topology-group";
import { fits, type Vector } from "./vector";
import type { Wish } from "./wish";

/** What speaks for an option when others are as good. */
interface Best {
  /** Of the heaviest pool that has machines for it. */
  readonly weight: number;
  /** Of the cheapest node for one such pod. */
  readonly price: number;
  /** The same for prices that are much the same. */
  readonly step: number;
}

interface Chance extends Best {
  readonly option: Option;
}

/** Decides in which domains (zones, capacity types, …) pods go that depend on others there. */
export class DomainSplit {
  readonly #pools: readonly PoolPlan[];
  readonly #valuesOf: (key: string) => readonly string[];
  readonly #deadline: Deadline;
  readonly #chances = new Map<readonly Option[], Map<Vector, readonly Chance[]>>();
  readonly #options = new Map<Aim, readonly Option[]>();
  readonly #optionsOfShape = new Map<Wish, Map<string, readonly Option[]>>();
  readonly #best = new Map<Wish, Map<Vector, Best | undefined>>();
  readonly #spots = new Map<Option, Spot>();
  readonly #closed = new Map<Backlog, Set<Option>>();

  /** @param valuesOf values that a label can have */
  constructor(pools: readonly PoolPlan[], valuesOf: (key: string) => readonly string[], deadline: Deadline) {
    this.#pools = pools;
    this.#valuesOf = valuesOf;
    this.#deadline = deadline;
  }

  /**
   * Deals the pods of the asks out to domains, one by one, and counts them there; each domain of an ask becomes an ask
   * of its own. Those with the fewest choices go first, as others can make up for them, but pods that follow others
   * wait until those are dealt. What no domain may have is left out.
   * @param settle puts pods on nodes that are there; asked again whenever the emptiest domain has one pod more
   */
  deal(asks: readonly Ask[], settle: (ask: Ask) => void): readonly Ask[] {
    let waiting = [...asks].sort((a, b) => dependence(a) - dependence(b) || this.choices(a) - this.choices(b));
    const dealt: Ask[] = [];
    const least = new Map(asks.map((ask) => [ask, leastOf(ask)]));
    for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
      before = waiting.length;
      waiting = waiting.filter((ask) => {
        const parts = this.#dealOne(ask, least.get(ask) ?? 0, settle);
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
      record(domainTies, -count, this.#spotOf(option));
      for (const group of domainTies.counted) touched.add(group);
      this.#closed.set(backlog, (this.#closed.get(backlog) ?? new Set()).add(option));
    }
    return touched;
  }

  /**
   * Ways that are allowed now: first where fewest pods are that these are spread by, then those of the heaviest pool,
   * then the cheap ones, then where they are least in the way of others.
   */
  allowed(ask: Ask): readonly Option[] {
    return this.#rated(ask)
      .sort(byRating)
      .map(({ chance }) => chance.option);
  }

  /** Of the ways that are allowed now, those where fewest pods are that these are spread by. */
  evenest(ask: Ask): readonly Option[] {
    const rated = this.#rated(ask).sort(byRating);
    const [first] = rated;
    return rated.filter(({ own }) => own === first?.own).map(({ chance }) => chance.option);
  }

  /** How many ways there are for such a pod, whether they are allowed now or not. */
  choices(ask: Ask): number {
    return this.#chancesFor(ask).length;
  }

  #rated(ask: Ask): Rated[] {
    const { domainTies: ties } = ask;
    const closed = this.#closed.get(ask.backlog);
    const rated: Rated[] = [];
    for (const chance of this.#chancesFor(ask)) {
      const { values } = chance.option;
      if (closed?.has(chance.option) !== true && isAllowed(ties, values))
        rated.push({ chance, own: ownCrowd(ties, values), others: othersCrowd(ties, values) });
    }
    return rated;
  }

  /** @param least of the emptiest domains when the pods were last asked to settle */
  #dealOne(ask: Ask, least: number, settle: (ask: Ask) => void): readonly Ask[] {
    const parts = new Set<Ask>();
    for (;;) {
      if (leastOf(ask) !== least) settle(ask);
      least = leastOf(ask);
      const best = ask.count > 0 && !this.#deadline.isUp() ? this.#choose(ask) : undefined;
      if (best === undefined) return [...parts];
      parts.add(ask.part(best, 1));
      record(ask.domainTies, 1, this.#spotOf(best));
    }
  }

  #choose(ask: Ask): Option | undefined {
    let best: Rated | undefined;
    for (const rated of this.#rated(ask)) if (best === undefined || byRating(rated, best) < 0) best = rated;
    return best?.chance.option;
  }

  #spotOf(option: Option): Spot {
    return remembered(this.#spots, option, () => spotOfOption(option));
  }

  #chancesFor({ aim, requests }: Ask): readonly Chance[] {
    const options = remembered(this.#options, aim, () => this.#optionsFor(aim));
    const bySize = remembered(this.#chances, options, () => new Map<Vector, readonly Chance[]>());
    return remembered(bySize, requests, () =>
      options.flatMap((option) => {
        const best = this.#bestFor(option.wish, requests);
        return best === undefined ? [] : [{ option, ...best }];
      }),
    );
  }

  /** The same for aims that differ only in whom their rules are about. */
  #optionsFor({ wish, ties: { domain } }: Aim): readonly Option[] {
    const needed = [
      ...domain.rules.map(({ group: { term } }) => `${term.kind} ${term.key}`),
      ...domain.shunned.map(({ term }) => `shunned ${term.key}`),
    ];
    const shape = `${keysOf(domain).join()} ${[...new Set(needed)].sort().join()}`;
    const byShape = remembered(this.#optionsOfShape, wish, () => new Map<string, readonly Option[]>());
    return remembered(byShape, shape, () =>
      optionsOf(wish, domain, {
        valuesOf: this.#valuesOf,
        isPossible: (narrowed) => this.#pools.some((pool) => (pool.root.with(narrowed)?.offers.length ?? 0) > 0),
      }),
    );
  }

  #bestFor(wish: Wish, requests: Vector): Best | undefined {
    const bySize = remembered(this.#best, wish, () => new Map<Vector, Best | undefined>());
    return remembered(bySize, requests, () => this.#findBest(wish, requests));
  }

  /** The least to pay for a node for one such pod in the heaviest pool that has any. */
  #findBest(wish: Wish, requests: Vector): Best | undefined {
    let best: Best | undefined;
    for (const pool of this.#pools) {
      const { weight } = pool.template;
      if (best !== undefined && best.weight > weight) break;
      const price = leastPrice(pool, wish, requests);
      if (price < (best?.price ?? Infinity)) best = { weight, price, step: stepOf(price) };
    }
    return best;
  }
}

/** Pods in the emptiest domains of what the pods are spread over: as these fill up, others may have more. */
const leastOf = ({ domainTies: { rules } }: Ask): number =>
  rules.reduce((sum, { group }) => (group.term.kind === "spread" ? sum + group.least : sum), 0);

/** An option with how crowded it is now. */
interface Rated {
  readonly chance: Chance;
  /** Pods there that these are spread by. */
  readonly own: number;
  /** Pods there that are spread by these. */
  readonly others: number;
}

const byRating = (a: Rated, b: Rated): number =>
  Number(a.chance.option.isOpen) - Number(b.chance.option.isOpen) ||
  a.own - b.own ||
  b.chance.weight - a.chance.weight ||
  a.chance.step - b.chance.step ||
  a.others - b.others ||
  a.chance.price - b.chance.price;

/**
 * Nothing, where the limits allow no further node but one that is planned has room; Infinity where there is none at
 * all.
 */
function leastPrice(pool: PoolPlan, wish: Wish, requests: Vector): number {
  const offer = pool.root.with(wish)?.offers.find((offer) => pool.canBuy(offer) && fits(offer.machine.room, requests));
  return offer?.offering.price ?? (pool.mayJoin(wish, requests) ? 0 : Infinity);
}

/** Prices that differ by some 3 % are much the same. */
const stepOf = (price: number): number => Math.round(Math.log(Math.max(price, 1e-9)) / Math.log(1.03));

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
