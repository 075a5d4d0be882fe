import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { NodeOverlay } from "#controller/api/node-overlay";
import type { NodePool } from "#controller/api/node-pool";
import { overlaidPools, typesByPool } from "#controller/simulation/pool-types";
import { problemOf } from "#controller/simulation/problem";
import { instanceType, nodeOverlay, nodePool } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { snapshot } from "#support/snapshots";

const settings = { preferences: "Respect", minValues: "Strict" } as const;
const types = [instanceType("small", { cpu: 2, memoryGi: 8, price: 1 })];
const catalog = new Map([["default", types]]);
const ready = (name: string, ...more: readonly DeepPartial<NodePool>[]): NodePool =>
  nodePool(
    { metadata: { name }, status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] } },
    ...more,
  );
const inWeb = { key: labels.nodePool, operator: "In", values: ["web"] } as const;
const dear: NodeOverlay = nodeOverlay({ spec: { requirements: [inWeb], price: "9" } });

describe("what pools can launch", () => {
  it("OVL-007 is offered to the planner as overlays make it, pool by pool", () => {
    const look = snapshot({ pools: [ready("web"), ready("batch")], overlays: [dear] });
    const prices = problemOf(look, catalog, settings).pools.map(({ pool, instanceTypes }) => [
      pool.metadata.name,
      instanceTypes[0]?.offerings[0]?.price,
    ]);

    assert.deepEqual(prices, [
      ["web", 9],
      ["batch", 1],
    ]);
    assert.equal(problemOf(snapshot({ pools: [ready("web")] }), catalog, settings).pools[0]?.instanceTypes, types);
  });

  it("OVL-006 OVL-019 leaves out pools whose class can launch nothing now, and goes on with the others", () => {
    const other = ready("other", { spec: { template: { spec: { nodeClassRef: { name: "broken" } } } } });
    const look = snapshot({ pools: [other, ready("web")], overlays: [dear] });
    const { instanceTypes, verdicts } = overlaidPools(look, catalog);

    assert.deepEqual([...instanceTypes.keys()], ["web"]);
    assert.equal(instanceTypes.get("web")?.[0]?.offerings[0]?.price, 9);
    assert.equal(verdicts.get(dear.metadata.name)?.because, "ValidationSucceeded");
    const mended = typesByPool(look, new Map([...catalog, ["broken", types]]));
    assert.deepEqual([...mended.keys()], ["other", "web"]);
  });

  it("is the same objects until an overlay, a pool's labels or a catalog changes", () => {
    const web = ready("web");
    const first = typesByPool(snapshot({ pools: [web], overlays: [dear] }), catalog).get("web");
    const again = (pool: NodePool, overlays: readonly NodeOverlay[] = [dear], known = catalog) =>
      typesByPool(snapshot({ pools: [pool], overlays }), known).get("web");

    assert.equal(again({ ...web, status: { ...web.status, nodes: 3 } }), first);
    assert.equal(again(web, [dear]), first);
    assert.notEqual(again(web, [nodeOverlay({ spec: { ...dear.spec, price: "8" } })]), first);
    assert.notEqual(again(ready("web", { spec: { template: { metadata: { labels: { team: "a" } } } } })), first);
    assert.notEqual(again(web, [dear], new Map([["default", [...types]]])), first);
  });
});
