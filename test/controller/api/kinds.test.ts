import assert from "node:assert/strict";
import { kinds, kindsFor } from "#controller/api/kinds";

const off = { NodeOverlay: false, CapacityBuffer: false, DefaultSpread: false };
const every = Object.keys(kinds);

describe("the kinds that are looked at", () => {
  it("are all of them while every feature is on", () => {
    assert.deepEqual(kindsFor({ NodeOverlay: true, CapacityBuffer: true, DefaultSpread: true }), every);
  });

  it("are not those of features that are off, of which there may be very many, or no definition", () => {
    const left = kindsFor(off);

    for (const kind of ["ReplicaSet", "StatefulSet", "ReplicationController", "Service", "NodeOverlay"] as const)
      assert.ok(!left.includes(kind), kind);
    for (const kind of ["Pod", "Node", "NodePool", "CSINode", "Deployment"] as const)
      assert.ok(left.includes(kind), kind);
  });

  it("are those of a feature that is on, shared with others or not", () => {
    const spreading = kindsFor({ ...off, DefaultSpread: true });

    for (const kind of ["ReplicaSet", "StatefulSet", "ReplicationController", "Service"] as const)
      assert.ok(spreading.includes(kind), kind);
    assert.ok(!spreading.includes("PodTemplate"));
  });
});
