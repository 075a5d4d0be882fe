import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import type { Problem } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, podAsking, podsAsking } from "#support/builders";
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
  spreadOver,
  termFor,
  web,
  zoneA,
  zoneB,
  zoneC,
} from "#support/topology-plans";

const { arch, hostname, zone } = labels;
const db = { app: "db" };

/** Domains in which the pods are, each once. */
const domainsOf = (parts: Partial<Problem>, key: string, pods: readonly Pod[]): readonly string[] =>
  countsBy(planOf(parts), key, pods).map(([domain]) => domain);

describe("pod affinity", () => {
  for (const key of [hostname, zone, arch, labels.capacityType]) {
    it(`TOPO-013 SCHED-022 keeps pods together that follow their like, also when there is none yet: ${key}`, () => {
      const pods = podsOf(5, web, near(termFor(key, web)));
      const plan = planOf({ pods });
      assert.deepEqual(sharesBy(plan, key, pods), [5]);
    });
  }

  it("TOPO-013 brings pods to those they follow", () => {
    for (const key of [hostname, zone, arch]) {
      const leaders = podsOf(1, web);
      const followers = podsOf(4, db, near(termFor(key, web)));
      const plan = planOf({ pods: [...followers, ...leaders] });
      assert.equal(leftOver(plan), 0);
      assert.equal(sharesBy(plan, key, [...leaders, ...followers])[0], 5, key);
    }
  });

  it("TOPO-013 brings them to nodes that are there, and that have such pods", () => {
    const nodes = [nodeIn(zoneA), nodeIn(zoneB, 1)];
    const onHost = planOf({ pods: podsOf(1, db, near(termFor(hostname, web))), nodes });
    assert.deepEqual([...onHost.existing.keys()], [nodes[1]?.name]);
    const large = [labelled(podAsking({ cpu: "7" }, near(termFor(zone, web))), db)];
    assert.deepEqual(domainsOf({ pods: large, nodes }, zone, large), [zoneB]);
  });

  it("TOPO-013 leaves pods alone that follow nobody there is", () => {
    for (const key of [hostname, zone])
      assert.equal(leftOver(planOf({ pods: podsOf(2, db, near(termFor(key, web))) })), 2);
  });

  it("TOPO-013 follows along chains, in whatever order pods come", () => {
    for (const key of [hostname, zone]) {
      const names = ["a", "b", "c", "d"];
      const chain = names.map((app, i) => {
        const before = names[i - 1];
        const spec = before === undefined ? {} : near(termFor(key, { app: before }));
        return labelled(podAsking({ cpu: `${100 * (i + 1)}m` }, spec), { app });
      });
      for (const pods of [chain, chain.toReversed()]) {
        const plan = planOf({ pods });
        assert.deepEqual(sharesBy(plan, key, pods), [4], key);
      }
    }
  });

  it("TOPO-013 leaves a ring of pods alone that all wait for another", () => {
    const ring = [podsOf(1, web, near(termFor(zone, db))), podsOf(1, db, near(termFor(zone, web)))].flat();
    assert.equal(leftOver(planOf({ pods: ring })), 2);
  });

  it("TOPO-013 wants company that meets all terms at once", () => {
    const both = { app: "web", tier: "front" };
    const followers = () => podsOf(1, { app: "x" }, near(termFor(zone, web), termFor(arch, { tier: "front" })));
    const apart = [nodeIn(zoneA, 1), nodeIn(zoneA, 1, { own: { tier: "front" } })];
    assert.equal(leftOver(planOf({ pods: followers(), nodes: apart })), 1);
    assert.equal(leftOver(planOf({ pods: followers(), nodes: [nodeIn(zoneA, 1, { own: both })] })), 0);
  });

  it("TOPO-013 looks in its own namespace, in those listed, and in those selected", () => {
    const namespaces = [
      { metadata: { name: "default" } },
      { metadata: { name: "other", labels: { tier: "back" } } },
      { metadata: { name: "third" } },
    ];
    const leader = () => labelled(podAsking({ cpu: "100m" }, { nodeSelector: { [zone]: zoneC } }), web, "other");
    const left = (term: Parameters<typeof termFor>[2]) =>
      leftOver(planOf({ pods: [leader(), ...podsOf(1, db, near(termFor(zone, web, term)))], namespaces }));
    assert.equal(left({}), 1);
    assert.equal(left({ namespaces: ["other"] }), 0);
    assert.equal(left({ namespaces: ["third"] }), 1);
    assert.equal(left({ namespaceSelector: { matchLabels: { tier: "back" } } }), 0);
    assert.equal(left({ namespaceSelector: { matchLabels: { tier: "front" } } }), 1);
    assert.equal(left({ namespaceSelector: { matchLabels: { tier: "front" } }, namespaces: ["other"] }), 0);
    assert.equal(left({ namespaceSelector: {} }), 0);
  });

  it("TOPO-013 SCHED-022 does not start anew beside pods that its own may not join", () => {
    const nodes = [nodeIn(zoneA, 1)];
    const pods = podsOf(1, web, { ...near(termFor(zone, web)), nodeSelector: { [zone]: zoneB } });
    assert.equal(leftOver(planOf({ pods, nodes })), 1);
  });

  it("TOPO-013 nor where those that they were to join find no place after all", () => {
    const inA = { nodeSelector: { [zone]: zoneA } };
    const leader = labelled(podAsking({ cpu: "1950m" }, inA), web);
    const follower = labelled(podAsking({ cpu: "1200m" }, { ...near(termFor(zone, web)), ...inA }), web);
    const small = [instanceType("one", { cpu: 2, memoryGi: 8 })];
    const pools = [choice(nodePool({ spec: { limits: { nodes: "1" } } }), small)];
    const full = { ...nodeIn(zoneC, 1), allocatable: {} };
    const { unschedulable } = planOf({ pods: [leader, follower], nodes: [full], pools });
    assert.ok(unschedulable.some(({ pod }) => pod === follower));
  });

  it("TOPO-013 SCHED-022 does not start anew where there are such pods, though not in a domain of each term", () => {
    const pools = [poolWith([isIn("team", "red")])];
    const pods = () => podsOf(2, web, near(termFor(zone, web), termFor("team", web)));
    assert.equal(leftOver(planOf({ pods: pods(), pools, nodes: [nodeIn(zoneA, 1)] })), 2);
    assert.equal(leftOver(planOf({ pods: pods(), pools })), 0);
  });

  it("TOPO-013 nor where there are such pods, when those in a domain of each term find no place after all", () => {
    const minValues = [{ key: labels.instanceType, operator: "Exists" as const, minValues: 9 }];
    const pools = ["picky", "plain"].map((name) => {
      const { pool, ...rest } = poolWith([isIn("team", "red"), ...(name === "picky" ? minValues : [])]);
      return { ...rest, pool: { ...pool, metadata: { name } } };
    });
    const lost = podsOf(1, web, { nodeSelector: { [labels.nodePool]: "picky" } });
    const followers = podsOf(2, web, near(termFor(labels.capacityType, web), termFor("team", web)));
    const nodes = [{ ...nodeIn(zoneC, 1), allocatable: {} }];
    assert.equal(leftOver(planOf({ pods: [...lost, ...followers], nodes, pools })), 3);
  });

  it("TOPO-013 counts a leader once, whose node is opened for followers that cannot join it", () => {
    const pools = ["one", "two", "three"].map((name) => {
      const { pool, ...rest } = poolWith();
      return { ...rest, pool: { ...pool, metadata: { name } } };
    });
    const nodes = [{ ...nodeIn(zoneA, 1, { labels: { [labels.capacityType]: "spot" } }), allocatable: {} }];
    const leader = podsOf(1, web, {
      ...apart(termFor(hostname, web)),
      topologySpreadConstraints: [spreadOver(labels.capacityType)],
    });
    const plan = planOf({ pods: [...podsOf(3, web, near(termFor(hostname, web))), ...leader], pools, nodes });
    assert.deepEqual(countsBy(plan, labels.capacityType, leader), [["on-demand", 1]]);
    assert.equal(plan.newNodes.length, 1);
  });

  it("TOPO-013 SCHED-022 lets them start among others, where there can be no further node", () => {
    const [some, others] = [podsOf(1, web, near(termFor(hostname, web))), podsOf(1, db, near(termFor(hostname, db)))];
    const pool = nodePool({ spec: { limits: { nodes: "1" } } });
    const plan = planOf({
      pods: [...some, ...others],
      pools: [choice(pool, [instanceType("m5.large", { cpu: 4, memoryGi: 8 })])],
    });
    assert.deepEqual(sharesBy(plan, hostname, [...some, ...others]), [2]);
  });

  it("TOPO-013 SCHED-022 lets one kind of pods be the first, where two are company for each other", () => {
    const shape = { cpu: 2, memoryGi: 8, extra: { "nvidia.com/gpu": "1" } };
    const pools = [
      choice(nodePool(), [
        instanceType("plain.a", { ...shape, zones: [zoneA], extra: {} }),
        instanceType("gpu.a", { ...shape, zones: [zoneA], price: 3 }),
        instanceType("gpu.b", { ...shape, zones: [zoneB], price: 2 }),
      ]),
    ];
    const overNodes = labelled(podAsking({ cpu: "1500m" }, near(termFor(hostname, web))), web);
    const overZones = labelled(podAsking({ cpu: "1500m", "nvidia.com/gpu": "1" }, near(termFor(zone, web))), web);
    const pods = [overNodes, overZones];
    assert.deepEqual(countsBy(planOf({ pods, pools }), zone, pods), [[zoneA, 2]]);
  });

  it("TOPO-013 goes with spread", () => {
    const leaders = podsOf(3, web, { topologySpreadConstraints: [spreadOver(zone)] });
    const followers = podsOf(3, db, {
      ...near(termFor(zone, web)),
      topologySpreadConstraints: [spreadOver(zone, { labelSelector: { matchLabels: db } })],
    });
    const plan = planOf({ pods: [...followers, ...leaders] });
    assert.deepEqual(sharesBy(plan, zone, followers), [1, 1, 1]);
  });

  it("TOPO-013 fills a node with followers up to its room", () => {
    const only = choice(nodePool(), [instanceType("one", { cpu: 2, memoryGi: 8 })]);
    const pods = podsAsking(3, { cpu: "900m" }, near(termFor(hostname, web))).map((pod) => labelled(pod, web));
    assert.equal(leftOver(planOf({ pods, pools: [only] })), 1);
  });

  it("TOPO-013 follows within what the pool requires", () => {
    const pods = podsOf(3, web, near(termFor(zone, web)));
    assert.deepEqual(domainsOf({ pods, pools: [poolWith([isIn(zone, zoneC)])] }, zone, pods), [zoneC]);
  });
});
