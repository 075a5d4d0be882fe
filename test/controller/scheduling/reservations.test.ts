import assert from "node:assert/strict";

import type { Offering } from "#controller/scheduling/instance-type";
import { Reservations } from "#controller/scheduling/reservations";

const offer = (id?: string, remaining = 0) => ({
  offering: {
    ...({ zone: "test-zone-a", capacityType: "reserved", price: 0, available: true } satisfies Offering),
    ...(id !== undefined && { reservation: { id, remaining } }),
  },
});
const [two, one, plain] = [offer("two", 2), offer("one", 1), offer()];
const ledger = (): Reservations => new Reservations([two, one, plain], true);

describe("reservations", () => {
  it("SCHED-003 can be held while there are instances left, and what is not reserved always", () => {
    const reservations = ledger();
    assert.deepEqual(
      [two, one, plain].map((each) => reservations.has(each)),
      [true, true, true],
    );

    reservations.hold({}, one);

    assert.deepEqual(
      [two, one, plain].map((each) => reservations.has(each)),
      [true, false, true],
    );
  });

  it("SCHED-003 SCHED-004 that nobody knows of are an error", () => {
    assert.throws(() => ledger().has(offer("other", 1)), /reservation other is not known/);
    assert.throws(() => {
      ledger().hold({}, offer("other", 1));
    }, /reservation other is not known/);
  });

  it("SCHED-004 lose an instance to each node that holds one, once", () => {
    const reservations = ledger();
    const [node, another] = [{}, {}];

    reservations.hold(node, two);
    reservations.hold(node, two);
    assert.equal(reservations.stock.get("two"), 1);

    reservations.hold(another, two);
    assert.equal(reservations.stock.get("two"), 0);
    assert.equal(reservations.stock.get("one"), 1);
    assert.throws(() => {
      reservations.hold({}, two);
    }, /reservation two has no instance left/);
  });

  it("SCHED-004 have no more than the pool says that knows of the least", () => {
    assert.equal(new Reservations([offer("r", 3), offer("r", 1)], true).stock.get("r"), 1);
  });

  it("SCHED-005 get back what a node releases, and nothing from one that held nothing", () => {
    const reservations = ledger();
    const node = {};
    reservations.hold(node, one);

    reservations.release({});
    assert.equal(reservations.has(one), false);

    reservations.release(node);
    reservations.release(node);
    assert.equal(reservations.stock.get("one"), 1);
  });

  it("SCHED-006 never have more in hand and left than there was", () => {
    const reservations = ledger();
    const [a, b, c] = [{}, {}, {}];
    reservations.hold(a, one);
    reservations.hold(b, two);
    reservations.hold(a, two);
    assert.deepEqual([...reservations.stock.values()], [0, 1], "a node that takes another gives the first back");

    reservations.hold(c, one);
    reservations.hold(b, plain);
    assert.deepEqual([...reservations.stock.values()], [1, 0], "so does one that needs none any more");

    for (const node of [a, b, c]) reservations.release(node);
    assert.deepEqual([...reservations.stock.values()], [2, 1]);
  });
});
