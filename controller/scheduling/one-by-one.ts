import type { Ask } from "./backlog";
import type { Deadline } from "./deadline";
import { dearestFirst } from "./dearest-first";
import type { DomainSplit } from "./domain-split";
import type { ExistingNode } from "./existing-node";
import { joinAny } from "./following";
import { parted } from "./parted";
import type { PoolPlan } from "./pool-plan";
import type { Reservations } from "./reservations";
import { cheapestSeat } from "./seat";
import { isFollowing } from "./ties";

/** Who comes first; or that planned nodes become as large as they can before there are new ones. */
export type Preference = "choosiest first" | "bound first" | "dearest first" | "few nodes";

interface Offered {
  readonly nodes: readonly ExistingNode[];
  /** Pools of equal weight together, the heaviest first. */
  readonly tiers: readonly (readonly PoolPlan[])[];
  readonly reservations: Reservations;
  readonly deadline: Deadline;
  readonly split: DomainSplit;
  readonly nodePrice: number;
  readonly preference: Preference;
  /** Puts pods on nodes that are there. */
  readonly settle: (ask: Ask) => void;
}

/**
 * Places pods one after the other, each where it makes the plan least dearer; who finds no place is asked again once
 * others have one. A domain is chosen only now that is known which nodes are there.
 */
export function placeOneByOne(asks: readonly Ask[], offered: Offered): void {
  const { tiers, reservations } = offered;
  let waiting = inOrder(asks, offered);
  for (const tier of tiers) {
    while (waiting.map((ask) => placeOne(ask, tier, offered)).includes(true));
    // Who waits for a reservation gets nothing in a lighter pool.
    if (reservations.isStrict) waiting = waiting.filter((ask) => !tier.some((pool) => pool.suits(ask, "reserved")));
  }
}

/** Pods whose domain is all the same to them can make do with nodes that others need. */
function inOrder(asks: readonly Ask[], offered: Offered): readonly Ask[] {
  const { tiers, preference } = offered;
  if (preference === "dearest first") return dearestFirst(asks, tiers.flat());
  const choosiest = choosiestFirst(asks, offered);
  if (preference !== "bound first") return choosiest;
  return parted(choosiest, ({ domainTies }) => domainTies.rules.length > 0).flat();
}

/** Those with the fewest choices first, and who follows others once there is somebody to follow. */
function choosiestFirst(asks: readonly Ask[], { nodes, split }: Offered): readonly Ask[] {
  const [followers, others] = parted(asks, ({ follows, domainTies }) => follows || isFollowing(domainTies));
  const rated = others.map((ask) => ({
    ask,
    choices: split.choices(ask) + nodes.filter((node) => node.welcomes(ask)).length,
  }));
  return [...rated.sort((a, b) => a.choices - b.choices).map(({ ask }) => ask), ...followers];
}

/** Places the pods of one ask, on nodes that are there if possible; whether any found a place. */
function placeOne(ask: Ask, pools: readonly PoolPlan[], offered: Offered): boolean {
  const { settle, split, preference, deadline } = offered;
  const all = ask.count;
  for (let before = Infinity; ask.count > 0 && ask.count < before && !deadline.isUp();) {
    before = ask.count;
    settle(ask);
    if (preference === "few nodes")
      for (const pool of pools) joinAny(ask, pool, { allowed: (each) => split.evenest(each) });
    if (ask.count > 0) cheapestSeat(ask, { ...offered, pools })?.take(ask);
  }
  return ask.count < all;
}
