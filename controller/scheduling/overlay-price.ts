import type { NodeOverlaySpec } from "../api/node-overlay";

/** What says something about the price. */
export type PriceChange = Pick<NodeOverlaySpec, "price" | "priceAdjustment">;

export const changesPrice = ({ price, priceAdjustment }: PriceChange): boolean =>
  price !== undefined || priceAdjustment !== undefined;

/**
 * A price per hour as the overlay makes it: replaced, or changed by an amount or a percentage, and never below nothing.
 */
export function adjustedPrice(before: number, { price, priceAdjustment }: PriceChange): number {
  if (price !== undefined) return Number(price);
  if (priceAdjustment === undefined) return before;
  const [, percent] = /^(.*)%$/.exec(priceAdjustment) ?? [];
  const after = percent === undefined ? before + Number(priceAdjustment) : before * (1 + Number(percent) / 100);
  return Math.max(0, after);
}
