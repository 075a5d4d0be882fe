import type { Ask } from "./backlog";
import { type Load, machinesFor, type PoolPlan } from "./pool-plan";
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
export function openNodes(pools: readonly PoolPlan[], asks: readonly Ask[], variety: Variety): void {
  const shelves = pools.map((pool) => new Shelf(pool, asks, variety));
  for (;;) {
    const valued = valuesOf(asks, shelves);
    const found = shelves.map((shelf) => shelf.best(valued)).filter((judged) => judged !== undefined);
    const [best] = found.sort(byJudgement);
    if (best === undefined) return;
    open(best, variety);
  }
}

/** Whether a least number of values (`minValues`) is kept, or lowered to what there is. */
type Variety = "strict" | "relaxed";

/** An ask, with what one of its pods is worth. */
interface Valued extends Ask {
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
  rounded(a.score) - rounded(b.score) ||
  b.worth - a.worth ||
  byPoolName(a, b) ||
  a.load.offer.position - b.load.offer.position;

/** A third of a percent of price is not worth more nodes. */
const rounded = (score: number): number => Math.round(Math.log(score) / Math.log(1.003));

const byPoolName = (a: Judged, b: Judged): number =>
  a.pool.template.pool.metadata.name < b.pool.template.pool.metadata.name ? -1 : Number(a.pool !== b.pool);

/** Opens the judged node as often as its load repeats and the limits allow. */
function open({ pool, load }: Judged, variety: Variety): void {
  const times = Math.min(...load.counts.map(([{ backlog }, count]) => Math.floor(backlog.count / count)));
  for (let time = 0; time < times && pool.affords(load.offer.machine); time++) pool.open(load, variety === "relaxed");
}

/** What one pod of each ask costs where it is had most cheaply; asks that fit nowhere are left out. The dearest first. */
function valuesOf(asks: readonly Ask[], shelves: readonly Shelf[]): readonly Valued[] {
  return asks
    .filter(({ backlog }) => backlog.count > 0)
    .map((ask) => ({ ...ask, worth: Math.min(...shelves.map((shelf) => shelf.worthOf(ask))) }))
    .filter(({ worth }) => worth !== Infinity)
    .sort((a, b) => b.worth - a.worth);
}

/** How many times per round a kind of pod is held against an offer. */
const effort = 30_000;

/** Never judged goes first. */
const byPromise = (a: Judged | undefined, b: Judged | undefined): number =>
  a === undefined || b === undefined ? Number(a !== undefined) - Number(b !== undefined) : byJudgement(a, b);

/** What a pool offers to these asks. */
class Shelf {
  readonly #pool: PoolPlan;
  readonly #scopes: readonly Scope[];
  readonly #keepsVariety: boolean;
  #stockedAt: Vector | undefined;
  #affordable = -1;
  /** With the judgement of an earlier round; undefined before the first. */
  readonly #judged = new Map<Offer, Judged | undefined>();
  /** By the requests of a backlog, of which each has its own. */
  readonly #worth = new Map<Vector, number>();

  constructor(pool: PoolPlan, asks: readonly Ask[], variety: Variety) {
    this.#pool = pool;
    this.#keepsVariety = pool.template.wantsVariety && variety === "strict";
    const scopes = asks.map(({ wish }) => pool.root.with(wish)).filter((scope) => scope !== undefined);
    this.#scopes = [...new Set(scopes)];
  }

  worthOf({ backlog: { requests }, wish }: Ask): number {
    this.#stock();
    const known = this.#worth.get(requests);
    if (known !== undefined) return known;
    const scope = this.#pool.root.with(wish);
    let worth = Infinity;
    for (const { position, machine, offering } of this.#judged.keys()) {
      if (scope?.open[position] !== 1) continue;
      worth = Math.min(worth, offering.price / timesThatFit(machine.room, requests, Infinity));
    }
    this.#worth.set(requests, worth);
    return worth;
  }

