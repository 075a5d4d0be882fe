import assert from "node:assert/strict";
import { Ledger } from "#controller/planning/ledger";
import type { Problem } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, nodeState, pod, podOn, problem } from "#support/builders";

const taught = (ledger: Ledger, each: Problem): readonly number[] =>
  [...ledger.lessons(each)].map(({ number }) => number);

describe("the ledger of what a thread knows", () => {
  it("teaches each object once, whatever holds it", () => {
    const ledger = new Ledger();
    const [waiting, type] = [pod(), instanceType("m5.large", { cpu: 2, memoryGi: 8 })];
    const node = nodeState({ pods: [waiting, podOn("node")] });
    const pools = [nodePool(), nodePool()].map((pool) => choice(pool, [type]));
    const first = taught(ledger, problem({ pods: [waiting], nodes: [node], pools }));

    // Two pods, two pools, a type, a list of types for each pool, a node.
    assert.deepEqual(first, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(taught(ledger, problem({ pods: [waiting], nodes: [node], pools })), []);
    assert.equal(taught(ledger, problem({ pods: [{ ...waiting }], nodes: [node], pools })).length, 1);
  });

  it("names parts before what is made of them", () => {
    const on = podOn("node");
    const lessons = [...new Ledger().lessons(problem({ nodes: [nodeState({ name: "node", pods: [on] })] }))];

    assert.deepEqual(lessons[0], { number: 0, whole: on });
    assert.partialDeepStrictEqual(lessons[1], { number: 1, made: { name: "node", pods: new Uint32Array([0]) } });
  });

  it("forgets what four problems did not need, but nothing of which something needed is made", () => {
    const ledger = new Ledger();
    const [gone, waiting] = [pod(), pod()];
    const node = nodeState({ pods: [podOn("node")] });
    taught(ledger, problem({ pods: [gone], nodes: [node] }));
    const forgotten = Array.from({ length: 8 }, () => {
      taught(ledger, problem({ pods: [waiting], nodes: [node] }));
      return ledger.forget();
    });

    assert.deepEqual(forgotten.flat(), [0]);
    assert.equal(ledger.numberOf(gone), undefined);
    assert.throws(() => ledger.objectOf(0), /object 0/);
    assert.deepEqual(taught(ledger, problem({ pods: [waiting, ...node.pods], nodes: [node] })), []);
    assert.deepEqual(taught(ledger, problem({ pods: [gone] })), [4]);
  });
});
