import type { Ask } from "./backlog";
import type { Deadline } from "./deadline";
import type { DomainSplit } from "./domain-split";
import type { ExistingNode } from "./existing-node";
import { joinAny, startAlone } from "./following";
import { parted } from "./parted";
import type { PoolPlan } from "./pool-plan";
import type { Reservations } from "./reservations";
import { isFollowing } from "./ties";

interface Offered {
  readonly nodes: readonly ExistingNode[];
  /** Pools of equal weight together, the heaviest first. */
  readonly tiers: readonly (readonly PoolPlan[])[];
  readonly reservations: Reservations;
  readonly deadline: Deadline;
  readonly split: DomainSplit;
  /** Puts pods on nodes that are there. */
  readonly settle: (ask: Ask) => void;
}

/**
 * Places pods one after the other: those with the fewest choices first, then the largest, and who follows others once
 * there is somebody to follow. A domain is chosen only now that is known which nodes are there.
 */
export function placeOneByOne(asks: readonly Ask[], offered: Offered): void {
  const { tiers, reservations, deadline } = offered;
  const [followers, others] = parted(asks, ({ follows, domainTies }) => follows || isFollowing(domainTies));
  let waiting = [...choosiestFirst(others, offered), ...followers];
  for (const tier of tiers) {
    for (const ask of waiting) if (!deadline.isUp()) placeOne(ask, tier, offered);
    // Who waits for a reservation gets nothing in a lighter pool.
    if (reservations.isStrict) waiting = waiting.filter((ask) => !tier.some((pool) => pool.suits(ask, "reserved")));
  }
}

/** Equals stay in their order. */
function choosiestFirst(asks: readonly Ask[], { nodes, split }: Offered): readonly Ask[] {
  const rated = asks.map((ask) => ({
    ask,
    choices: split.choices(ask) + nodes.filter((node) => node.welcomes(ask)).length,
  }));
  return rated.sort((a, b) => a.choices - b.choices).map(({ ask }) => ask);
}

/** On nodes that are there, else on planned ones, else on new ones. */
function placeOne(ask: Ask, tier: readonly PoolPlan[], { split, settle }: Offered): void {
  const ways = { allowed: (each: Ask) => split.evenest(each) };
  for (let before = Infinity; ask.count > 0 && ask.count < before;) {
    before = ask.count;
    settle(ask);
    for (const pool of tier) joinAny(ask, pool, ways);
    if (ask.count > 0) startAlone(ask, tier, ways);
  }
}
