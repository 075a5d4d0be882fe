import { pricedAs } from "../controller/providers/prices";
import type { Ec2Catalog } from "./ec2-catalog";

/** Where nodes may be, and how they are bought. */
export interface Place {
  readonly region: string;
  /** In the order in which they were asked for, which decides their spot prices. */
  readonly zones: readonly string[];
  /** Spot price as a share of the on-demand price, in the first zone; undefined for on-demand only. */
  readonly spot?: number;
}

export interface PricedPlace extends Place {
  /** The region whose prices count: the catalog may have none of the region itself. */
  readonly pricedAs: string;
}

/** Every zone that the catalog has offerings in. */
export const zonesOf = (region: string, { zones }: Pick<Ec2Catalog, "zones">): readonly string[] =>
  [...new Set(Object.values(zones[region] ?? {}).flat())].sort();

/** Where the catalog does not say which zones there are. */
export const defaultZones = (region: string): readonly string[] => ["a", "b", "c"].map((letter) => region + letter);

/** Every region that the catalog knows zones or prices of. */
export const regionsOf = ({ prices, zones }: Pick<Ec2Catalog, "prices" | "zones">): readonly string[] =>
  [...new Set([...Object.keys(prices), ...Object.keys(zones)])].sort();

export const pricedPlace = (place: Place, { prices }: Pick<Ec2Catalog, "prices">): PricedPlace => ({
  ...place,
  pricedAs: pricedAs(place.region, prices),
});
