import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { PodSpec, TopologySpreadConstraint } from "#controller/api/pod";
import type { Problem } from "#controller/scheduling/problem";
import { podAsking, podsAsking } from "#support/builders";
import {
  countsBy,
  isIn,
  leftOver,
  labelled,
  nodeIn,
  planOf,
  podsOf,
  poolWith,
  sharesBy,
  spreading,
  spreadOver,
  web,
  zoneA,
  zoneB,
} from "#support/topology-plans";

const { arch, capacityType, hostname, zone } = labels;

describe("spread over hostnames", () => {
  it("TOPO-003 puts no more pods on a node than the skew allows", () => {
    for (const maxSkew of [1, 2, 4]) {
      const pods = spreading(4, spreadOver(hostname, { maxSkew }));
      const plan = planOf({ pods });
      assert.ok(
        sharesBy(plan, hostname, pods).every((count) => count <= maxSkew),
        `${maxSkew}`,
      );
      assert.equal(plan.newNodes.length, Math.ceil(4 / maxSkew));
    }
  });

  it("TOPO-003 lets pods of several deployments share nodes", () => {
    const kinds = ["one", "two"].map((app) =>
      podsOf(
        3,
        { app },
        { topologySpreadConstraints: [spreadOver(hostname, { labelSelector: { matchLabels: { app } } })] },
      ),
    );
    assert.equal(planOf({ pods: kinds.flat() }).newNodes.length, 3);
  });

  it("TOPO-003 keeps to it among pods of both architectures", () => {
    const of = (value: string) =>
      podsOf(2, web, { topologySpreadConstraints: [spreadOver(hostname)], nodeSelector: { [arch]: value } });
    const pods = [...of("amd64"), ...of("arm64")];
    assert.deepEqual(sharesBy(planOf({ pods }), hostname, pods), [1, 1, 1, 1]);
  });

  it("TOPO-003 SCHED-017 counts nodes that are there or on their way", () => {
    const nodes = [nodeIn(zoneA, 1), { ...nodeIn(zoneB, 0), initialized: false }];
    const plan = planOf({ pods: spreading(2, spreadOver(hostname)), nodes });
    assert.deepEqual([...plan.existing.keys()], [nodes[1]?.name]);
    assert.equal(plan.newNodes.length, 1);
  });
});

interface Case {
  readonly count: number;
  readonly constraint?: Partial<TopologySpreadConstraint>;
  readonly spec?: Partial<PodSpec>;
  readonly rest?: () => Partial<Problem>;
  readonly shares: readonly number[];
  readonly left?: number;
}

const requiring = (key: string, value: string): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [isIn(key, value)] }],
      },
    },
  },
});

const casesOf = (key: string, [one = "", other = ""]: readonly string[]): Readonly<Record<string, Case>> => ({
  evenly: { count: 5, shares: [3, 2] },
  "within the pool's alone": { count: 3, rest: () => ({ pools: [poolWith([isIn(key, one)])] }), shares: [3] },
  "making up for pods that run": {
    count: 2,
    rest: () => ({ nodes: [{ ...nodeIn(zoneA, 2, { labels: { [key]: one } }), allocatable: {} }] }),
    shares: [2],
  },
  "no further than a value that the pools lack allows": {
    count: 3,
    rest: () => ({
      pools: [poolWith([isIn(key, one)])],
      nodes: [{ ...nodeIn(zoneA, 0, { labels: { [key]: other } }), allocatable: {} }],
    }),
    shares: [1],
    left: 2,
  },
  "as far as can be when anything goes": {
    count: 3,
    constraint: { whenUnsatisfiable: "ScheduleAnyway" },
    rest: () => ({
      pools: [poolWith([isIn(key, one)])],
      nodes: [{ ...nodeIn(zoneA, 0, { labels: { [key]: other } }), allocatable: {} }],
    }),
    shares: [3],
  },
  "within their node selector": { count: 3, spec: { nodeSelector: { [key]: one } }, shares: [3] },
  "within their required affinity": { count: 3, spec: requiring(key, other), shares: [3] },
});

