import type { Ask } from "./backlog";
import { byPrice, type Load, machinesFor, type PoolPlan } from "./pool-plan";
import type { Scope } from "./scope";
import type { Offer } from "./template";
import { isVaried } from "./variety";
import { covers, plus, take, timesThatFit, type Vector } from "./vector";

/**
 * Opens new nodes for pods, in pools of equal weight, by price.
 *
 * Each class of pods is worth what one of its pods costs on the machine that holds such pods most cheaply. A node is
 * then judged by what it costs against the worth of what goes on it, and the best judged is opened, as often as its
 * load repeats. A giant node wins only if it is well filled, so that no crumbs are left for a node of their own.
 */
export function openNodes(pools: readonly PoolPlan[], asks: readonly Ask[], variety: "strict" | "relaxed"): void {
  const shelves = pools.map((pool) => new Shelf(pool, asks));
  for (;;) {
    const waiting = asks.filter(({ backlog }) => backlog.count > 0);
    const valued = valuesOf(waiting, shelves);
    const found = shelves.map((shelf) => shelf.best(valued, variety)).filter((judged) => judged !== undefined);
    const [best] = found.sort(byJudgement);
    if (best === undefined) return;
    best.pool.open(best.load, variety === "relaxed");
    repeat(best, variety);
  }
}

/** An ask, with what one of its pods is worth. */
interface Valued {
  readonly ask: Ask;
  readonly worth: number;
}

interface Judged {
  readonly pool: PoolPlan;
  readonly load: Load;
  /** Price by worth: 1 is as cheap as each pod alone could be had. */
  readonly score: number;
  readonly worth: number;
}

/** The better score first; of equal ones the larger load, so that there are fewer nodes. */
const byJudgement = (a: Judged, b: Judged): number =>
  compareScores(a.score, b.score) || b.worth - a.worth || byPrice(a.load.offer, b.load.offer) || byPoolName(a, b);

/** Scores that differ by rounding only are equal. */
const compareScores = (a: number, b: number): number => (Math.abs(a - b) < 1e-9 ? 0 : a - b);

const byPoolName = (a: Judged, b: Judged): number =>
  a.pool.template.pool.metadata.name < b.pool.template.pool.metadata.name ? -1 : 1;

function repeat({ pool, load }: Judged, variety: "strict" | "relaxed"): void {
  const times = Math.min(...load.counts.map(([{ backlog }, count]) => Math.floor(backlog.count / count)));
  for (let time = 0; time < times && pool.affords(load.offer.machine); time++) pool.open(load, variety === "relaxed");
}

/** What one pod of each ask costs where it is had most cheaply; asks that fit nowhere are left out. The dearest first. */
function valuesOf(asks: readonly Ask[], shelves: readonly Shelf[]): readonly Valued[] {
  return asks
    .map((ask) => ({ ask, worth: Math.min(...shelves.map((shelf) => shelf.worthOf(ask))) }))
    .filter(({ worth }) => worth !== Infinity)
    .sort((a, b) => b.worth - a.worth);
}

/** What a pool offers to these asks. */
class Shelf {
  readonly #pool: PoolPlan;
  readonly #scopes: readonly Scope[];
  #affordable = -1;
  #offers: readonly Offer[] = [];
  readonly #worth = new Map<Ask, number>();

  constructor(pool: PoolPlan, asks: readonly Ask[]) {
    this.#pool = pool;
    const scopes = asks.map(({ wish }) => pool.root.with(wish)).filter((scope) => scope !== undefined);
    this.#scopes = [...new Set(scopes)];
  }

  worthOf(ask: Ask): number {
    this.#stock();
    const known = this.#worth.get(ask);
    if (known !== undefined) return known;
    const scope = this.#pool.root.with(ask.wish);
    const prices = this.#offers
      .filter(({ position }) => scope?.open[position] === 1)
      .map(({ machine, offering }) => offering.price / timesThatFit(machine.room, ask.backlog.requests, Infinity));
    const worth = prices.reduce((least, price) => Math.min(least, price), Infinity);
    this.#worth.set(ask, worth);
    return worth;
  }

