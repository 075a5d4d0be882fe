import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { NodeSelectorTerm, PodSpec } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import { effectiveZone } from "#controller/scheduling/effective-zone";
import { requirementsOf } from "#controller/scheduling/requirements";
import { pod, podAsking, testZones } from "#support/builders";
import { apart, near, nodeIn, planOf, podsOf, spreading, spreadOver, termFor, web } from "#support/topology-plans";

const [a, b, c] = testZones;
type Zones = readonly string[];

const inZones = (values: Zones, operator: RequirementSpec["operator"] = "In"): NodeSelectorTerm => ({
  matchExpressions: [{ key: labels.zone, operator, values }],
});
const required = (...nodeSelectorTerms: readonly NodeSelectorTerm[]): Partial<PodSpec> => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const preferred = (preference: NodeSelectorTerm): Partial<PodSpec> => ({
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] } },
});
const selecting = (zone: string): Partial<PodSpec> => ({ nodeSelector: { [labels.zone]: zone } });
const arm: NodeSelectorTerm = { matchExpressions: [{ key: labels.arch, operator: "In", values: ["arm64"] }] };

interface Case {
  readonly spec?: Partial<PodSpec>;
  /** Alternatives of where the pod's volumes are. */
  readonly volumes?: readonly Zones[];
  /** What spread and pod affinity leave open. */
  readonly open?: Zones;
}

const cases: readonly (readonly [string, Case, string])[] = [
  ["nothing said", {}, "flexible"],
  ["a selector", { spec: selecting(b) }, b],
  ["one required zone", { spec: required(inZones([b])) }, b],
  ["several required zones", { spec: required(inZones([a, b])) }, "flexible"],
  [
    "alternatives in one zone",
    { spec: required({ matchExpressions: [...(inZones([b]).matchExpressions ?? [])] }, inZones([b])) },
    b,
  ],
  ["alternatives in several zones", { spec: required(inZones([a]), inZones([b])) }, "flexible"],
  ["an alternative that says nothing of zones", { spec: required(inZones([a]), arm) }, "flexible"],
  ["an excluded zone", { spec: required(inZones([a], "NotIn")) }, "flexible"],
  ["a selector against the affinity", { spec: { ...selecting(a), ...required(inZones([b])) } }, "none"],
  ["a preferred zone", { spec: preferred(inZones([b])) }, "flexible"],
  ["a volume in one zone", { volumes: [[c]] }, c],
  ["a volume in several zones", { volumes: [[b, c]] }, "flexible"],
  ["a volume with alternatives", { volumes: [[b], [c]] }, "flexible"],
  ["a selector for one zone of a volume", { spec: selecting(c), volumes: [[b], [c]] }, c],
  ["a selector against a volume", { spec: selecting(a), volumes: [[b, c]] }, "none"],
  ["an excluded zone of a volume", { spec: required(inZones([b], "NotIn")), volumes: [[b, c]] }, c],
  ["one open zone", { open: [b] }, b],
  ["several open zones", { open: [a, b] }, "flexible"],
  ["no open zone", { open: [] }, "none"],
  ["a selector for an open zone", { spec: selecting(b), open: [a, b] }, b],
  ["a selector for a zone that is not open", { spec: selecting(c), open: [a, b] }, "none"],
  ["an excluded zone of those that are open", { spec: required(inZones([a], "NotIn")), open: [a, b] }, b],
  ["a volume in a zone that is not open", { volumes: [[c]], open: [a, b] }, "none"],
];

describe("the zone that a pod can go to", () => {
  for (const [what, { spec = {}, volumes = [], open }, expected] of cases) {
    it(`SCHED-029 with ${what} is ${expected}`, () => {
      const places = volumes.map((values) => requirementsOf(inZones(values).matchExpressions));
      const zones = open === undefined ? undefined : new Set(open);

      assert.equal(effectiveZone(pod({ spec }), places.length === 0 ? [new Map()] : places, zones), expected);
    });
  }
});

describe("pods by the zone that they can go to", () => {
  const zonesOf = (parts: Parameters<typeof planOf>[0]): Readonly<Record<string, number>> =>
    Object.fromEntries([...planOf(parts).zones].map(([zone, pods]) => [zone, pods.length]));

  it("SCHED-029 are all of them but those that nobody can plan, whether they find a place or not", () => {
    const odd = podAsking({}, { resourceClaims: [{ name: "gpu" }] });
    const pods = [...podsOf(3, web), podAsking({ cpu: "900" }, selecting(b)), podAsking({}, selecting("nowhere")), odd];
    assert.deepEqual(zonesOf({ pods }), { flexible: 3, [b]: 1, nowhere: 1 });
  });

  it("SCHED-029 are where a spread lets the next one go", () => {
    const nodes = [nodeIn(a, 2), nodeIn(b, 2), nodeIn(c, 1)];
    assert.deepEqual(zonesOf({ pods: spreading(2, spreadOver(labels.zone)), nodes }), { [c]: 2 });
    assert.deepEqual(zonesOf({ pods: spreading(2, spreadOver(labels.zone, { maxSkew: 2 })), nodes }), { flexible: 2 });
  });

  it("SCHED-029 are nowhere when the spread's zone is not the one that they ask for", () => {
    const nodes = [nodeIn(a, 1), nodeIn(b, 0), nodeIn(c, 0)];
    const spread = spreadOver(labels.zone, { nodeAffinityPolicy: "Ignore" });
    const pods = podsOf(1, web, { ...selecting(a), topologySpreadConstraints: [spread] });
    assert.deepEqual(zonesOf({ pods, nodes }), { none: 1 });
  });

  it("SCHED-029 are where those are that they want to be with, or keep away from", () => {
    const [db, inB] = [{ app: "db" }, nodeIn(b, 1)];
    assert.deepEqual(zonesOf({ pods: podsOf(1, db, near(termFor(labels.zone, web))), nodes: [inB] }), { [b]: 1 });
    assert.deepEqual(zonesOf({ pods: podsOf(1, db, near(termFor(labels.zone, db))), nodes: [inB] }), { flexible: 1 });
    const nodes = [inB, nodeIn(a, 1)];
    assert.deepEqual(zonesOf({ pods: podsOf(1, db, apart(termFor(labels.zone, web))), nodes }), { [c]: 1 });
  });

  it("SCHED-029 are free of what they merely prefer, and of rules about other domains", () => {
    const soft = spreadOver(labels.zone, { whenUnsatisfiable: "ScheduleAnyway" });
    const perNode = near(termFor(labels.hostname, web));
    const nodes = [nodeIn(a, 1), nodeIn(b, 1), nodeIn(c, 0)];
    assert.deepEqual(zonesOf({ pods: spreading(1, soft), nodes }), { flexible: 1 });
    assert.deepEqual(zonesOf({ pods: podsOf(1, web, perNode), nodes }), { flexible: 1 });
  });
});
