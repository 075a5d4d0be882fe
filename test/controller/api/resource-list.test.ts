import assert from "node:assert/strict";
import { isPositive, maximumOf, sumOf } from "#controller/api/resource-list";

describe("resource lists", () => {
  it("add up exactly, in the notation of the first", () => {
    assert.deepEqual(sumOf([{ cpu: "500m", memory: "1Gi" }, { cpu: "1500m", memory: "512Mi", pods: "3" }, {}]), {
      cpu: "2",
      memory: "1536Mi",
      pods: "3",
    });
    assert.deepEqual(sumOf([]), {});
    assert.deepEqual(sumOf([{ cpu: "0.1" }, { cpu: "0.2" }]), { cpu: "300m" });
  });

  it("have a maximum by resource", () => {
    assert.deepEqual(
      maximumOf([
        { cpu: "2", memory: "1Gi" },
        { cpu: "1500m", memory: "2G" },
      ]),
      { cpu: "2", memory: "2G" },
    );
    assert.deepEqual(maximumOf([{ gpu: "0" }]), {});
  });

  it("know what is more than nothing", () => {
    assert.deepEqual(["1m", "1", "0", "0Gi"].map(isPositive), [true, true, false, false]);
  });
});
