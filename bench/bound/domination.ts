import type { Offer } from "./room";

/**
 * Drops offers that no cheapest answer needs. Nodes may be bought in fractions, so an offer is not needed when another
 * takes all its pods and has as much of every resource for the same money. What is reserved stays, and is no reason to
 * drop others: there is only so much of it.
 */
export function undominated(offers: readonly Offer[], resources: readonly string[]): readonly Offer[] {
  const useful = offers.filter(({ takes }) => takes.includes(1));
  const rated = useful.filter(({ reservation }) => reservation === undefined).map((offer) => rate(offer, resources));
  const kept: Rated[] = [];
  // Those with most for the money in sum come first, so that most offers meet early what dominates them.
  for (const candidate of rated.sort((a, b) => b.total - a.total)) {
    if (!kept.some((better) => dominates(better, candidate))) kept.push(candidate);
  }
  const needed = kept.filter((each) => !kept.some((better) => better !== each && strictly(better, each)));
  return [...needed.map(({ offer }) => offer), ...useful.filter(({ reservation }) => reservation !== undefined)];
}

interface Rated {
  readonly offer: Offer;
  /** Of each resource, what a unit of money buys. */
  readonly perMoney: readonly number[];
  readonly total: number;
}

function rate(offer: Offer, resources: readonly string[]): Rated {
  const perMoney = resources.map((name) => (offer.room[name] ?? 0) / offer.price);
  return { offer, perMoney, total: perMoney.reduce((sum, each) => sum + Math.log1p(each), 0) };
}

const dominates = (a: Rated, b: Rated): boolean =>
  a.perMoney.every((amount, index) => amount >= (b.perMoney[index] ?? 0)) &&
  a.offer.takes.every((takes, index) => takes >= (b.offer.takes[index] ?? 0));

const strictly = (a: Rated, b: Rated): boolean => dominates(a, b) && !dominates(b, a);
