import type { Ask } from "./backlog";
import { isBetter, type Layout, mostUsed, type Packing } from "./layout";
import { type Item, itemsOf } from "./item";
import { PoolOffers } from "./pool-offers";
import type { PoolPlan } from "./pool-plan";
import { repacked } from "./repacking";
import { Round, type Tuning } from "./round";
import { worthAlone } from "./worth";

/**
 * The cheapest of several layouts. Each round takes the worths of pods from what they cost in the round before, so that
 * pods which are hard to combine come first the next time (sequential value correction, as in cutting-stock problems).
 */
export function layoutFor(pools: readonly PoolPlan[], asks: readonly Ask[], packing: Packing): Layout | undefined {
  const all = itemsOf(asks);
  if (all.length === 0) return undefined;
  const market = pools.map((pool) => new PoolOffers(pool, all, packing));
  const groups = market.flatMap((offers) => offers.groups(offers.pool.left));
  const worth = worthAlone(groups, all.length, packing.groups);
  const items = all.filter(({ position }) => worth[position] !== Infinity);
  if (items.length === 0) return undefined;
  const byPrice = bestOf(items, market, { ...packing, worth, by: "price" });
  if (byPrice === undefined || byPrice.pods === podsOf(items) || !pools.some(({ template }) => template.isLimited))
    return byPrice;
  if (packing.deadline.isUp()) return byPrice;
  const byLimits = bestOf(items, market, { ...packing, worth: worth.map(() => 1), by: "limits" });
  return byLimits !== undefined && isBetter(byLimits, byPrice) ? byLimits : byPrice;
}

/** The best of several rounds. */
function bestOf(
  items: readonly Item[],
  market: readonly PoolOffers[],
  { worth, ...packing }: Start,
): Layout | undefined {
  let best: Layout | undefined;
  let patience = rounds.withoutGain;
  let { effort } = packing;
  for (let round = 0; effort > 0 && patience > 0 && round < rounds.most; round++) {
    const sizeBonus = sizeBonuses[round % sizeBonuses.length] ?? 1;
    const packed = new Round(items, market, { ...packing, worth, sizeBonus });
    const layout = packed.run();
    patience = isGain(layout, best) ? rounds.withoutGain : patience - 1;
    if (isGain(layout, best)) best = layout;
    worth = packed.corrected();
    effort -= packed.visits;
    if (packing.deadline.isUp() || isEnough(best ?? layout, effort - packed.visits)) break;
  }
  return mended(best, market, { ...packing, worth });
}

/** What a first round goes by. */
type Start = Packing & Omit<Tuning, "sizeBonus">;

/** With its worst nodes packed anew, unless nodes may take from each other what only some can have. */
function mended(layout: Layout | undefined, market: readonly PoolOffers[], start: Start): Layout | undefined {
  const areBound = start.reservations.stock.size > 0 || market.some(({ pool }) => pool.template.isLimited);
  if (layout === undefined || areBound) return layout;
  return repacked(layout, { worth: start.worth, pack: (some) => fewRounds(some, market, start) });
}

/** The cheaper of two rounds for few pods, if all of them have a place. */
function fewRounds(
  items: readonly Item[],
  market: readonly PoolOffers[],
  { worth, ...packing }: Start,
): Layout | undefined {
  const asking = podsOf(items);
  let best: Layout | undefined;
  for (const sizeBonus of sizeBonuses) {
    if (packing.deadline.isUp()) break;
    const packed = new Round(items, market, { ...packing, worth, sizeBonus });
    const layout = packed.run();
    if (layout.pods === asking && layout.price < (best?.price ?? Infinity)) best = layout;
    worth = packed.corrected();
  }
  return best;
}

const podsOf = (items: readonly Item[]): number => items.reduce((pods, { count }) => pods + count, 0);

/** @param effort what a round more like the last would leave */
const isEnough = (best: Layout, effort: number): boolean => effort < 0 && mostUsed(best) > rounds.muchUsed;

const isGain = (layout: Layout, best: Layout | undefined): boolean => best === undefined || isBetter(layout, best);

/**
 * When to be content, besides effort: after so many rounds, or so many of them that brought nothing; and before a round
 * that would take more effort than is left, when so much of some resource is used that little can be gained.
 */
const rounds = { most: 24, withoutGain: 6, muchUsed: 0.955 };

/** Which one packs best depends on the pods, so each round tries another. */
const sizeBonuses = [1.5, 1.35];
