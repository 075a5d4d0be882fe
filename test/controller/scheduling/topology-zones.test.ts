import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Pod, PodSpec, TopologySpreadConstraint } from "#controller/api/pod";
import type { Problem } from "#controller/scheduling/problem";
import { instanceType, podsAsking } from "#support/builders";
import { type DeepPartial, merge } from "#support/merge";
import {
  countsBy,
  isIn,
  labelled,
  leftOver,
  nodeIn,
  planOf,
  podsOf,
  poolWith,
  sharesBy,
  spreading,
  spreadOver,
  web,
  webs,
  zoneA,
  zoneB,
  zoneC,
} from "#support/topology-plans";

const { zone } = labels;

interface Case {
  readonly constraint?: Partial<TopologySpreadConstraint>;
  readonly spec?: Partial<PodSpec>;
  readonly count: number;
  /** Made in the test, so that names are its own. */
  readonly rest?: () => Partial<Problem>;
  /** Pods for each zone on new nodes, the fullest first. */
  readonly shares: readonly number[];
  readonly left?: number;
}

const onlyIn = (...zones: readonly string[]): Partial<Problem> => ({ pools: [poolWith([isIn(zone, ...zones)])] });
const expression = { matchExpressions: [{ key: "app", operator: "In" as const, values: ["web", "other"] }] };

const cases: Readonly<Record<string, Case>> = {
  "evenly over three zones": { count: 4, shares: [2, 1, 1] },
  "by expressions": { count: 6, constraint: { labelSelector: expression }, shares: [2, 2, 2] },
  "over the pool's zones alone": { count: 4, rest: () => onlyIn(zoneA, zoneB), shares: [2, 2] },
  "with a skew that is larger": { count: 5, constraint: { maxSkew: 4 }, shares: [2, 2, 1] },
  "making up for pods that run": { count: 4, rest: () => ({ nodes: [full(zoneA), full(zoneA)] }), shares: [2, 2] },
  "with a domain that only a node shows": {
    count: 5,
    rest: () => ({ ...onlyIn(zoneA, zoneB), nodes: [{ ...nodeIn("elsewhere"), allocatable: {} }] }),
    shares: [1, 1],
    left: 3,
  },
  "not at all by a selector that no label can meet": {
    count: 3,
    constraint: { labelSelector: { matchLabels: { app: "{{ invalid }}" } } },
    shares: [3],
  },
  "one each while there are fewer zones than minDomains": {
    count: 5,
    constraint: { minDomains: 4 },
    shares: [1, 1, 1],
    left: 2,
  },
  "with as many zones as minDomains": { count: 6, constraint: { minDomains: 3 }, shares: [2, 2, 2] },
  "with more zones than minDomains": { count: 6, constraint: { minDomains: 2 }, shares: [2, 2, 2] },
  "within their node selector": { count: 3, spec: { nodeSelector: { [zone]: zoneB } }, shares: [3] },
  "within their required affinity": { count: 4, spec: affinity("required"), shares: [2, 2] },
  "regardless of preferences": { count: 6, spec: affinity("preferred"), shares: [2, 2, 2] },
};

/** A node in the zone with one pod of app web and no room for more. */
function full(where: string) {
  return { ...nodeIn(where, 1), allocatable: { cpu: "0", pods: "1" } };
}

function affinity(how: "required" | "preferred"): Partial<PodSpec> {
  const term = { matchExpressions: [isIn(zone, zoneA, zoneC)] };
  return {
    affinity: {
      nodeAffinity:
        how === "required"
          ? { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } }
          : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: term }] },
    },
  };
}

