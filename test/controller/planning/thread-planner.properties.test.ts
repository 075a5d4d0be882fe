import assert from "node:assert/strict";
import fc from "fast-check";
import { labels } from "#controller/api/labels";
import type { NodeState, PoolChoice, Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, daemonSet, instanceType, nodePool, nodeState, podAsking, podOn, problem } from "#support/builders";
import { plannerIn } from "#support/planner-threads";

const types = [2, 4, 8].map((cpu) => instanceType(`m5.${cpu}`, { cpu, memoryGi: 4 * cpu }));
const cheap = types.map((type) => ({
  ...type,
  offerings: type.offerings.map((each) => ({ ...each, price: each.price / 9 })),
}));
const cpus = fc.constantFrom("100m", "900m", "3", "7", "40");

/** One thing that happens between two passes: objects come, go, and are replaced by new versions. */
type Edit = (before: Problem) => Problem;

const at = (list: readonly unknown[], place: number): number => (list.length === 0 ? 0 : place % list.length);
const replaced = <T>(list: readonly T[], place: number, change: (each: T) => T): readonly T[] =>
  list.map((each, index) => (index === at(list, place) ? change(each) : each));
const without = <T>(list: readonly T[], place: number): readonly T[] =>
  list.filter((_, index) => index !== at(list, place));

const place = fc.nat(20);
const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 5 }), cpus).map(([count, cpu]): Edit => (before) => ({
    ...before,
    pods: [...before.pods, ...Array.from({ length: count }, () => podAsking({ cpu }))],
  })),
  place.map((where): Edit => (before) => ({ ...before, pods: without(before.pods, where) })),
  fc.tuple(place, cpus).map(([where, cpu]): Edit => (before) => ({
    ...before,
    pods: replaced(before.pods, where, ({ metadata }) => ({ ...podAsking({ cpu }), metadata })),
  })),
  cpus.map((cpu): Edit => (before) => ({
    ...before,
    nodes: [...before.nodes, nodeState({ pods: [podOn("any", { cpu })] })],
  })),
  place.map((where): Edit => (before) => ({ ...before, nodes: without(before.nodes, where) })),
  // The first waiting pod was bound.
  place.map((where): Edit => (before) => ({
    ...before,
    pods: before.pods.slice(1),
    nodes: replaced(before.nodes, where, (node): NodeState => ({
      ...node,
      pods: [...node.pods, ...before.pods.slice(0, 1)],
    })),
  })),
  // A node goes, and its pods wait again.
  place.map((where): Edit => ({ pods, nodes, ...before }) => ({
    ...before,
    pods: [...pods, ...(nodes[at(nodes, where)]?.pods ?? [])],
    nodes: without(nodes, where),
  })),
  fc.constantFrom(undefined, "1", "9").map((limit): Edit => (before) => ({
    ...before,
    pools: [...before.pools, choice(nodePool({ spec: { limits: limit === undefined ? {} : { cpu: limit } } }), types)],
  })),
  place.map((where): Edit => (before) => ({ ...before, pools: without(before.pools, where) })),
  fc.tuple(place, fc.boolean()).map(([where, isCheap]): Edit => (before) => ({
    ...before,
    pools: replaced(before.pools, where, (each): PoolChoice => ({
      ...each,
      instanceTypes: isCheap ? cheap : [...types],
    })),
  })),
  cpus.map((cpu): Edit => (before) => ({ ...before, daemonSets: [daemonSet({ cpu })] })),
  fc.constant<Edit>((before) => ({ ...before, settings: { ...before.settings, preferences: "Ignore" } })),
);

const start = (): Problem =>
  problem({
    pods: Array.from({ length: 6 }, () => podAsking({ cpu: "1" }, { nodeSelector: { [labels.arch]: "amd64" } })),
    pools: [choice(nodePool(), types)],
    nodes: [nodeState(), nodeState()],
  });

describe("a planner in a thread", function () {
  this.timeout(60_000);
  const planner = plannerIn("controller/planner-thread.ts");
  after(() => planner.close());

  it("makes, pass after pass, the plan that the scheduler makes of what is there now", async () => {
    const { signal } = new AbortController();
    const passes = fc.array(fc.array(edits, { maxLength: 4 }), { minLength: 2, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(passes, async (each) => {
        let now = start();
        for (const happens of each) {
          now = happens.reduce((before, edit) => edit(before), now);
          const plan = await planner.plan(now, signal);
          assert.deepEqual(plan, schedule(now));
          const pods = new Set(now.pods);
          const placed = [...plan.newNodes.flatMap((node) => node.pods), ...[...plan.existing.values()].flat()];
          assert.ok(placed.every((pod) => pods.has(pod)));
        }
      }),
      { numRuns: 60 },
    );
  });
});
