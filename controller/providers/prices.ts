import type { Clock } from "../ports/clock";
import type { Log } from "../ports/log";
import type { Ec2CatalogApi } from "./ec2-catalog-api";
import type { PricingApi } from "./pricing-api";
import staticPrices from "./data/on-demand-prices.json";

type PriceList = ReadonlyMap<string, number>;

interface Deps {
  readonly ec2: Pick<Ec2CatalogApi, "spotPrices">;
  readonly pricing: PricingApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly region: string;
  /** Without a way to the price list, which has no VPC endpoint. */
  readonly isolatedVpc: boolean;
}

/**
 * On-demand and spot prices per hour. Until AWS has answered, what the package ships; an empty answer changes nothing.
 */
export class Prices {
  readonly #deps: Deps;
  #onDemand: PriceList;
  #spot: ReadonlyMap<string, PriceList> | undefined;
  #sequence = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#onDemand = listedPrices(deps.region);
  }

  onDemand(instanceType: string): number | undefined {
    return this.#onDemand.get(instanceType);
  }

  /** Before the first answer the on-demand price; after it, a missing price means that it is not sold. */
  spot(instanceType: string, zone: string): number | undefined {
    return this.#spot ? this.#spot.get(instanceType)?.get(zone) : this.onDemand(instanceType);
  }

  /** Grows whenever a price may have changed. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Asks AWS for both; what cannot be had is logged and stays as it was. */
  async refresh(): Promise<void> {
    await Promise.all([
      this.#attempt("on-demand prices", () => this.#refreshOnDemand()),
      this.#attempt("spot prices", () => this.#refreshSpot()),
    ]);
  }

  async #attempt(what: string, refresh: () => Promise<void>): Promise<void> {
    try {
      await refresh();
    } catch (error) {
      this.#deps.log.error("could not refresh prices, keeping what is known", { what, error });
    }
  }

  async #refreshOnDemand(): Promise<void> {
    const { pricing, region, isolatedVpc } = this.#deps;
    // The price list does not cover GovCloud.
    if (isolatedVpc || region.startsWith("us-gov-")) return;
    const prices = await pricing.onDemand(region);
    if (prices.size === 0) return;
    this.#onDemand = new Map([...this.#onDemand, ...prices]);
    this.#sequence += 1;
  }

  async #refreshSpot(): Promise<void> {
    const prices = await this.#deps.ec2.spotPrices(this.#deps.clock.now());
    if (prices.size === 0) return;
    this.#spot = prices;
    this.#sequence += 1;
  }
}

/** On-demand prices per hour: region → type → price. */
export type PriceLists = Readonly<Partial<Record<string, Readonly<Record<string, number>>>>>;

/** Whose list counts for a region: its own, or else that of the same partition's main region. */
export function pricedAs(region: string, lists: PriceLists = staticPrices): string {
  if (lists[region] !== undefined) return region;
  return region.startsWith("cn-") ? "cn-north-1" : region.startsWith("us-gov-") ? "us-gov-west-1" : "us-east-1";
}

export const listedPrices = (region: string, lists: PriceLists = staticPrices): PriceList =>
  new Map(Object.entries(lists[pricedAs(region, lists)] ?? {}));
