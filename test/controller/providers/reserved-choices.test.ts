import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import { choicesFor } from "#controller/providers/launch-choices";
import { lotsOf } from "#controller/providers/lots";
import { reservationLabels, type ReservationMarket } from "#controller/providers/reservation-target";
import type { InstanceType, Offering } from "#controller/scheduling/instance-type";
import { nodeClaim } from "#support/builders";

interface Reserved {
  readonly zone?: string;
  readonly price?: number;
  readonly market?: ReservationMarket;
  readonly remaining?: number;
}

const reserved = (
  id: string,
  { zone = "a", price = 1e-7, market = "on-demand", remaining = 1 }: Reserved = {},
): Offering => ({
  ...{ zone, capacityType: "reserved", price, available: true, reservation: { id, remaining } },
  requirements: Object.entries(reservationLabels({ id, market })).map(([key, value]) => ({
    ...{ key, operator: "In", values: [value] },
  })),
});

const type = (name: string, ...offerings: readonly Offering[]): InstanceType => ({
  name,
  requirements: [{ key: labels.instanceType, operator: "In", values: [name] }],
  ...{ capacity: { cpu: "2", pods: "10" }, allocatable: { cpu: "2", pods: "10" } },
  offerings: [...offerings, { zone: "a", capacityType: "spot", price: 0.1, available: true }],
});

/** What a launch that takes anything asks for. */
const asked = (...types: readonly InstanceType[]): readonly string[] =>
  lotsOf(choicesFor(nodeClaim(), types)).map(
    ({ type: { name }, offering: { zone, capacityType, reservation } }) =>
      `${name} ${zone} ${reservation?.id ?? capacityType}`,
  );

describe("what a launch asks for of reservations", () => {
  it("AWS-034 is nothing else where anything is reserved, cheapest first", () => {
    const types = [type("a.l"), type("c.l", reserved("cr-2", { price: 2e-7 })), type("b.l", reserved("cr-1"))];

    assert.deepEqual(asked(...types), ["b.l a cr-1", "c.l a cr-2"]);
    assert.deepEqual(asked(type("a.l")), ["a.l a spot"]);
  });

  it("AWS-034 is of one market: the cheapest one's, and of equal ones what nobody takes back", () => {
    const plain = type("b.l", reserved("cr-plain"));
    const taken = type("a.l", reserved("cr-taken", { market: "interruptible-capacity-reservation" }));
    const block = type("a.m", reserved("cr-block", { market: "capacity-block" }));

    assert.deepEqual(asked(taken, block, plain), ["b.l a cr-plain"]);
    assert.deepEqual(asked(taken, block), ["a.m a cr-block"]);
    const cheaper = type("a.s", reserved("cr-cheap", { price: 1e-9, market: "interruptible-capacity-reservation" }));
    assert.deepEqual(asked(cheaper, block, plain, taken), ["a.s a cr-cheap", "a.l a cr-taken"]);
  });

  it("AWS-034 is one type in one zone of a capacity block", () => {
    const market = "capacity-block";
    const two = type("a.l", reserved("cr-2", { price: 2e-7, market }), reserved("cr-1", { zone: "b", market }));

    assert.deepEqual(asked(two, type("b.l", reserved("cr-3", { price: 3e-7, market }))), ["a.l b cr-1"]);
  });

  it("AWS-034 is the reservation with most left of those for the same type and zone", () => {
    const many = type(
      "a.l",
      ...[reserved("cr-1", { remaining: 1 }), reserved("cr-5", { remaining: 5 })],
      ...[reserved("cr-2", { remaining: 2 }), reserved("cr-0", { zone: "b" })],
    );

    assert.deepEqual([...asked(many)].sort(), ["a.l a cr-5", "a.l b cr-0"]);
  });

  it("is at most fifty reservations, since a fleet takes no more launch templates", () => {
    const zones = Array.from({ length: 70 }, (_, index) => `z${index}`);
    const wide = type("a.l", ...zones.map((zone, index) => reserved(`cr-${index}`, { zone })));

    assert.equal(asked(wide).length, 50);
  });
});
