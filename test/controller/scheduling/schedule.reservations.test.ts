import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import type { PoolChoice, Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, podAsking, problem } from "#support/builders";
import { violationsOf } from "#support/plan-checker";
import { randomProblemWithReservations } from "#support/random-problem";
import { reserved } from "#support/reserved-type";

const large = instanceType("m.large", { cpu: 4, memoryGi: 16 });
const small = instanceType("m.small", { cpu: 1, memoryGi: 4 });

const pods = (count: number, spec: Parameters<typeof podAsking>[1] = {}) =>
  Array.from({ length: count }, () => podAsking({ cpu: "3" }, spec));

/** The plan, which keeps the rules. */
function planFor(parts: Partial<Problem>): Plan {
  const given = problem(parts);
  const plan = schedule(given);
  assert.deepEqual(violationsOf(plan, given), []);
  return plan;
}

const fallback: Problem["settings"] = { preferences: "Respect", minValues: "Strict", reservations: "Fallback" };
const kinds = ({ newNodes }: Plan): readonly string[] => newNodes.map((node) => node.cheapest.offering.capacityType);
const valuesOf = ({ requirements }: PlannedNode, key: string) =>
  requirements.filter((each) => each.key === key).map(({ operator, values }) => [operator, values]);
const named = (name: string, instanceTypes: readonly InstanceType[], weight = 1): PoolChoice =>
  choice(nodePool({ metadata: { name }, spec: { weight } }), instanceTypes);

