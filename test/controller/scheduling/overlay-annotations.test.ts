import assert from "node:assert/strict";
import { annotations } from "#controller/api/labels";
import type { NodeOverlaySpec } from "#controller/api/node-overlay";
import { toNodeClaim } from "#controller/scheduling/claim";
import { overlaid } from "#controller/scheduling/overlay";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodeOverlay, nodePool, podAsking, problem } from "#support/builders";

/** What the claim for one small pod says about overlays. */
function annotationsUnder(...specs: readonly Partial<NodeOverlaySpec>[]): readonly (string | undefined)[] {
  const pool = nodePool();
  const types = [instanceType("small", { cpu: 2, memoryGi: 8 }), instanceType("large", { cpu: 8, memoryGi: 32 })];
  const { instanceTypes } = overlaid(
    specs.map((spec) => nodeOverlay({ spec })),
    [{ pool, instanceTypes: types }],
  );
  const pods = [podAsking({ cpu: "1" })];
  const [planned] = schedule(
    problem({ pods, pools: [choice(pool, instanceTypes.get(pool.metadata.name) ?? [])] }),
  ).newNodes;
  assert.ok(planned);
  const { metadata } = toNodeClaim(planned);
  return [
    metadata.annotations[annotations.priceOverlayApplied],
    metadata.annotations[annotations.capacityOverlayApplied],
  ];
}

describe("a claim under overlays", () => {
  it("says which sort of overlay changed any of the types that it lists", () => {
    const requirements = [{ key: "node.kubernetes.io/instance-type", operator: "In", values: ["large"] }] as const;
    const capacity = { "example.com/fpga": "1" };

    assert.deepEqual(annotationsUnder(), [undefined, undefined]);
    assert.deepEqual(annotationsUnder({ requirements, price: "9" }), ["true", undefined]);
    assert.deepEqual(annotationsUnder({ requirements, capacity }), [undefined, "true"]);
    assert.deepEqual(annotationsUnder({ requirements, price: "9" }, { capacity }), ["true", "true"]);
  });
});
