import assert from "node:assert/strict";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import type { Plan } from "#controller/scheduling/plan";
import { stillWanted } from "#controller/simulation/still-wanted";
import type { Observation } from "#controller/state/snapshot";
import { choice, instanceType, nodePool, pod } from "#support/builders";
import { type DeepPartial, merge } from "#support/merge";
import { plan, plannedNode } from "#support/plans";
import { snapshot } from "#support/snapshots";

const pool = nodePool({ status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] } });
const types = [instanceType("m5.large", { cpu: 2, memoryGi: 8 })];

/** Nodes for these pods, a node each. */
const nodesFor = (...lists: readonly (readonly Pod[])[]): Plan["newNodes"] =>
  lists.map((pods) => plannedNode(choice(pool, types), pods));

/** What is left of a plan if the cluster is so by now. */
const leftOf = (parts: Parameters<typeof plan>[0], now: Partial<Observation>): Plan =>
  stillWanted(plan(parts), snapshot({ pools: [pool], ...now }));

/** The pods of each node, by name. */
const namesOn = ({ newNodes }: Plan): readonly (readonly string[])[] =>
  newNodes.map(({ pods }) => pods.map(({ metadata }) => metadata.name));

const bound = (of: Pod): Pod => merge(of, { spec: { nodeName: "node" } } satisfies DeepPartial<Pod>);

describe("what is left to do of a plan", () => {
  it("is all of it when nothing has happened", () => {
    const [a, b, c, d] = [pod(), pod(), pod(), pod()];
    const parts = {
      newNodes: nodesFor([a]),
      existing: { "node-1": [b] },
      unschedulable: [{ pod: c, reason: "too large" }],
      deferred: [d],
    };
    assert.deepEqual(leftOf(parts, { pods: [a, b, c, d] }), plan(parts));
  });

  it("leaves out pods that went or were bound, and nodes that are for nobody then", () => {
    const [stays, goes, isBound] = [pod(), pod(), pod()];
    const newNodes = nodesFor([goes], [isBound], [stays, goes], [stays]);
    const left = leftOf({ newNodes }, { pods: [stays, bound(isBound)] });

    assert.deepEqual(namesOn(left), [[stays.metadata.name], [stays.metadata.name]]);
  });

  it("tells nobody who needs no place any more, and expects nobody on a node", () => {
    const [a, b, c] = [pod(), pod(), pod()];
    const parts = { existing: { "node-1": [a] }, unschedulable: [{ pod: b, reason: "too large" }], deferred: [c] };

    assert.deepEqual(leftOf(parts, { pods: [bound(a), bound(c)] }), plan({}));
  });

  it("does not take a pod for one of the same name that was there before", () => {
    const before = pod();
    const successor = merge(before, { metadata: { uid: "another" } });

    assert.deepEqual(namesOn(leftOf({ newNodes: nodesFor([before]) }, { pods: [successor] })), []);
  });

  for (const [what, change] of [
    ["is gone", undefined],
    ["is going", { metadata: { deletionTimestamp: "2026-01-05T12:00:00Z" } }],
    ["was made anew", { metadata: { uid: "another" } }],
  ] as const satisfies readonly (readonly [string, DeepPartial<NodePool> | undefined])[])
    it(`makes no node of a pool that ${what}; its pods are for the next plan`, () => {
      const waiting = pod();
      const pools = change === undefined ? [] : [merge(pool, change)];
      const left = leftOf({ newNodes: nodesFor([waiting]) }, { pods: [waiting], pools });

      assert.deepEqual(left, plan({ deferred: [waiting] }));
    });
});
