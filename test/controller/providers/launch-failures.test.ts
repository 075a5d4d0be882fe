import assert from "node:assert/strict";
import { CreateError, InsufficientCapacityError } from "#controller/ports/errors";
import { createError, learnFrom } from "#controller/providers/launch-failures";
import { UnavailableOfferings } from "#controller/providers/unavailable-offerings";
import type { Offering } from "#controller/scheduling/instance-type";
import { instanceType } from "#support/builders";
import { FakeClock } from "#support/fake-clock";
import { silentLog, silentMetrics } from "#support/silence";

const small = instanceType("m5.large", { cpu: 2, memoryGi: 8 });
const large = instanceType("m5.xlarge", { cpu: 4, memoryGi: 16 });
const offering = (capacityType: Offering["capacityType"], id?: string): Offering => ({
  ...{ zone: "a", capacityType, price: 1, available: true },
  ...(id !== undefined && { reservation: { id, remaining: 1 } }),
});
const reserved = [
  { type: small, offering: offering("reserved", "cr-small") },
  { type: large, offering: offering("reserved", "cr-large") },
];

describe("what is learnt from launches that fail", () => {
  function learn(code: string, lots: typeof reserved, where = {}) {
    const exhausted: string[] = [];
    const unavailable = new UnavailableOfferings(new FakeClock(0));
    learnFrom([{ code, message: "", ...where }], lots, {
      ...{ unavailable, subnets: { exhausted: () => undefined }, log: silentLog, metrics: silentMetrics },
      reservations: { exhausted: (id: string) => void exhausted.push(id) },
    });
    return {
      exhausted,
      isOut: (instanceType: string, capacityType: string) => unavailable.has({ instanceType, zone: "a", capacityType }),
    };
  }
  const atLarge = { instanceType: "m5.xlarge", zone: "a" };

  it("AWS-035 is that a reservation is used up, where EC2 says so", () => {
    const codes = [
      "ReservationCapacityExceeded",
      "InsufficientInstanceCapacity",
      "InvalidCapacityReservationId.NotFound",
    ];
    for (const code of codes) {
      const { exhausted, isOut } = learn(code, reserved, atLarge);
      assert.deepEqual(exhausted, ["cr-large"], code);
      assert.equal(isOut("m5.xlarge", "on-demand"), false);
    }
    assert.deepEqual(learn("ReservationCapacityExceeded", reserved).exhausted, ["cr-small", "cr-large"]);
  });

  it("AWS-035 is nothing of reservations where EC2 is only busy", () => {
    assert.deepEqual(learn("RequestLimitExceeded", reserved, atLarge).exhausted, []);
  });

  it("AWS-035 is that an offering is out, for machines on demand", () => {
    const { exhausted, isOut } = learn(
      "InsufficientInstanceCapacity",
      [{ type: large, offering: offering("on-demand") }],
      atLarge,
    );

    const { isOut: isOutAtAll } = learn("MaxFleetCountExceeded", [{ type: large, offering: offering("on-demand") }]);
    assert.equal(isOutAtAll("m5.xlarge", "on-demand"), false, "a limit of the account says nothing of offerings");
    assert.deepEqual([exhausted, isOut("m5.xlarge", "on-demand"), isOut("m5.xlarge", "spot")], [[], true, false]);
  });

  it("AWS-035 makes a claim without capacity of those, and a failed one of others", () => {
    const thrown = (name: string): Error => createError(Object.assign(new Error("no"), { name }));

    assert.ok(thrown("ReservationCapacityExceeded") instanceof InsufficientCapacityError);
    assert.ok(thrown("InvalidCapacityReservationId.NotFound") instanceof InsufficientCapacityError);
    assert.ok(thrown("RequestLimitExceeded") instanceof CreateError);
  });
});