describe("schedule: reservations", () => {
  it("SCHED-030 go first, and the claim asks for its own by id", () => {
    const type = reserved(large, { id: "cr-1", remaining: 2 });
    const { newNodes } = planFor({
      pods: pods(2),
      pools: [named("default", [type, instanceType("m.huge", { cpu: 64, memoryGi: 256, price: 0.001 })])],
    });

    assert.equal(newNodes.length, 2);
    for (const node of newNodes) {
      assert.deepEqual(valuesOf(node, labels.capacityType), [["In", ["reserved"]]]);
      assert.deepEqual(valuesOf(node, labels.reservationId), [["In", ["cr-1"]]]);
      assert.deepEqual(node.instanceTypes, [type]);
    }
  });

  it("SCHED-030 are waited for by the pods they suit once this plan has used them up", () => {
    const plan = planFor({ pods: pods(5), pools: [named("default", [reserved(large, { id: "cr-1", remaining: 2 })])] });

    assert.deepEqual(kinds(plan), ["reserved", "reserved"]);
    assert.equal(plan.deferred.length, 3);
    assert.deepEqual(plan.unschedulable, []);
  });

  it("SCHED-030 that were used up before are not waited for", () => {
    const type = reserved(large, { id: "cr-1", remaining: 0 });
    assert.deepEqual(kinds(planFor({ pods: pods(2), pools: [named("default", [type])] })), ["on-demand", "on-demand"]);
  });

  it("SCHED-030 are shared by pools, whichever asks for them", () => {
    const types = [reserved(large, { id: "cr-1", remaining: 3 })];
    const pools = ["a", "b"].map((team) =>
      choice(nodePool({ metadata: { name: team }, spec: { template: { metadata: { labels: { team } } } } }), types),
    );
    const waiting = ["a", "b"].flatMap((team) => pods(3, { nodeSelector: { team } }));

    const strict = planFor({ pods: waiting, pools });
    assert.deepEqual([kinds(strict).length, strict.deferred.length], [3, 3]);
    assert.deepEqual(new Set(kinds(strict)), new Set(["reserved"]));

    const lenient = planFor({ pods: waiting, pools, settings: fallback });
    assert.deepEqual([kinds(lenient).filter((kind) => kind === "reserved").length, kinds(lenient).length], [3, 6]);
  });

  it("SCHED-030 are not given up for what a pod would merely do with", () => {
    const zone = { key: labels.zone, operator: "In" as const, values: ["test-zone-a"] };
    const affinity = {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [zone] } }],
      },
    };
    const plan = planFor({
      pods: pods(2, { affinity }),
      pools: [named("default", [reserved(large, { id: "cr-1", remaining: 1 })])],
    });

    assert.deepEqual(kinds(plan), ["reserved"]);
    assert.equal(plan.deferred.length, 1);
  });

  it("SCHED-030 are not given up for a lighter pool", () => {
    const pools = [named("heavy", [reserved(large, { id: "cr-1", remaining: 1 })], 50), named("light", [large])];
    const plan = planFor({ pods: pods(2), pools });

    assert.deepEqual(kinds(plan), ["reserved"]);
    assert.equal(plan.deferred.length, 1);
  });

  it("SCHED-030 of a lighter pool do not keep pods from a heavier one", () => {
    const pools = [named("heavy", [large], 50), named("light", [reserved(large, { id: "cr-1", remaining: 2 })])];
    assert.deepEqual(kinds(planFor({ pods: pods(2), pools })), ["on-demand", "on-demand"]);
  });

  it("have room for smaller pods as well, which would cost more elsewhere", () => {
    const type = reserved(large, { id: "cr-1", remaining: 1 });
    const tiny = podAsking({ cpu: "500m" });
    const plan = planFor({ pods: [tiny, ...pods(1)], pools: [named("default", [type, small])], settings: fallback });

    const [node] = plan.newNodes.filter(({ cheapest }) => cheapest.offering.capacityType === "reserved");
    assert.equal(node?.pods.length, 2);
    assert.equal(plan.newNodes.length, 1);
  });

  it("let pods join a node that is planned anyway rather than wait", () => {
    const pool = named("default", [reserved(small, { id: "cr-1", remaining: 1 }), large]);
    const plan = planFor({
      pods: [...pods(1), ...Array.from({ length: 2 }, () => podAsking({ cpu: "1" }))],
      pools: [pool],
    });

    assert.deepEqual(plan.deferred, []);
    assert.deepEqual([...kinds(plan)].sort(), ["on-demand", "reserved"]);
  });

  it("that leave too little variety for minValues are not counted on", () => {
    const requirements = [{ key: labels.instanceType, operator: "Exists" as const, minValues: 2 }];
    const pool = nodePool({ spec: { template: { spec: { requirements } } } });
    const other = instanceType("c.large", { cpu: 4, memoryGi: 8 });
    const plan = planFor({
      pods: pods(1),
      pools: [choice(pool, [reserved(large, { id: "cr-1", remaining: 1 }), other])],
    });

    assert.deepEqual(kinds(plan), ["on-demand"]);
  });

  it("are not for sale where they are to be ignored", () => {
    const settings = { ...fallback, reservations: "Ignore" as const };
    const type = reserved(large, { id: "cr-1", remaining: 2 });
    assert.deepEqual(kinds(planFor({ pods: pods(1), pools: [named("default", [type])], settings })), ["on-demand"]);
  });

  for (const [what, unreserved] of [
    ["no reservation's id", { key: labels.reservationId, operator: "DoesNotExist" }],
    ["the id of none of them", { key: labels.reservationId, operator: "NotIn", values: ["cr-1"] }],
  ] as const) {
    it(`SCHED-030 are left alone, but not their types, where a pool or a pod wants ${what}`, () => {
      const types = [reserved(large, { id: "cr-1", remaining: 2 })];
      const sparing = nodePool({ spec: { template: { spec: { requirements: [unreserved] } } } });
      const nodeAffinity = {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [unreserved] }] },
      };
      assert.deepEqual(kinds(planFor({ pods: pods(1), pools: [choice(sparing, types)] })), ["on-demand"]);
      const plan = planFor({ pods: pods(1, { affinity: { nodeAffinity } }), pools: [named("default", types)] });
      assert.deepEqual(kinds(plan), ["on-demand"]);
    });
  }

  it("are all that a pool has, so that one which wants none has nothing", () => {
    const type = reserved({ ...large, offerings: [] }, { id: "cr-1", remaining: 2, price: 1 });
    const unreserved = { key: labels.reservationId, operator: "DoesNotExist" as const };
    const sparing = nodePool({
      metadata: { name: "sparing" },
      spec: { template: { spec: { requirements: [unreserved] } } },
    });

    assert.deepEqual(
      planFor({ pods: pods(1), pools: [choice(sparing, [type])] }).unschedulable.map(({ reason }) => reason),
      ["no node has room and no pool can add one. sparing: 1 type excluded by the pool's capacity-reservation-id"],
    );
  });

  it("are why pods that want nothing else have no place when others took all", () => {
    const waiting = pods(2, { nodeSelector: { [labels.capacityType]: "reserved" } });
    const type = reserved(large, { id: "cr-1", remaining: 1 });
    const plan = planFor({ pods: waiting, pools: [named("default", [type, small])], settings: fallback });

    assert.deepEqual(
      plan.unschedulable.map(({ reason }) => reason),
      [
        "no node has room and no pool can add one. default: 1 type excluded by capacity-type (asks In [reserved]), " +
          "1 by reservations that are used up",
      ],
    );
  });

  it("are planned with in the same way whatever the order of pods, pools, types and offerings", () => {
    const reversed = (each: Problem): Problem => ({
      ...each,
      pods: each.pods.toReversed(),
      pools: each.pools.toReversed().map((pool) => ({
        ...pool,
        instanceTypes: pool.instanceTypes
          .toReversed()
          .map((type) => ({ ...type, offerings: type.offerings.toReversed() })),
      })),
    });
    const nodesOf = ({ newNodes }: Plan) =>
      newNodes.map((node) => [node.cheapest, node.requirements, node.pods.map(({ metadata }) => metadata.name)]);

    for (let seed = 1; seed <= 60; seed++) {
      const given = randomProblemWithReservations(seed);
      assert.deepEqual(nodesOf(schedule(reversed(given))), nodesOf(schedule(given)), `seed ${seed}`);
    }
  }).timeout(20_000);

  it("keep every rule in random problems", function () {
    this.timeout(30_000);
    const broken = Array.from({ length: 250 }, (_, position) => position + 1).filter((seed) => {
      const given = randomProblemWithReservations(seed);
      return violationsOf(schedule(given), given).length > 0;
    });
    assert.deepEqual(broken, []);
  });
});

