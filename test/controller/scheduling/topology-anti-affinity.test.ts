import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import { podAsking, podOn } from "#support/builders";
import { merge } from "#support/merge";
import {
  apart,
  countsBy,
  isIn,
  labelled,
  leftOver,
  near,
  nodeIn,
  planOf,
  podsOf,
  poolWith,
  sharesBy,
  termFor,
  web,
  zoneA,
  zoneB,
  zoneC,
} from "#support/topology-plans";

const { arch, capacityType, hostname, zone } = labels;
const db = { app: "db" };
const zones = [zoneA, zoneB, zoneC];

/** A node in the zone with a pod that keeps pods of app web away. */
function repelling(where: string, key: string) {
  const node = nodeIn(where);
  const resident = merge(labelled(podOn(node.name), db), { spec: apart(termFor(key, web)) });
  return { ...node, pods: [resident] };
}

describe("pod anti-affinity", () => {
  const most: Readonly<Record<string, number>> = { [hostname]: 5, [zone]: 3, [arch]: 2, [capacityType]: 2 };
  for (const [key, count] of Object.entries(most)) {
    it(`TOPO-013 keeps pods apart from their like as far as domains go: ${key}`, () => {
      const pods = podsOf(5, web, apart(termFor(key, web)));
      const plan = planOf({ pods });
      assert.deepEqual(
        sharesBy(plan, key, pods),
        Array.from({ length: count }, () => 1),
      );
      assert.equal(leftOver(plan), 5 - count);
    });
  }

  it("TOPO-013 keeps pods out of where those are that they avoid", () => {
    const nodes = [nodeIn(zoneA, 1), nodeIn(zoneB)];
    const pods = podsOf(1, db, apart(termFor(zone, web)));
    assert.deepEqual([...planOf({ pods, nodes }).existing.keys()], [nodes[1]?.name]);
    assert.equal(leftOver(planOf({ pods, nodes: zones.map((each) => nodeIn(each, 1)) })), 1);
  });

  it("TOPO-013 keeps others away in turn, whichever comes first", () => {
    for (const cpu of ["100m", "1"]) {
      const owner = labelled(podAsking({ cpu }, { ...apart(termFor(zone, web)), nodeSelector: { [zone]: zoneA } }), db);
      const others = podsOf(3, web);
      const plan = planOf({ pods: [owner, ...others] });
      assert.equal(leftOver(plan), 0);
      assert.ok(countsBy(plan, zone, others).every(([domain]) => domain !== zoneA && domain !== "unsettled"));
    }
  });

  it("TOPO-013 keeps others away from pods that run", () => {
    for (const key of [hostname, zone]) {
      const node = repelling(zoneA, key);
      const plan = planOf({ pods: podsOf(2, web), nodes: [node] });
      assert.equal(plan.existing.size, 0);
      assert.equal(leftOver(plan), 0);
    }
    const everywhere = zones.map((each) => repelling(each, zone));
    assert.equal(leftOver(planOf({ pods: podsOf(2, web), nodes: everywhere })), 2);
  });

  it("TOPO-013 settles the zone of pods that others avoid, so that these find another", () => {
    const avoided = podsOf(1, web);
    const pods = [...avoided, ...podsOf(1, db, apart(termFor(zone, web)))];
    const plan = planOf({ pods });
    assert.equal(leftOver(plan), 0);
    assert.deepEqual(sharesBy(plan, zone, pods), [1, 1]);
  });

  it("TOPO-013 is not about nodes without the label", () => {
    const pods = podsOf(3, web, apart(termFor("rack", web)));
    assert.equal(leftOver(planOf({ pods })), 0);
  });

  it("TOPO-013 looks in the namespaces that it names", () => {
    const left = (more: Parameters<typeof termFor>[2]) => {
      const other = labelled(podAsking({ cpu: "1" }), web, "other");
      const pools = [poolWith([isIn(zone, zoneA)])];
      return leftOver(planOf({ pods: [other, ...podsOf(1, db, apart(termFor(zone, web, more)))], pools }));
    };
    assert.equal(left({}), 0);
    assert.equal(left({ namespaces: ["other"] }), 1);
    assert.equal(left({ namespaceSelector: {} }), 1);
  });

  it("TOPO-013 may be at odds with affinity: then nobody is placed", () => {
    const pods = podsOf(1, db, {
      affinity: { ...near(termFor(zone, web)).affinity, ...apart(termFor(zone, web)).affinity },
    });
    assert.equal(leftOver(planOf({ pods, nodes: [nodeIn(zoneA, 1)] })), 1);
  });

  it("TOPO-013 goes with affinity over a larger domain", () => {
    const spec = { affinity: { ...near(termFor(zone, web)).affinity, ...apart(termFor(hostname, web)).affinity } };
    const pods = podsOf(4, web, spec);
    const plan = planOf({ pods });
    assert.deepEqual(sharesBy(plan, zone, pods), [4]);
    assert.deepEqual(sharesBy(plan, hostname, pods), [1, 1, 1, 1]);
  });
});
