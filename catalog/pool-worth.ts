import type { ResourceList } from "../controller/api/kube-object";
import { toNumber } from "../controller/api/quantity";
import type { PricedType } from "./pool-types";

/** A type and its price per hour. */
export interface TypePrice {
  readonly type: string;
  readonly price: number;
}

/** What a pool may cost. All prices are those on demand: spot costs less, and how much less changes by the minute. */
export interface PoolWorth {
  /** How many instance types it can launch within its limits. */
  readonly types: number;
  readonly cheapest: TypePrice;
  readonly dearest: TypePrice;
  /**
   * Per hour, with as many nodes as its limits allow: the least, when all are of the type that is cheapest for what is
   * limited, and what no choice of types exceeds. Undefined for a pool that nothing limits.
   */
  readonly atLimits?: { readonly cheapest: number; readonly dearest: number };
}

/** Whether a node of the type is within the limits, taken by itself. */
export const isWithin = (limits: ResourceList, { type }: PricedType): boolean =>
  Object.entries(limits).every(([resource, limit]) => amountOf(type, resource) <= toNumber(limit));

/** How much of a resource a node counts for; `nodes` are counted themselves. */
export const amountOf = ({ capacity }: PricedType["type"], resource: string): number =>
  resource === "nodes" ? 1 : toNumber(capacity[resource] ?? "0");

/** Undefined for a pool that can launch nothing within its limits. */
export function poolWorth(types: readonly PricedType[], limits: ResourceList = {}): PoolWorth | undefined {
  const affordable = types.filter((type) => isWithin(limits, type)).sort(byPrice);
  const [cheapest, dearest] = [affordable.at(0), affordable.at(-1)];
  if (cheapest === undefined || dearest === undefined) return undefined;
  const atLimits = costAtLimits(affordable, limits);
  return {
    types: affordable.length,
    cheapest: { type: cheapest.type.name, price: cheapest.price },
    dearest: { type: dearest.type.name, price: dearest.price },
    ...(atLimits !== undefined && { atLimits }),
  };
}

const byPrice = (a: PricedType, b: PricedType): number => a.price - b.price || (a.type.name < b.type.name ? -1 : 1);

/**
 * A pool of one type grows to the first limit that it meets. One of several types costs, limit by limit, no more than
 * if all of the resource were bought where it is dearest; the lowest of these ceilings holds.
 */
function costAtLimits(types: readonly PricedType[], limits: ResourceList): PoolWorth["atLimits"] {
  // A limit of nothing lets only types in that have nothing of it.
  const bounds = Object.entries(limits).filter(([, limit]) => toNumber(limit) > 0);
  const costs = bounds.map(([resource, limit]) =>
    types.map(({ type, price }) => (price * toNumber(limit)) / amountOf(type, resource)),
  );
  const ofType = types.map((_, position) => Math.min(...costs.map((each) => each[position] ?? Infinity)));
  const [cheapest, dearest] = [Math.min(...ofType), Math.min(...costs.map((each) => Math.max(...each)))];
  return dearest === Infinity ? undefined : { cheapest, dearest };
}
