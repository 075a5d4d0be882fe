import assert from "node:assert/strict";

import type { Container, PodSpec } from "#controller/api/pod";
import { effectiveRequests, toResourceList } from "#controller/scheduling/resources";

const container = (cpu: string, restartPolicy?: string): Container => ({
  name: `with-${cpu}`,
  resources: { requests: { cpu } },
  ...(restartPolicy === undefined ? {} : { restartPolicy }),
});
const cpuOf = (spec: Partial<PodSpec>): number | undefined =>
  effectiveRequests({ containers: [container("1"), container("500m")], ...spec })["cpu"];

describe("what a pod effectively requests", () => {
  it("UTIL-025 is the sum of its containers, and itself", () => {
    assert.deepEqual(toResourceList(effectiveRequests({ containers: [container("1"), container("500m")] })), {
      cpu: "1500m",
      pods: "1",
    });
  });

  it("UTIL-025 is its hungriest init container, when that asks for more", () => {
    assert.equal(cpuOf({ initContainers: [container("3"), container("2")] }), 3000);
    assert.equal(cpuOf({ initContainers: [container("1")] }), 1500);
  });

  it("UTIL-025 counts sidecars beside containers and beside init containers after them", () => {
    assert.equal(cpuOf({ initContainers: [container("1", "Always")] }), 2500);
    assert.equal(cpuOf({ initContainers: [container("1", "Always"), container("2")] }), 3000);
    assert.equal(cpuOf({ initContainers: [container("2"), container("1", "Always")] }), 2500);
  });

  it("UTIL-025 adds overhead", () => {
    assert.equal(cpuOf({ overhead: { cpu: "250m" } }), 1750);
  });

  it("UTIL-025 goes by what the pod asks for as a whole", () => {
    assert.equal(cpuOf({ resources: { requests: { cpu: "4" } }, overhead: { cpu: "1" } }), 5000);
  });

  it("takes limits for requests that are not written", () => {
    const limited: Container = {
      name: "limited",
      resources: { requests: { cpu: "1" }, limits: { cpu: "2", memory: "1Gi" } },
    };

    assert.deepEqual(toResourceList(effectiveRequests({ containers: [limited] })), {
      cpu: "1",
      memory: "1Gi",
      pods: "1",
    });
  });
});
