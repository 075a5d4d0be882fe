import assert from "node:assert/strict";

import {
  capacityBufferConditions,
  conditionOf,
  fails,
  type Finding,
  holds,
  isReady,
  isTrue,
  nodeClaimConditions,
  removed,
  turnedAt,
  unknown,
  withFindings,
} from "#controller/api/conditions";
import type { NodeClaim } from "#controller/api/node-claim";
import { capacityBuffer, nodeClaim } from "#support/builders";

const noon = Date.parse("2026-01-01T12:00:00Z");

function look(claim: NodeClaim, findings: readonly Finding[], now = noon): NodeClaim {
  return { ...claim, status: { conditions: withFindings(claim, findings, { set: nodeClaimConditions, now }) } };
}

const all = [holds("Launched"), holds("Registered"), holds("Initialized")];

describe("conditions", () => {
  it("makes what Ready stands on visible before anything is known", () => {
    const claim = look(nodeClaim(), []);

    assert.equal(conditionOf(claim, "Registered")?.reason, "AwaitingReconciliation");
    assert.equal(conditionOf(claim, "Ready")?.status, "Unknown");
    assert.equal(conditionOf(claim, "Ready")?.reason, "ReconcilingDependents");
  });

  it("is ready once everything is", () => {
    const claim = look(nodeClaim(), all);

    assert.ok(isReady(claim));
    assert.equal(conditionOf(claim, "Launched")?.reason, "Launched");
    assert.equal(claim.status?.conditions?.at(-1)?.type, "Ready");
  });

  it("is not ready when something is False, and says what", () => {
    const claim = look(nodeClaim(), [
      holds("Launched"),
      fails("Registered", "MultipleNodesFound"),
      holds("Initialized"),
    ]);

    assert.equal(conditionOf(claim, "Ready")?.status, "False");
    assert.equal(conditionOf(claim, "Ready")?.reason, "UnhealthyDependents");
    assert.equal(conditionOf(claim, "Ready")?.message, "Registered=False");
  });

  it("does not count what was found about an older spec", () => {
    const claim = look(nodeClaim(), all);
    const edited = { ...claim, metadata: { ...claim.metadata, generation: 2 } };

    assert.equal(isReady(edited), false);
    assert.equal(conditionOf(look(edited, [holds("Launched")]), "Ready")?.status, "Unknown");
    assert.ok(isReady(look(edited, all)));
  });

  it("keeps the time of the last turn while the status stays", () => {
    const first = look(nodeClaim(), [unknown("Launched", "LaunchFailed", "no capacity")]);
    const same = look(first, [unknown("Launched", "LaunchFailed", "other words")], noon + 60_000);
    const turned = look(same, [holds("Launched")], noon + 120_000);

    assert.equal(turnedAt(same, "Launched"), noon);
    assert.equal(conditionOf(same, "Launched")?.message, "other words");
    assert.equal(turnedAt(turned, "Launched"), noon + 120_000);
  });

  it("gives the same list for the same findings at any later time", () => {
    const claim = look(nodeClaim(), all);

    assert.deepEqual(look(claim, all, noon + 1), claim);
  });

  it("takes a condition away", () => {
    const drifted = look(nodeClaim(), [holds("Drifted", "NodePoolDrifted")]);

    assert.ok(isTrue(drifted, "Drifted"));
    assert.equal(conditionOf(look(drifted, [removed("Drifted")]), "Drifted"), undefined);
  });

  it("BUF-004 of a kind without Ready are those that were found, each for the generation it was found at", () => {
    const set = capacityBufferConditions;
    const buffer = capacityBuffer();
    const conditions = withFindings(buffer, [holds("ReadyForProvisioning", "Resolved")], { set, now: noon });
    const edited = { ...buffer, metadata: { ...buffer.metadata, generation: 2 }, status: { conditions } };
    const later = withFindings(
      edited,
      [fails("ReadyForProvisioning", "PodTemplateNotFound"), holds("Provisioning", "FitsExistingCapacity")],
      { set, now: noon + 60_000 },
    );

    assert.deepEqual(
      conditions.map(({ type, status, observedGeneration }) => [type, status, observedGeneration]),
      [["ReadyForProvisioning", "True", 1]],
    );
    assert.deepEqual(
      later.map(({ type, status, reason, observedGeneration }) => [type, status, reason, observedGeneration]),
      [
        ["Provisioning", "True", "FitsExistingCapacity", 2],
        ["ReadyForProvisioning", "False", "PodTemplateNotFound", 2],
      ],
    );
  });
});
