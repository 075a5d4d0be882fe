import { pricedAs } from "../controller/providers/prices";
import type { PricedPlace } from "./place";

/** Prices of Chinese regions are in yuan, all others in dollars. */
export const money = (amount: number, { region }: Pick<PricedPlace, "region">): string =>
  `${region.startsWith("cn-") ? "¥" : "$"}${amount.toFixed(4)}`;

/** A line that says whose prices are shown, where they are another region's. */
export const priceNote = ({ region, pricedAs }: Pick<PricedPlace, "region" | "pricedAs">): string =>
  region === pricedAs ? "" : `prices are those of ${pricedAs}, since the catalog has none of ${region}\n`;

/** The region whose prices the package has for a region: its own, or one of the same partition. */
export const pricedRegion = (region: string): string => pricedAs(region);
