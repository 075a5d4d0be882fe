import type { Ask } from "./backlog";
import type { Packing } from "./layout";
import { openNodes } from "./opening";
import type { PoolPlan } from "./pool-plan";

/** Who may be planned on what is not reserved, and who has to wait for what is. */
interface Others {
  readonly free: readonly Ask[];
  readonly bound: readonly Ask[];
}

/**
 * Plans reserved capacity: first for pods that nothing else suits, then, where reservations are strict, for all that it
 * suits, since these may have nothing else.
 */
export function useReservations(
  tier: readonly PoolPlan[],
  asks: readonly Ask[],
  packing: Omit<Packing, "goods" | "variety">,
): Others {
  const suited = new Set(asks.filter((ask) => tier.some((pool) => pool.suits(ask, "reserved"))));
  if (suited.size === 0) return { free: asks, bound: [] };
  const buy = (some: readonly Ask[]): void => {
    openNodes(tier, some, { ...packing, goods: "reserved", variety: "strict" });
  };
  buy([...suited].filter((ask) => !tier.some((pool) => pool.suits(ask, "unreserved"))));
  for (const ask of suited) joinAny(ask, tier);
  if (!packing.reservations.isStrict) return { free: asks, bound: [] };
  buy([...suited]);
  return { free: asks.filter((ask) => !suited.has(ask)), bound: [...suited] };
}

/**
 * Keeps pods for the next plan that a reservation suits, of which this one has left nothing: they get no other node, in
 * lighter pools neither, unless one is planned anyway that has room for them.
 */
export function holdBack(tier: readonly PoolPlan[], bound: readonly Ask[]): void {
  for (const ask of bound) {
    joinAny(ask, tier);
    if (ask.count > 0 && tier.some((pool) => pool.suits(ask, "reserved"))) ask.backlog.isHeldBack = true;
  }
}

function joinAny(ask: Ask, tier: readonly PoolPlan[]): void {
  for (const pool of tier) pool.join(ask);
}