const keys: Readonly<Record<string, readonly string[]>> = {
  [capacityType]: ["on-demand", "spot"],
  [arch]: ["amd64", "arm64"],
};

for (const [key, values] of Object.entries(keys)) {
  describe(`spread over ${key}`, () => {
    for (const [what, { count, constraint, spec, rest, shares, left = 0 }] of Object.entries(casesOf(key, values))) {
      it(`TOPO-004 TOPO-012 places pods ${what}`, () => {
        const pods = podsOf(count, web, { ...spec, topologySpreadConstraints: [spreadOver(key, constraint)] });
        const plan = planOf({ pods, ...rest?.() });
        assert.equal(leftOver(plan), left);
        const placed = sharesBy(plan, key, pods);
        if (constraint === undefined) assert.deepEqual(placed, shares);
        else
          assert.equal(
            placed.reduce((sum, each) => sum + each, 0),
            shares[0],
          );
      });
    }
  });
}

describe("spread over several labels", () => {
  it("TOPO-005 keeps to hostnames and zones at once", () => {
    for (const count of [2, 5, 11]) {
      const pods = spreading(count, spreadOver(zone), spreadOver(hostname, { maxSkew: 3 }));
      const plan = planOf({ pods });
      assert.equal(leftOver(plan), 0);
      const [most = 0, ...others] = sharesBy(plan, zone, pods);
      const least = others.length === 2 ? (others.at(-1) ?? 0) : 0;
      assert.ok(most - least <= 1, `${count}`);
      assert.ok(sharesBy(plan, hostname, pods).every((each) => each <= 3));
    }
  });

  it("TOPO-005 heeds what the pool requires", () => {
    const pods = spreading(4, spreadOver(zone), spreadOver(hostname, { maxSkew: 3 }));
    const plan = planOf({ pods, pools: [poolWith([isIn(zone, zoneA, zoneB)])] });
    assert.deepEqual(countsBy(plan, zone, pods), [
      [zoneA, 2],
      [zoneB, 2],
    ]);
  });

  it("TOPO-009 keeps to zones and capacity types at once", () => {
    const pods = spreading(6, spreadOver(zone), spreadOver(capacityType));
    const plan = planOf({ pods });
    assert.deepEqual(sharesBy(plan, zone, pods), [2, 2, 2]);
    assert.deepEqual(sharesBy(plan, capacityType, pods), [3, 3]);
  });

  it("TOPO-010 keeps to hostnames, zones and capacity types at once", () => {
    const pods = spreading(12, spreadOver(zone), spreadOver(capacityType), spreadOver(hostname, { maxSkew: 2 }));
    const plan = planOf({ pods });
    assert.deepEqual(sharesBy(plan, zone, pods), [4, 4, 4]);
    assert.deepEqual(sharesBy(plan, capacityType, pods), [6, 6]);
    assert.ok(sharesBy(plan, hostname, pods).every((each) => each <= 2));
  });

  it("TOPO-009 does not look at nodes that lack one of the labels", () => {
    const lacking = { ...nodeIn(zoneA, 1), allocatable: {} };
    const others = Object.fromEntries(Object.entries(lacking.labels).filter(([key]) => key !== capacityType));
    const pods = spreading(3, spreadOver(zone), spreadOver(capacityType, { maxSkew: 3 }));
    const plan = planOf({ pods, nodes: [{ ...lacking, labels: others }] });
    assert.deepEqual(sharesBy(plan, zone, pods), [1, 1, 1]);
  });

  it("TOPO-009 puts pods that are merely counted where the labels are missing, if need be", () => {
    const plain = podsAsking(1, { cpu: "1" }).map((pod) => labelled(pod, web));
    const spread = [labelled(podAsking({ cpu: "50" }, { topologySpreadConstraints: [spreadOver("team")] }), web)];
    assert.deepEqual(
      planOf({ pods: [...plain, ...spread] }).unschedulable.map(({ pod }) => pod),
      spread,
    );
  });
});