describe("spread over zones", () => {
  for (const [what, { constraint, spec, count, rest, shares, left = 0 }] of Object.entries(cases)) {
    it(`TOPO-001 TOPO-002 TOPO-011 places pods ${what}`, () => {
      const pods = podsOf(count, web, { ...spec, topologySpreadConstraints: [spreadOver(zone, constraint)] });
      const plan = planOf({ pods, ...rest?.() });
      const placed = sharesBy(plan, zone, pods);
      if (shares.length === 1)
        assert.equal(
          placed.reduce((sum, each) => sum + each, 0),
          shares[0],
        );
      else assert.deepEqual(placed, shares);
      assert.equal(leftOver(plan), left);
    });
  }

  it("TOPO-001 leaves pods alone that are to be spread over a label no node has, and places the others", () => {
    const [odd, others] = [spreading(1, spreadOver("unheard-of")), podsOf(1, web)];
    const plan = planOf({ pods: [...odd, ...others] });
    assert.deepEqual(
      plan.unschedulable.map(({ pod }) => pod),
      odd,
    );
  });

  it("TOPO-001 spreads nobody by a selector that is missing", () => {
    const unselective = { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: "DoNotSchedule" } as const;
    const pods = podsOf(3, web, { topologySpreadConstraints: [unselective], nodeSelector: { [zone]: zoneA } });
    assert.deepEqual(countsBy(planOf({ pods }), zone, pods), [[zoneA, 3]]);
  });

  it("TOPO-002 SCHED-017 counts nodes on their way, and uses their room as far as the skew goes", () => {
    const coming = { ...nodeIn(zoneA, 1), initialized: false };
    const pods = spreading(2, spreadOver(zone));
    const plan = planOf({ pods, nodes: [coming] });
    assert.equal(plan.existing.size, 0);
    assert.deepEqual(countsBy(plan, zone, pods), [
      [zoneB, 1],
      [zoneC, 1],
    ]);
  });

  it("TOPO-002 counts pods that run in other namespaces, end or go for nothing", () => {
    const resident = nodeIn(zoneA, 1);
    const variants: readonly DeepPartial<Pod>[] = [
      { metadata: { namespace: "other" } },
      { status: { phase: "Succeeded" } },
      { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } },
    ];
    for (const variant of variants) {
      const gone = resident.pods.map((pod) => merge(pod, variant));
      const plan = planOf({ pods: spreading(1, spreadOver(zone)), nodes: [{ ...resident, pods: gone }] });
      assert.equal(plan.existing.size, 1, JSON.stringify(variant));
    }
  });

  it("TOPO-002 spreads two kinds of pods by each other", () => {
    const db = { app: "db" };
    const both = { matchExpressions: [{ key: "app", operator: "In" as const, values: ["web", "db"] }] };
    const ofBoth = [spreadOver(zone, { labelSelector: both })];
    const pods = [
      ...podsOf(3, web, { topologySpreadConstraints: ofBoth }),
      ...podsOf(3, db, { topologySpreadConstraints: ofBoth }),
    ];
    assert.deepEqual(sharesBy(planOf({ pods }), zone, pods), [2, 2, 2]);
    const byOthers = [
      ...podsOf(2, web, { topologySpreadConstraints: [spreadOver(zone, { labelSelector: { matchLabels: db } })] }),
      ...podsOf(2, db, { topologySpreadConstraints: [spreadOver(zone, { labelSelector: webs })] }),
    ];
    assert.equal(leftOver(planOf({ pods: byOthers })), 0);
  });

  it("TOPO-002 takes another zone than the emptiest when that one has no machine for the pod", () => {
    const large = spreading(2, spreadOver(zone, { maxSkew: 2 }));
    const inAlone = poolWith([isIn(zone, zoneB)]);
    const nodes = [nodeIn(zoneA, 0), full(zoneB)].map((each) => ({ ...each, allocatable: { cpu: "0", pods: "1" } }));
    const plan = planOf({ pods: large.slice(0, 1), pools: [inAlone], nodes });
    assert.deepEqual(countsBy(plan, zone, large), [[zoneB, 1]]);
  });

  it("TOPO-002 uses room on nodes once others have evened out the zones", () => {
    const small = instanceType("small", { cpu: 1, memoryGi: 4 });
    const { pool, ...rest } = poolWith([isIn(zone, zoneA, zoneC)], [small]);
    const limited = { ...rest, pool: { ...pool, spec: { ...pool.spec, limits: { nodes: "2" } } } };
    const pods = podsAsking(3, { cpu: "900m" }, { topologySpreadConstraints: [spreadOver(zone)] });
    const plan = planOf({ pods: pods.map((each) => labelled(each, web)), pools: [limited], nodes: [nodeIn(zoneB, 1)] });
    assert.equal(leftOver(plan), 0);
    assert.equal(plan.existing.size, 1);
  });

  it("TOPO-002 deals pods anew that find no place in their zone", () => {
    const limited = poolWith();
    const pool = { ...limited.pool, spec: { ...limited.pool.spec, limits: { nodes: "1" } } };
    const pods = spreading(6, spreadOver(zone, { maxSkew: 6 }));
    const plan = planOf({ pods, pools: [{ ...limited, pool }] });
    assert.equal(leftOver(plan), 0);
    assert.equal(plan.newNodes.length, 1);
  });
});