  /** The best judged node of this pool. */
  best(valued: readonly Valued[], variety: "strict" | "relaxed"): Judged | undefined {
    this.#stock();
    let best: Judged | undefined;
    for (const offer of this.#offers) {
      const judged = this.#judge(offer, valued, variety);
      if (judged !== undefined && (best === undefined || byJudgement(judged, best) < 0)) best = judged;
    }
    return best;
  }

  #judge(offer: Offer, valued: readonly Valued[], variety: "strict" | "relaxed"): Judged | undefined {
    const full = fill(this.#pool.root, offer, valued);
    const load = this.#pool.template.wantsVariety && variety === "strict" ? this.#varied(full) : full;
    if (load.counts.length === 0) return undefined;
    const worthBy = new Map(valued.map(({ ask, worth }) => [ask, worth]));
    const worth = load.counts.reduce((total, [ask, count]) => total + (worthBy.get(ask) ?? 0) * count, 0);
    return { pool: this.#pool, load, worth, score: offer.offering.price / worth };
  }

  /** As much of a load as leaves the machines varied enough: with fewer pods there are only more machines. */
  #varied(load: Load): Load {
    let [enough, tooMuch] = [0, load.counts.reduce((total, [, count]) => total + count, 0) + 1];
    while (tooMuch - enough > 1) {
      const middle = Math.floor((enough + tooMuch) / 2);
      if (this.#isVaried(this.#firstOf(load, middle))) enough = middle;
      else tooMuch = middle;
    }
    return this.#firstOf(load, enough);
  }

  #firstOf({ offer, counts }: Load, pods: number): Load {
    const fewer: [Ask, number][] = [];
    let scope = this.#pool.root;
    let left = pods;
    for (const [ask, count] of counts) {
      const taken = Math.min(count, left);
      if (taken === 0) break;
      fewer.push([ask, taken]);
      scope = scope.with(ask.wish) ?? scope;
      left -= taken;
    }
    return { offer, scope, counts: fewer };
  }

  #isVaried({ scope, counts }: Load): boolean {
    const nothing: Vector = this.#pool.template.allowance.map(() => 0);
    const used = counts.reduce((total, [{ backlog }, count]) => plus(total, backlog.requests, count), nothing);
    const machines = machinesFor(scope, used).filter((machine) => this.#pool.affords(machine));
    return isVaried(machines, scope.requirements);
  }

  /** Chooses anew among offers when the limits have ruled some out since. */
  #stock(): void {
    const affordable = this.#pool.template.offers.filter(({ machine }) => this.#pool.affords(machine));
    if (affordable.length === this.#affordable) return;
    this.#affordable = affordable.length;
    this.#offers = undominated(affordable, this.#scopes);
    this.#worth.clear();
  }
}

/** Fills a node of this offer with the dearest pods first. */
function fill(root: Scope, offer: Offer, valued: readonly Valued[]): Load {
  const room = offer.machine.room.slice();
  const counts: [Ask, number][] = [];
  let scope = root;
  for (const { ask } of valued) {
    const count = timesThatFit(room, ask.backlog.requests, ask.backlog.count);
    const narrowed = count > 0 ? scope.with(ask.wish) : undefined;
    if (narrowed?.open[offer.position] !== 1) continue;
    scope = narrowed;
    take(room, ask.backlog.requests, count);
    counts.push([ask, count]);
  }
  return { scope, offer, counts };
}

/** Offers without those that another one beats for all of these scopes: no dearer, and no less room. */
function undominated(offers: readonly Offer[], scopes: readonly Scope[]): readonly Offer[] {
  const kept = new Map<string, Offer[]>();
  for (const offer of [...offers].sort(byPrice)) {
    const openTo = scopes.map(({ open }) => open[offer.position]).join("");
    if (!openTo.includes("1")) continue;
    const rivals = kept.get(openTo) ?? [];
    if (rivals.some(({ machine }) => covers(machine.room, offer.machine.room))) continue;
    kept.set(openTo, [...rivals, offer]);
  }
  return [...kept.values()].flat();
}
