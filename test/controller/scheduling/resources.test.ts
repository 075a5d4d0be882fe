import assert from "node:assert/strict";

import type { Container, ContainerStatus, PodSpec, PodStatus } from "#controller/api/pod";
import { effectiveRequests, toResourceList } from "#controller/scheduling/resources";

const container = (cpu: string, restartPolicy?: string): Container => ({
  name: `with-${cpu}`,
  resources: { requests: { cpu } },
  ...(restartPolicy === undefined ? {} : { restartPolicy }),
});
const cpuOf = (spec: Partial<PodSpec>): number | undefined =>
  effectiveRequests({ containers: [container("1"), container("500m")], ...spec })["cpu"];

describe("what a pod effectively requests", () => {
  it("UTIL-025 PROV-002 is the sum of its containers, and itself", () => {
    assert.deepEqual(toResourceList(effectiveRequests({ containers: [container("1"), container("500m")] })), {
      cpu: "1500m",
      pods: "1",
    });
  });

  it("UTIL-025 PROV-002 SCHED-015 is its hungriest init container, when that asks for more", () => {
    assert.equal(cpuOf({ initContainers: [container("3"), container("2")] }), 3000);
    assert.equal(cpuOf({ initContainers: [container("1")] }), 1500);
  });

  it("UTIL-025 PROV-002 counts sidecars beside containers and beside init containers after them", () => {
    assert.equal(cpuOf({ initContainers: [container("1", "Always")] }), 2500);
    assert.equal(cpuOf({ initContainers: [container("1", "Always"), container("2")] }), 3000);
    assert.equal(cpuOf({ initContainers: [container("2"), container("1", "Always")] }), 2500);
  });

  it("UTIL-025 SCHED-015 adds the overhead of its runtime class", () => {
    assert.equal(cpuOf({ overhead: { cpu: "250m" } }), 1750);
  });

  it("UTIL-025 PROV-002 goes by what the pod asks for as a whole", () => {
    assert.equal(cpuOf({ resources: { requests: { cpu: "4" } }, overhead: { cpu: "1" } }), 5000);
    assert.equal(cpuOf({ resources: { requests: { cpu: "1" } }, initContainers: [container("3")] }), 1000);
    assert.equal(cpuOf({ resources: { requests: { memory: "1Gi" } } }), 1500);
  });

  it("PROV-002 takes a limit of the whole pod only for what no container asks for", () => {
    const whole = effectiveRequests({
      containers: [container("1")],
      resources: { limits: { cpu: "4", memory: "2Gi" } },
    });

    assert.deepEqual(toResourceList(whole), { cpu: "1", memory: "2Gi", pods: "1" });
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

describe("what a pod effectively requests while it is resized in place", () => {
  const has = (name: string, cpu: string, running = cpu): ContainerStatus => ({
    name,
    allocatedResources: { cpu },
    resources: { requests: { cpu: running } },
  });
  const main: Container = { name: "main", resources: { requests: { cpu: "2" } } };
  const cpuWith = (status: PodStatus, spec: Partial<PodSpec> = {}): number | undefined =>
    effectiveRequests({ containers: [main], ...spec }, status)["cpu"];

  it("is the larger of what it asks for and what it has", () => {
    assert.equal(cpuWith({ containerStatuses: [has("main", "1")] }), 2_000);
    assert.equal(cpuWith({ containerStatuses: [has("main", "3")] }), 3_000);
    assert.equal(cpuWith({ containerStatuses: [has("main", "1", "4")] }), 4_000);
    assert.equal(cpuWith({ containerStatuses: [{ name: "main" }] }), 2_000);
  });

  it("is what it has when the node can never grant what it asks for", () => {
    const pending = (reason: string) => [{ type: "PodResizePending", status: "True", reason }];
    const containerStatuses = [has("main", "1")];

    assert.equal(cpuWith({ containerStatuses, conditions: pending("Infeasible") }), 1_000);
    assert.equal(cpuWith({ containerStatuses, conditions: pending("Deferred") }), 2_000);
  });

  it("goes by the status of sidecars, but not of init containers that have run", () => {
    const status = { initContainerStatuses: [has("helper", "5")] };
    const helper: Container = { name: "helper", resources: { requests: { cpu: "1" } } };

    assert.equal(cpuWith(status, { initContainers: [{ ...helper, restartPolicy: "Always" }] }), 7_000);
    assert.equal(cpuWith(status, { initContainers: [helper] }), 2_000);
  });
});
