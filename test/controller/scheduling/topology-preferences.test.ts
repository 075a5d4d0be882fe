import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Affinity, Pod, PodSpec } from "#controller/api/pod";
import type { Plan } from "#controller/scheduling/plan";
import type { SchedulingSettings } from "#controller/scheduling/problem";
import { choice, nodePool, problem } from "#support/builders";
import {
  apart,
  countsBy,
  isIn,
  leftOver,
  machines,
  near,
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

const { capacityType, hostname, zone } = labels;
const onlyA = () => [poolWith([isIn(zone, zoneA)])];
const weighted = (key: string, weight: number) => ({ weight, podAffinityTerm: termFor(key, web) });
const preferring = (...zones: readonly string[]): NonNullable<Affinity["nodeAffinity"]> => ({
  preferredDuringSchedulingIgnoredDuringExecution: zones.map((each, position) => ({
    weight: 100 - position,
    preference: { matchExpressions: [isIn(zone, each)] },
  })),
});

const preferences: Readonly<Record<string, Partial<PodSpec>>> = {
  "node affinity": { affinity: { nodeAffinity: preferring("nowhere", "neither-there") } },
  "spread with ScheduleAnyway": {
    topologySpreadConstraints: [spreadOver(zone, { whenUnsatisfiable: "ScheduleAnyway", minDomains: 1 })],
  },
  "pod affinity": {
    affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [weighted("rack", 5)] } },
  },
  "pod anti-affinity": {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [weighted(zone, 50), weighted(capacityType, 10)],
      },
    },
  },
  "node affinity for a hostname": {
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [isIn(hostname, "unheard-of")] } },
        ],
      },
    },
  },
};

function planned(pods: readonly Pod[], settings: Partial<SchedulingSettings> = {}): Plan {
  return planOf({ pods, settings: { ...problem({}).settings, ...settings } });
}

describe("preferences about other pods", () => {
  for (const [what, spec] of Object.entries(preferences)) {
    it(`PROV-012 PROV-013 SCHED-012 TOPO-013 keep nobody off a node for good: ${what}`, () => {
      assert.equal(leftOver(planOf({ pods: podsOf(5, web, spec), pools: onlyA() })), 0);
    });

    it(`PROV-014 are nothing at all when they are to be ignored: ${what}`, () => {
      assert.equal(planned(podsOf(5, web, spec), { preferences: "Ignore" }).newNodes.length, 1);
    });
  }

  it("TOPO-004 PROV-014 spread pods as if it were required while it can be, unless they are to be ignored", () => {
    const pods = () =>
      podsOf(4, web, { topologySpreadConstraints: [spreadOver(hostname, { whenUnsatisfiable: "ScheduleAnyway" })] });
    assert.equal(planned(pods()).newNodes.length, 4);
    assert.equal(planned(pods(), { preferences: "Ignore" }).newNodes.length, 1);
  });

  it("TOPO-013 keep pods apart and together as long as that can be", () => {
    const apartOnes = podsOf(4, web, {
      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [weighted(zone, 1)] } },
    });
    assert.equal(leftOver(planned(apartOnes)), 0);
    assert.equal(sharesBy(planned(apartOnes), zone, apartOnes).length >= 3, true);
    const together = podsOf(4, web, {
      affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [weighted(hostname, 1)] } },
    });
    assert.deepEqual(sharesBy(planned(together), hostname, together), [4]);
  });

  it("TOPO-013 yield to what is required", () => {
    const spec: Partial<PodSpec> = {
      affinity: {
        ...near(termFor(zone, web)).affinity,
        podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [weighted(zone, 100)] },
      },
    };
    const pods = podsOf(3, web, spec);
    const plan = planned(pods);
    assert.equal(leftOver(plan), 0);
    assert.equal(sharesBy(plan, zone, pods)[0], 3);
    const reverse: Partial<PodSpec> = {
      affinity: {
        ...apart(termFor(zone, web)).affinity,
        podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [weighted(zone, 100)] },
      },
    };
    const kept = podsOf(3, web, reverse);
    assert.deepEqual(sharesBy(planned(kept), zone, kept), [1, 1, 1]);
  });

  it("SCHED-011 PROV-011 are given up before a required term, and terms are tried in order", () => {
    const terms = [["nowhere"], [zoneC]].map((values) => ({ matchExpressions: [isIn(zone, ...values)] }));
    const pods = podsOf(2, web, {
      affinity: {
        nodeAffinity: {
          ...preferring(zoneB),
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
        },
      },
    });
    assert.deepEqual(countsBy(planned(pods), zone, pods), [[zoneC, 2]]);
  });

  it("PROV-012 PROV-015 put up with PreferNoSchedule taints last of all", () => {
    const soft = choice(
      nodePool({
        spec: { template: { spec: { taints: [{ key: "slow", effect: "PreferNoSchedule" }] } } },
      }),
      machines,
    );
    const pods = podsOf(2, web, { affinity: { nodeAffinity: preferring("nowhere") } });
    const clean = poolWith();
    const chosen = (pools: readonly (typeof clean)[]) => planOf({ pods, pools }).newNodes.map(({ pool }) => pool);
    assert.deepEqual(chosen([soft, clean]), [clean.pool]);
    assert.deepEqual(chosen([soft]), [soft.pool]);
  });
});
