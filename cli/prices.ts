/** Prices of Chinese regions are in yuan, all others in dollars. */
export const money = (amount: number, region: string): string =>
  `${region.startsWith("cn-") ? "¥" : "$"}${amount.toFixed(4)}`;