describe("schedule: room that comes with an offering", () => {
  const spot = instanceType("m.large", { cpu: 4, memoryGi: 16, capacityTypes: ["on-demand", "spot"] });
  const withSpotRoom = (cpu: string): InstanceType => ({
    ...spot,
    offerings: spot.offerings.map((each) => (each.capacityType === "spot" ? { ...each, allocatable: { cpu } } : each)),
  });

  it("SCHED-033 is there only if the node is bought through it", () => {
    const [node, ...others] = planFor({
      pods: [podAsking({ cpu: "6" })],
      pools: [named("default", [withSpotRoom("8")])],
    }).newNodes;

    assert.ok(node);
    assert.deepEqual(others, []);
    assert.deepEqual(valuesOf(node, labels.capacityType), [["In", ["spot"]]]);
  });

  it("SCHED-033 that is less than the type's keeps the offering from pods that ask for more", () => {
    const [node] = planFor({ pods: pods(1), pools: [named("default", [withSpotRoom("2")])] }).newNodes;

    assert.ok(node);
    assert.deepEqual(valuesOf(node, labels.capacityType), [["In", ["on-demand"]]]);
  });

  it("SCHED-033 of a reservation counts on its nodes alone", () => {
    const type = reserved(large, { id: "cr-1", remaining: 1, allocatable: { cpu: "8" } });
    const plan = planFor({
      pods: [podAsking({ cpu: "6" }), ...pods(1)],
      pools: [named("default", [type])],
      settings: fallback,
    });

    assert.deepEqual([...kinds(plan)].sort(), ["on-demand", "reserved"]);
    assert.deepEqual(plan.unschedulable, []);
  });
});