  /**
   * The best judged node of this pool. As pods find places, what is left fills most nodes less well, so that offers
   * which looked bad in an earlier round need no new judgement when there are very many kinds of pods to look at.
   */
  best(valued: readonly Valued[]): Judged | undefined {
    this.#stock();
    if (valued.length === 0) return undefined;
    const most = Math.ceil(effort / valued.length);
    const promising = [...this.#judged].sort(([, a], [, b]) => byPromise(a, b)).slice(0, most);
    const fresh = promising.map(([offer]) => this.#judge(offer, valued)).filter((judged) => judged !== undefined);
    promising.forEach(([offer]) => this.#judged.delete(offer));
    fresh.forEach((judged) => this.#judged.set(judged.load.offer, judged));
    return fresh.sort(byJudgement)[0];
  }

  #judge(offer: Offer, valued: readonly Valued[]): Judged | undefined {
    const full = fill(this.#pool.root, offer, valued);
    const load = this.#keepsVariety ? varied(full, this.#pool) : full;
    if (load.counts.length === 0) return undefined;
    const worth = load.counts.reduce((total, [ask, count]) => total + ask.worth * count, 0);
    return { pool: this.#pool, load, worth, score: offer.offering.price / worth };
  }

  /** Chooses anew among offers when the limits may have ruled some out since. */
  #stock(): void {
    if (this.#stockedAt === this.#pool.left || (this.#stockedAt !== undefined && !this.#pool.template.isLimited))
      return;
    this.#stockedAt = this.#pool.left;
    const affordable = this.#pool.template.offers.filter(({ machine }) => this.#pool.affords(machine));
    if (affordable.length === this.#affordable) return;
    this.#affordable = affordable.length;
    this.#worth.clear();
    this.#judged.clear();
    for (const offer of undominated(affordable, this.#scopes)) this.#judged.set(offer, undefined);
  }
}

/** A load whose asks carry their worth. */
interface ValuedLoad extends Load {
  readonly counts: readonly (readonly [Valued, number])[];
}

/** Fills a node of this offer with the dearest pods first. */
function fill(root: Scope, offer: Offer, valued: readonly Valued[]): ValuedLoad {
  const room = offer.machine.room.slice();
  const counts: [Valued, number][] = [];
  let scope = root;
  for (const ask of valued) {
    const count = timesThatFit(room, ask.backlog.requests, ask.backlog.count);
    const narrowed = count > 0 ? scope.with(ask.wish) : undefined;
    if (narrowed?.open[offer.position] !== 1) continue;
    scope = narrowed;
    take(room, ask.backlog.requests, count);
    counts.push([ask, count]);
  }
  return { scope, offer, counts };
}

/** As much of a load as leaves the machines varied enough: with fewer pods there are only more machines. */
function varied(load: ValuedLoad, pool: PoolPlan): ValuedLoad {
  let [enough, tooMuch] = [0, load.counts.reduce((total, [, count]) => total + count, 0) + 1];
  while (tooMuch - enough > 1) {
    const middle = Math.floor((enough + tooMuch) / 2);
    if (leavesVariety(firstOf(load, middle, pool.root), pool)) enough = middle;
    else tooMuch = middle;
  }
  return firstOf(load, enough, pool.root);
}

function firstOf({ offer, counts }: ValuedLoad, pods: number, root: Scope): ValuedLoad {
  const fewer: [Valued, number][] = [];
  let scope = root;
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

function leavesVariety({ scope, counts }: Load, pool: PoolPlan): boolean {
  const nothing: Vector = pool.template.allowance.map(() => 0);
  const used = counts.reduce((total, [{ backlog }, count]) => plus(total, backlog.requests, count), nothing);
  const machines = machinesFor(scope, used).filter((machine) => pool.affords(machine));
  return isVaried(machines, scope.requirements);
}
/** Of offers that go by price, those that no cheaper one beats for all of these scopes by having no less room. */
function undominated(offers: readonly Offer[], scopes: readonly Scope[]): readonly Offer[] {
  const kept = new Map<string, Offer[]>();
  for (const offer of offers) {
    const openTo = scopes.map(({ open }) => open[offer.position]).join("");
    if (!openTo.includes("1")) continue;
    const rivals = kept.get(openTo) ?? [];
    if (rivals.some(({ machine }) => covers(machine.room, offer.machine.room))) continue;
    kept.set(openTo, [...rivals, offer]);
  }
  return [...kept.values()].flat();
}
