import assert from "node:assert/strict";
import type { ResourceList } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { NodePool } from "#controller/api/node-pool";
import { Ask, Backlog } from "#controller/scheduling/backlog";
import { Deadline } from "#controller/scheduling/deadline";
import { improve } from "#controller/scheduling/improvement";
import { plannedNodes } from "#controller/scheduling/planned-node";
import { PoolPlan } from "#controller/scheduling/pool-plan";
import { Reservations } from "#controller/scheduling/reservations";
import { amountsOf } from "#controller/scheduling/resources";
import { PoolScopes } from "#controller/scheduling/scope";
import { templateOf } from "#controller/scheduling/template";
import { noTies } from "#controller/scheduling/ties";
import { Dimensions } from "#controller/scheduling/vector";
import { choice, instanceType, nodePool, podAsking } from "#support/builders";
import type { DeepPartial } from "#support/merge";

const dimensions = new Dimensions(["cpu"]);
const wish = { requirements: new Map(), tolerations: [] };

/** A pod that asks for nothing but this. */
function asking(requests: ResourceList): Ask {
  const aim = { wish, ties: { node: noTies, domain: noTies } };
  const pod = podAsking(requests);
  const podClass = { pods: [pod] as const, kind: { pod, places: [] }, requests: amountsOf(requests), aims: [aim] };
  return new Ask(new Backlog(podClass, dimensions), aim);
}

/** Plans the cheapest node that holds a pod of each. */
function open(pool: PoolPlan, ...asks: readonly Ask[]) {
  const offer = pool.offerFor(pool.root, asks);
  assert.ok(offer);
  return pool.open({ scope: pool.root, offer, counts: asks.map((ask) => [ask, 1] as const) }, false);
}

const poolOf = (sizes: readonly number[], spec: DeepPartial<NodePool["spec"]> = {}): PoolPlan => {
  const types = sizes.map((cpu) => instanceType(`of-${cpu}`, { cpu, memoryGi: 8 }));
  const template = templateOf(choice(nodePool({ spec }), types), { dimensions, daemons: [], usesReservations: true });
  return new PoolPlan(new PoolScopes(template).root, 0, new Reservations([], true));
};

describe("a pool's plan", () => {
  it("PROV-018 SCHED-002 keeps room in the limits for the variety of a node that has grown", () => {
    const requirements = [{ key: labels.instanceType, operator: "Exists" as const, minValues: 2 }];
    const pool = poolOf([2, 3, 8, 10], { limits: { cpu: "14" }, template: { spec: { requirements } } });
    const first = open(pool, asking({ cpu: "1" }));
    const growing = open(pool, asking({ cpu: "1" }));
    pool.close(first);

    pool.grow(asking({ cpu: "5" }));
    const another = asking({ cpu: "1" });
    if (pool.offerFor(pool.root, [another]) !== undefined) open(pool, another);

    assert.equal(growing.pods.length, 2);
    for (const { instanceTypes } of plannedNodes(pool, dimensions)) assert.ok(instanceTypes.length >= 2);
  });

  it("PROV-018 PROV-003 holds no more of the limits than the variety of its nodes takes", () => {
    const requirements = [{ key: labels.instanceType, operator: "Exists" as const, minValues: 2 }];
    const pool = poolOf([2, 3, 8], { limits: { cpu: "9" }, template: { spec: { requirements } } });
    for (const ask of [1, 2, 3].map(() => asking({ cpu: "1" }))) open(pool, ask);

    for (const { instanceTypes } of plannedNodes(pool, dimensions)) assert.equal(instanceTypes.length, 2);
  });

  it("drops a node that has lost its last pod while it was to become smaller", () => {
    const pool = poolOf([0.5, 4, 8]);
    open(pool, asking({ cpu: "1" }), asking({ cpu: "2" }));
    open(pool, asking({ cpu: "6" }));
    open(pool, asking({ cpu: "3" }));
    improve(
      pool.drafts.map((draft) => ({ pool, draft })),
      1000,
      new Deadline(() => false),
    );

    assert.equal(pool.drafts.length, 2);
    for (const { pods } of pool.drafts) assert.notEqual(pods.length, 0);
  });
});
