import assert from "node:assert/strict";
import type { ResourceList } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import { Ask, Backlog } from "#controller/scheduling/backlog";
import { plannedNodes } from "#controller/scheduling/planned-node";
import { PoolPlan } from "#controller/scheduling/pool-plan";
import { amountsOf } from "#controller/scheduling/resources";
import { ScopeDesk } from "#controller/scheduling/scope";
import { templateOf } from "#controller/scheduling/template";
import { noTies } from "#controller/scheduling/ties";
import { Dimensions } from "#controller/scheduling/vector";
import { choice, instanceType, nodePool, podAsking } from "#support/builders";

const dimensions = new Dimensions(["cpu"]);
const wish = { requirements: new Map(), tolerations: [] };

/** A pod that asks for nothing but this. */
function asking(requests: ResourceList): Ask {
  const aim = { wish, ties: { node: noTies, domain: noTies } };
  const pod = podAsking(requests);
  const podClass = { pods: [pod] as const, kind: { pod, places: [] }, requests: amountsOf(requests), aims: [aim] };
  return new Ask(new Backlog(podClass, dimensions), aim);
}

function open(pool: PoolPlan, ask: Ask) {
  const offer = pool.offerFor(pool.root, [ask]);
  assert.ok(offer);
  return pool.open({ scope: pool.root, offer, counts: [[ask, 1]] }, false);
}

describe("a pool's plan", () => {
  it("PROV-018 SCHED-002 keeps room in the limits for the variety of a node that has grown", () => {
    const types = [2, 3, 8, 10].map((cpu) => instanceType(`of-${cpu}`, { cpu, memoryGi: 8 }));
    const requirements = [{ key: labels.instanceType, operator: "Exists" as const, minValues: 2 }];
    const spec = { limits: { cpu: "14" }, template: { spec: { requirements } } };
    const template = templateOf(choice(nodePool({ spec }), types), { dimensions, daemons: [] });
    const pool = new PoolPlan(new ScopeDesk(template).root, 0);
    const first = open(pool, asking({ cpu: "1" }));
    const growing = open(pool, asking({ cpu: "1" }));
    pool.close(first);

    pool.grow(asking({ cpu: "5" }));
    const another = asking({ cpu: "1" });
    if (pool.offerFor(pool.root, [another]) !== undefined) open(pool, another);

    assert.equal(growing.pods.length, 2);
    for (const { instanceTypes } of plannedNodes(pool, dimensions)) assert.ok(instanceTypes.length >= 2);
  });
});
