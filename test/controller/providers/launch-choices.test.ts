import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { RequirementSpec } from "#controller/api/requirement";
import { InsufficientCapacityError } from "#controller/ports/errors";
import { choicesFor } from "#controller/providers/launch-choices";
import { lotsOf } from "#controller/providers/lots";
import type { InstanceType } from "#controller/scheduling/instance-type";
import { nodeClaim } from "#support/builders";
import { reserved } from "#support/reserved-type";

interface Sold {
  readonly spot?: number;
  readonly onDemand?: number;
  readonly capacity?: Readonly<Record<string, string>>;
}

function type(name: string, { spot, onDemand, capacity = {} }: Sold): InstanceType {
  const room = { cpu: "2", memory: "4Gi", pods: "10", ...capacity };
  const sold = (capacityType: "spot" | "on-demand", price: number | undefined) =>
    price === undefined ? [] : [{ zone: "a", capacityType, price, available: true }];
  return {
    name,
    requirements: [
      { key: labels.instanceType, operator: "In", values: [name] },
      { key: "karpenter.k8s.aws/instance-family", operator: "In", values: [name.split(".")[0] ?? ""] },
    ],
    ...{ capacity: room, allocatable: room },
    offerings: [...sold("spot", spot), ...sold("on-demand", onDemand)],
  };
}

const ofReservation = (operator: RequirementSpec["operator"], ...values: readonly string[]): RequirementSpec => ({
  ...{ key: labels.reservationId, operator },
  ...(values.length > 0 && { values }),
});

const chosen = (types: readonly InstanceType[], ...requirements: readonly RequirementSpec[]): readonly string[] =>
  choicesFor(nodeClaim({ spec: { requirements } }), types).map(({ type: { name } }) => name);

describe("what a launch asks EC2 for", () => {
  it("AWS-034 is the cheapest first", () => {
    assert.deepEqual(chosen([type("b.l", { onDemand: 2 }), type("a.l", { onDemand: 1 })]), ["a.l", "b.l"]);
  });

  it("AWS-034 leaves out what is too small, and what has no such value", () => {
    const types = [type("a.l", { onDemand: 1, capacity: { cpu: "1" } }), type("b.l", { onDemand: 2 })];
    const claim = nodeClaim({ spec: { resources: { requests: { cpu: "1500m" } } } });

    assert.deepEqual(
      choicesFor(claim, types).map(({ type: { name } }) => name),
      ["b.l"],
    );
    assert.throws(
      () => chosen(types, { key: labels.instanceType, operator: "In", values: ["c.l"] }),
      InsufficientCapacityError,
    );
  });

  it("AWS-034 is what is not reserved of a type that is reserved in part, where the claim wants no reservation", () => {
    const some = reserved(type("a.l", { onDemand: 1 }), { id: "cr-1", remaining: 1, zone: "a" });
    const said = some.offerings.map((each) => ({
      ...each,
      requirements: [each.reservation ? ofReservation("In", "cr-1") : ofReservation("DoesNotExist")],
    }));
    const types = [{ ...some, offerings: said }];
    const bought = (requirement: RequirementSpec) =>
      lotsOf(choicesFor(nodeClaim({ spec: { requirements: [requirement] } }), types)).map(
        ({ offering }) => offering.capacityType,
      );

    assert.deepEqual(bought(ofReservation("DoesNotExist")), ["on-demand"]);
    assert.deepEqual(bought(ofReservation("NotIn", "cr-1")), ["on-demand"]);
    assert.deepEqual(bought(ofReservation("In", "cr-1")), ["reserved"]);
    assert.throws(() => bought(ofReservation("In", "cr-2")), InsufficientCapacityError);
  });

  it("AWS-034 has no metal and no accelerator while anything else is left", () => {
    const plain = type("a.l", { onDemand: 9 });
    const exotic = [
      type("g.l", { onDemand: 1, capacity: { "nvidia.com/gpu": "1" } }),
      type("a.metal", { onDemand: 2 }),
    ];

    assert.deepEqual(chosen([plain, ...exotic]), ["a.l"]);
    assert.deepEqual(chosen(exotic), ["g.l", "a.metal"]);
  });

  it("AWS-034 has no spot that costs more than the cheapest on-demand", () => {
    const types = [type("a.l", { spot: 3, onDemand: 2 }), type("b.l", { spot: 1, onDemand: 4 })];
    const choices = choicesFor(nodeClaim(), types);

    assert.deepEqual(
      choices.flatMap(({ offerings }) => offerings.map(({ price }) => price)),
      [1, 4, 2],
    );
    assert.deepEqual(
      lotsOf(choices).map(({ type: { name }, offering }) => [name, offering.capacityType]),
      [["b.l", "spot"]],
    );
  });

  it("AWS-034 is at most sixty types, with as many values of a key as its floor asks for", () => {
    const many = Array.from({ length: 80 }, (_, index) => type(`a.${index}`, { onDemand: index + 1 }));
    const other = type("z.l", { onDemand: 500 });
    const floor: RequirementSpec = { key: "karpenter.k8s.aws/instance-family", operator: "Exists", minValues: 2 };

    assert.equal(chosen(many).length, 60);
    const varied = chosen([...many, other], floor);
    assert.equal(varied.length, 60);
    assert.equal(varied.at(-1), "z.l");
    assert.throws(() => chosen(many, floor), InsufficientCapacityError);
  });
});
