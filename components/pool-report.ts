/** What a preview says of a pool: what it can launch, and what that may cost. */
import type { MachineSettings } from "../catalog/pool-types";
import { type PoolWorth, poolWorth } from "../catalog/pool-worth";
import { money, pricedRegion } from "../catalog/prices";
import { ambientRegion, type CatalogArgs, knownPool, launchable } from "./pool-catalog";

/** In a sentence, and in numbers, which are a stack's to show. */
export interface PoolReport {
  readonly text: string;
  readonly worth: PoolWorth;
}

/** Undefined where not all of the pool is known, or the catalog does not know its region or zones. */
export function poolReport(
  spec: object,
  machines: MachineSettings | undefined,
  catalog: CatalogArgs = {},
): PoolReport | undefined {
  const pool = knownPool(spec);
  const found = launchable(pool, machines, catalog);
  if (found === undefined || machines === undefined || !pool.isWhole) return undefined;
  const worth = poolWorth(found.types, pool.limits);
  const { region = ambientRegion() } = catalog;
  return worth === undefined || region === undefined ? undefined : { worth, text: sentence(worth, region) };
}

function sentence({ types, cheapest, dearest, atLimits }: PoolWorth, region: string): string {
  const cost = (amount: number): string => money(amount, { region });
  const priced = pricedRegion(region);
  return [
    types === 1 ? "1 instance type" : `${types} instance types`,
    `, ${cost(cheapest.price)} (${cheapest.type}) to ${cost(dearest.price)} (${dearest.type}) per hour and node`,
    atLimits === undefined
      ? "; nothing limits how many"
      : `; ${cost(atLimits.cheapest)} to ${cost(atLimits.dearest)} per hour at its limits`,
    ` (on demand${priced === region ? "" : `, in ${priced}`})`,
  ].join("");
}
