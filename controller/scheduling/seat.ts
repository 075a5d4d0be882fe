import type { Ask } from "./backlog";
import { record, spotOfOption } from "./counting";
import type { Option } from "./domain-choice";
import type { DomainSplit } from "./domain-split";
import type { Draft, Load } from "./draft";
import { mayStart } from "./following";
import type { PoolPlan } from "./pool-plan";
import type { Scope } from "./scope";
import type { Start } from "./ties";

/** Room for one pod on a new node or on one that is planned. */
interface Seat {
  /** By how much it makes the plan dearer. */
  readonly surcharge: number;
  /** Puts the pod there. */
  readonly take: (ask: Ask) => void;
}

/** Where the next pod of an ask could go. */
interface Choice {
  readonly pools: readonly PoolPlan[];
  /** Of the domains, those where fewest pods are that these are spread by. */
  readonly split: Pick<DomainSplit, "evenest">;
  /** What a node costs whatever its type. */
  readonly nodePrice: number;
}

/**
 * The cheapest one; the first of equals, and those on planned nodes before new ones. Pods that others are to follow
 * start on a node of their own, which has room for these, if there can be one.
 */
export const cheapestSeat = (ask: Ask, choice: Choice): Seat | undefined =>
  cheapest([...seatsOnPlanned(ask, choice), ...seatsOnNew(ask, choice)]) ??
  cheapest(seatsOnPlanned(ask, choice, "mayStart"));

function cheapest(seats: readonly Seat[]): Seat | undefined {
  let best: Seat | undefined;
  for (const seat of seats) if (seat.surcharge < (best?.surcharge ?? Infinity)) best = seat;
  return best;
}

/** On planned nodes, which may become larger machines. */
function seatsOnPlanned(ask: Ask, { pools, split }: Choice, start?: Start): readonly Seat[] {
  const hosts = pools.flatMap((pool) => pool.drafts.map((draft) => ({ pool, draft })));
  const bearing = hosts.filter(({ draft }) => draft.occupancy.capacityFor(ask.nodeTies, 1, start) > 0);
  return split.evenest(ask).flatMap((option) =>
    bearing.flatMap(({ pool, draft }) => {
      const scope = draft.scope.with(option.wish);
      return scope === undefined ? [] : [joining(ask, { pool, draft, scope, option, start })];
    }),
  );
}

function seatsOnNew(ask: Ask, { pools, split, nodePrice }: Choice): readonly Seat[] {
  if (!mayStart(ask)) return [];
  return split.evenest(ask).flatMap((option) =>
    pools.flatMap((pool) => {
      const scope = pool.root.with(option.wish);
      const offer = scope === undefined ? undefined : pool.offerFor(scope, [ask]);
      return scope === undefined || offer === undefined ? [] : [opening({ pool, scope, offer, option }, nodePrice)];
    }),
  );
}

interface Way {
  readonly pool: PoolPlan;
  readonly scope: Scope;
  readonly option: Option;
}

interface WayIn extends Way {
  readonly draft: Draft;
  readonly start: Start | undefined;
}

const joining = (asking: Ask, { pool, draft, scope, option, start }: WayIn): Seat => ({
  surcharge: pool.surchargeFor(draft, asking, { scope, start }),
  take: (ask) => {
    seated(ask, option, (part) => void pool.widen(draft, part, { scope, start }));
  },
});

const opening = ({ pool, scope, offer, option }: Way & Pick<Load, "offer">, nodePrice: number): Seat => ({
  surcharge: offer.offering.price + nodePrice,
  take: (ask) => {
    seated(ask, option, (part) => void pool.open({ scope, offer, counts: [[part, 1]] }, false));
  },
});

function seated(ask: Ask, option: Option, place: (part: Ask) => void): void {
  const part = ask.part(option, 1);
  place(part);
  record(ask.domainTies, 1 - part.count, spotOfOption(option));
  ask.rejoin(part);
}
