import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { NodeOverlaySpec } from "#controller/api/node-overlay";
import { problemsOfOverlay } from "#controller/api/validate-node-overlay";
import { nodeOverlay } from "#support/builders";

const problems = (spec: Partial<NodeOverlaySpec>): readonly string[] => problemsOfOverlay(nodeOverlay({ spec }));

describe("an overlay that the API server let pass", () => {
  it("is fine with pool names, well-known keys and resources of its own", () => {
    const requirements = [
      { key: labels.nodePool, operator: "In", values: ["web"] },
      { key: labels.capacityType, operator: "In", values: ["spot", "preemptible"] },
      { key: "karpenter.k8s.aws/instance-family", operator: "NotIn", values: ["m5"] },
    ] as const;

    assert.deepEqual(problems({ requirements, capacity: { "example.com/fpga": "2" } }), []);
  });

  it("OVL-009 may have keys that are too long or reserved, and values that are none", () => {
    const long = `test.com/test-${"a".repeat(60)}`;

    assert.match(problems({ requirements: [{ key: long, operator: "Exists" }] }).join(), /longer than 63/);
    assert.match(problems({ requirements: [{ key: labels.hostname, operator: "Exists" }] }).join(), /is reserved/);
    assert.match(problems({ requirements: [{ key: "team", operator: "NotIn" }] }).join(), /NotIn needs a value/);
    const types = [{ key: labels.capacityType, operator: "In", values: ["preemptible"] }] as const;
    assert.match(problems({ requirements: types }).join(), /must be on-demand, spot or reserved/);
  });

  it("OVL-009 may have resources that are the machine's own, or no quantity", () => {
    assert.deepEqual(problems({ capacity: { cpu: "2" } }), [
      'spec.capacity: resource "cpu" is the machine\'s own; only extended resources can be given',
    ]);
    assert.deepEqual(problems({ capacity: { "example.com/fpga": "-1" } }), [
      'spec.capacity: resource "example.com/fpga" is "-1", but must be a quantity such as 2',
    ]);
  });
});
