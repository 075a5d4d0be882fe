import assert from "node:assert/strict";
import { Intentions } from "#controller/state/intentions";
import { isManaged } from "#controller/state/snapshot";
import { node, nodeClaim, podOn } from "#support/builders";
import { claimThat, running, seen, snapshot } from "#support/snapshots";

const plan = { pods: [], capacity: {} };

describe("a snapshot", () => {
  it("joins claims, nodes and the pods that still run on them", () => {
    const machine = running("web");
    const name = machine.node.metadata.name;
    const pods = [podOn(name), podOn(name, {}, { status: { phase: "Succeeded" } }), podOn("elsewhere")];
    const [tracked, ...others] = snapshot({ ...seen([machine]), pods }).tracked;

    assert.deepEqual(others, []);
    assert.equal(tracked?.claim, machine.claim);
    assert.equal(tracked.node, machine.node);
    assert.deepEqual(
      tracked.pods.map(({ metadata }) => metadata.name),
      ["pod-1"],
    );
  });

  it("STATE-005 keeps a node and a claim of the same name apart", () => {
    const claim = nodeClaim({ metadata: { name: "same" } });
    const other = node({ metadata: { name: "same" } });
    const { tracked } = snapshot({ claims: [claim], nodes: [other] });

    assert.deepEqual(tracked.map((each) => [each.claim === undefined, each.node === undefined]).toSorted(), [
      [false, true],
      [true, false],
    ]);
  });

  it("knows nodes without a provider id, which belong to no claim", () => {
    const { tracked } = snapshot({ claims: [nodeClaim()], nodes: [node({ spec: { providerID: undefined } })] });

    assert.equal(tracked.length, 2);
  });

  it("STATE-008 names claims that were made by somebody else and are not launched", () => {
    const intentions = new Intentions();
    const ours = nodeClaim();
    intentions.launching(ours, plan);
    const theirs = nodeClaim();
    const going = nodeClaim({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } });
    const { unknown } = snapshot({ claims: [ours, theirs, going, claimThat(["Launched"])] }, intentions);

    assert.deepEqual(unknown, [theirs]);
  });

  it("holds launches that no watch has shown yet", () => {
    const intentions = new Intentions();
    intentions.launching(nodeClaim({ metadata: { name: "made" } }), plan);
    const { tracked } = snapshot({}, intentions);

    assert.deepEqual(
      tracked.map(({ name, launched }) => [name, launched]),
      [["made", false]],
    );
  });

  it("tells our nodes from others", () => {
    const { tracked } = snapshot({ nodes: [node(), running("web").node] });

    assert.deepEqual(tracked.map(isManaged), [false, true]);
  });
});
