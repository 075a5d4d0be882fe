import assert from "node:assert/strict";
import type { CapacityBufferSpec, ScalableRef } from "#controller/api/capacity-buffer";
import { shapeOf } from "#controller/simulation/buffer-shape";
import { capacityBuffer } from "#support/builders";

const template = { spec: { containers: [{ name: "main", resources: { requests: { cpu: "1" } } }] } };
const target = { metadata: { name: "small", namespace: "default" }, template };
const deployment: ScalableRef = { apiGroup: "apps", kind: "Deployment", name: "web" };
const after = (scalableRef: ScalableRef) => ({ podTemplateRef: undefined, scalableRef });
const shape = (
  spec: { readonly [K in keyof CapacityBufferSpec]?: CapacityBufferSpec[K] | undefined },
  of: typeof target | undefined = target,
) => shapeOf(capacityBuffer({ spec }), of);
const reason = (...args: Parameters<typeof shape>): string => shape(...args).because;

describe("the shape of a buffer", () => {
  it("BUF-005 is that of its template, as often as it says", () => {
    assert.deepEqual(shape({ replicas: 3 }), { because: "Resolved", template, units: 3 });
    assert.deepEqual(shapeOf(capacityBuffer(), undefined), {
      because: "PodTemplateNotFound",
      message: "PodTemplate small does not exist in namespace default",
    });
  });

  it("BUF-006 is that of a Deployment, StatefulSet or ReplicaSet, and no other", () => {
    for (const kind of ["Deployment", "StatefulSet", "ReplicaSet"]) {
      assert.equal(reason(after({ ...deployment, kind })), "Resolved");
    }
    const sized = shapeOf(capacityBuffer({ spec: { ...after(deployment), replicas: undefined, percentage: 20 } }), {
      ...target,
      replicas: 10,
    });
    assert.deepEqual(sized, { because: "Resolved", template, units: 2 });
    assert.equal(shapeOf(capacityBuffer({ spec: after(deployment) }), undefined).because, "ScalableRefNotFound");
    assert.deepEqual(shape(after({ apiGroup: "batch", kind: "Job", name: "nightly" })), {
      because: "ResolutionFailed",
      message:
        'spec.scalableRef: must be one of Deployment, StatefulSet, ReplicaSet of API group apps, not Job of "batch"',
    });
    assert.equal(reason(after({ apiGroup: "batch", kind: "Deployment", name: "web" })), "ResolutionFailed");
    assert.equal(reason(after({ kind: "ReplicationController", name: "web" })), "ResolutionFailed");
  });

  it("cannot be told of a buffer that refers to nothing, or is to be kept in a way that nobody knows", () => {
    assert.equal(reason({ podTemplateRef: undefined }), "ResolutionFailed");
    assert.deepEqual(shape({ provisioningStrategy: "example.com/asleep" }), {
      because: "ResolutionFailed",
      message: 'spec.provisioningStrategy: "example.com/asleep" is not known; buffer.x-k8s.io/active-capacity is',
    });
    assert.equal(shapeOf(capacityBuffer(), { metadata: { name: "small" } }).because, "ResolutionFailed");
  });
});
