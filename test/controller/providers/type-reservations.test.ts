import assert from "node:assert/strict";

import type { CapacityReservation } from "#controller/api/ec2-node-class";
import { labels } from "#controller/api/labels";
import { offeringsFor, wishesOf } from "#controller/providers/compatibility";
import type { Market } from "#controller/providers/type-offerings";
import { withReservations } from "#controller/providers/type-reservations";
import type { InstanceType } from "#controller/scheduling/instance-type";
import { instanceType, nodeClass } from "#support/builders";

const kinds = ["id", "type", "interruptible"].map((name) => `karpenter.k8s.aws/capacity-reservation-${name}`);
const large = instanceType("m5.large", {
  ...{ cpu: 2, memoryGi: 8, zones: ["us-east-1a"] },
  requirements: kinds.map((key) => ({ key, operator: "DoesNotExist" })),
});

const reservation: CapacityReservation = {
  ...{ id: "cr-1", instanceType: "m5.large", availabilityZone: "us-east-1a", ownerID: "123456789012" },
  instanceMatchCriteria: "targeted",
};

const market = (left: number | undefined): Market => ({
  zonesOf: () => new Set(["us-east-1a"]),
  price: () => 0.1,
  isOut: () => false,
  leftIn: () => left,
});

const asSold = (
  parts: Partial<CapacityReservation> = {},
  left: number | undefined = 2,
  isUsable = true,
): InstanceType =>
  withReservations(large, {
    nodeClass: nodeClass({
      status: {
        subnets: [{ id: "subnet-1", zone: "us-east-1a", zoneID: "use1-az1" }],
        capacityReservations: [{ ...reservation, ...parts }],
      },
    }),
    ...{ market: market(left), isUsable: () => isUsable },
  });

const reservedOf = ({ offerings }: InstanceType) => offerings.find(({ capacityType }) => capacityType === "reserved");

describe("a type of which some is reserved", () => {
  it("has an offering for each reservation, at a ten-millionth of the price", () => {
    const offering = reservedOf(asSold());

    assert.ok(offering);
    assert.deepEqual(
      [offering.zone, offering.available, offering.reservation],
      ["us-east-1a", true, { id: "cr-1", remaining: 2 }],
    );
    assert.ok(Math.abs(offering.price - 1e-8) < 1e-15);
  });

  it("is labelled with the reservation, its type and whether it may be interrupted, on reserved machines alone", () => {
    const said = (type: InstanceType) =>
      kinds.map((key) => type.requirements.find((each) => each.key === key)?.values?.join());
    const type = asSold({ reservationType: "capacity-block" });

    assert.deepEqual(said(type), ["cr-1", "capacity-block", "false"]);
    assert.deepEqual(said(asSold({ interruptible: true })), ["cr-1", "default", "true"]);
    assert.deepEqual(type.requirements.find(({ key }) => key === labels.capacityType)?.values, [
      "on-demand",
      "reserved",
    ]);
    const bought = (operator: "Exists" | "DoesNotExist") =>
      offeringsFor(wishesOf([{ key: labels.reservationId, operator }]), type).map(({ capacityType }) => capacityType);
    assert.deepEqual([bought("Exists"), bought("DoesNotExist")], [["reserved"], ["on-demand"]]);
  });

  it("is not on sale when it is used up, about to end, or no machine that the class can boot", () => {
    for (const type of [asSold({}, 0), asSold({ state: "expiring" }), asSold({}, 2, false)])
      assert.equal(reservedOf(type)?.available, false);
  });

  it("stays as it is where the reservation is of another type or zone, or nobody knows what is left of it", () => {
    assert.equal(asSold({ instanceType: "m5.xlarge" }), large);
    assert.equal(asSold({ availabilityZone: "us-east-1b" }), large);
    const unknown = withReservations(large, {
      nodeClass: nodeClass({
        status: { subnets: [{ id: "s", zone: "us-east-1a" }], capacityReservations: [reservation] },
      }),
      ...{ market: market(undefined), isUsable: () => true },
    });
    assert.equal(unknown, large);
  });
});
