import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { NodeSelectorTerm, Pod } from "#controller/api/pod";
import type { SchedulingSettings } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, nodeState, podAsking, problem, testZones } from "#support/builders";

const zones = (...values: readonly string[]): NodeSelectorTerm => ({
  matchExpressions: [{ key: labels.zone, operator: "In", values }],
});
const [a, b, c] = testZones;

function podPreferring(
  required: readonly NodeSelectorTerm[],
  preferred: readonly (readonly [number, NodeSelectorTerm])[],
): Pod {
  return podAsking(
    { cpu: "1" },
    {
      affinity: {
        nodeAffinity: {
          ...(required.length > 0
            ? { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: required } }
            : {}),
          preferredDuringSchedulingIgnoredDuringExecution: preferred.map(([weight, preference]) => ({
            weight,
            preference,
          })),
        },
      },
    },
  );
}

function zoneFor(pod: Pod, settings: Partial<SchedulingSettings> = {}): string | undefined {
  const pools = [choice(nodePool(), [instanceType("small", { cpu: 2, memoryGi: 8 })])];
  const parts = problem({ pods: [pod], pools });
  return schedule({ ...parts, settings: { ...parts.settings, ...settings } }).newNodes[0]?.cheapest.offering.zone;
}

describe("preferences", () => {
  it("SCHED-011 PROV-011 tries required terms in order, and keeps to them", () => {
    assert.equal(zoneFor(podPreferring([zones(b), zones(c)], [])), b);
    assert.equal(zoneFor(podPreferring([zones("nowhere"), zones(c)], [])), c);
    assert.equal(zoneFor(podPreferring([zones("nowhere")], [])), undefined);
  });

  it("SCHED-012 grants the heaviest preference that can be granted", () => {
    assert.equal(
      zoneFor(
        podPreferring(
          [],
          [
            [1, zones(b)],
            [9, zones(c)],
          ],
        ),
      ),
      c,
    );
    assert.equal(
      zoneFor(
        podPreferring(
          [],
          [
            [1, zones(b)],
            [9, zones("nowhere")],
          ],
        ),
      ),
      b,
    );
    assert.equal(zoneFor(podPreferring([], [[9, zones("nowhere")]])), a);
  });

  it("PROV-012 gives up a preference before a requirement", () => {
    assert.equal(zoneFor(podPreferring([zones(b)], [[9, zones(c)]])), b);
  });

  const unmet: readonly (readonly [string, NodeSelectorTerm])[] = [
    ["a zone that is nowhere", zones("nowhere")],
    ["a host that is not there yet", { matchExpressions: [{ key: labels.hostname, operator: "In", values: ["red"] }] }],
  ];
  for (const [what, term] of unmet) {
    it(`PROV-013 does without what is preferred: ${what}`, () => {
      assert.equal(zoneFor(podPreferring([], [[100, term]])), a);
    });
  }

  it("PROV-014 ignores preferences when told to", () => {
    assert.equal(zoneFor(podPreferring([], [[9, zones(c)]]), { preferences: "Ignore" }), a);
  });

  it("prefers a new node that is as wished to one that is there and is not", () => {
    const pools = [choice(nodePool(), [instanceType("small", { cpu: 2, memoryGi: 8 })])];
    const plan = schedule(problem({ pods: [podPreferring([], [[1, zones(c)]])], pools, nodes: [nodeState()] }));

    assert.equal(plan.newNodes[0]?.cheapest.offering.zone, c);
  });

  it("reads a required field selector as the node's name", () => {
    const term: NodeSelectorTerm = { matchFields: [{ key: "metadata.name", operator: "In", values: ["second"] }] };
    const nodes = [nodeState({ name: "first" }), nodeState({ name: "second" })];
    const plan = schedule(problem({ pods: [podPreferring([term], [])], nodes }));

    assert.deepEqual([...plan.existing.keys()], ["second"]);
  });
});
