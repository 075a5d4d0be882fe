import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import { TopologyGroup } from "#controller/scheduling/topology-group";
import { webs, zoneA, zoneB, zoneC } from "#support/topology-plans";

/** A spread over zones of which pods may go to these. */
const spreadOf = (minDomains: number, ...domains: readonly string[]): TopologyGroup =>
  new TopologyGroup(
    {
      ...{ kind: "spread", required: true, key: labels.zone, id: "spread", maxSkew: 1, minDomains },
      ...{ about: [{ labels: webs, namespaces: undefined }], filter: undefined, reach: [] },
    },
    -1,
    new Set(domains),
  );

describe("a spread's emptiest domain", () => {
  it("TOPO-002 is one that pods may go to, also when nobody is there", () => {
    const group = spreadOf(0, zoneA, zoneB);
    group.plan(zoneA, 2);
    assert.equal(group.least, 0);
    group.settle(zoneB, 1);
    assert.equal(group.least, 1);
  });

  it("TOPO-008 is one that they may not go to from the first pod on that is counted there", () => {
    const group = spreadOf(2, zoneA);
    group.plan(zoneA, 2);
    assert.equal(group.least, 0);
    group.plan(zoneC, 1);
    assert.equal(group.least, 1);
    group.plan(zoneC, -1);
    group.settle(zoneB, 3);
    assert.equal(group.least, 2);
  });
});
