import assert from "node:assert/strict";
import type { CapacityBufferSpec } from "#controller/api/capacity-buffer";
import type { ResourceList } from "#controller/api/kube-object";
import type { Container, PodSpec } from "#controller/api/pod";
import { effectiveRequests } from "#controller/scheduling/resources";
import { MOST_UNITS, shareOf, unitsOf, unitsWithin } from "#controller/simulation/buffer-size";

const asking = (requests: ResourceList): Container => ({ name: "main", resources: { requests } });
const unit = (...containers: readonly ResourceList[]): PodSpec => ({ containers: containers.map(asking) });
const within = (limits: ResourceList, spec: PodSpec): number | undefined =>
  unitsWithin(limits, effectiveRequests(spec));

describe("the size of a buffer", () => {
  it("BUF-001 is, going by limits, how often a unit fits into the scarcest", () => {
    assert.equal(within({ cpu: "4" }, unit({ cpu: "1" })), 4);
    assert.equal(within({ memory: "2Gi" }, unit({ memory: "512Mi" })), 4);
    assert.equal(within({ cpu: "8", memory: "4Gi" }, unit({ cpu: "1", memory: "1Gi" })), 4);
    assert.equal(within({ cpu: "10" }, unit({ cpu: "3" })), 3);
    assert.equal(within({ cpu: "1" }, unit({ cpu: "250m" })), 4);
    assert.equal(within({ cpu: "1" }, unit({ cpu: "2" })), 0);
    assert.equal(within({ "example.com/fpga": "5" }, unit({ "example.com/fpga": "2" })), 2);
  });

  it("BUF-001 is not limited by what a unit does not ask for", () => {
    assert.equal(within({ cpu: "4" }, unit({})), undefined);
    assert.equal(within({ memory: "4Gi" }, unit({ cpu: "1" })), undefined);
    assert.equal(within({ memory: "4Gi", cpu: "4" }, unit({ cpu: "1", memory: "0" })), 4);
  });

  it("BUF-001 BUF-002 counts a unit as the kube-scheduler does: containers together, or the hungriest init step", () => {
    const app = asking({ cpu: "1" });
    const init = (cpu: string, restartPolicy?: string): Container => ({
      ...asking({ cpu }),
      ...(restartPolicy !== undefined && { restartPolicy }),
    });

    assert.equal(within({ cpu: "3" }, unit({ cpu: "500m" }, { cpu: "500m" })), 3);
    assert.equal(within({ cpu: "8" }, { containers: [app], initContainers: [init("4")] }), 2);
    assert.equal(within({ cpu: "6" }, { containers: [asking({ cpu: "2" })], initContainers: [init("500m")] }), 3);
    assert.equal(within({ cpu: "6" }, { containers: [app], initContainers: [init("1", "Always")] }), 3);
    assert.equal(within({ cpu: "6" }, { containers: [app], initContainers: [init("1", "Always"), init("2")] }), 2);
    assert.equal(within({ cpu: "6" }, { containers: [app], overhead: { cpu: "500m" } }), 4);
    assert.equal(within({ memory: "3Gi" }, unit({ cpu: "1" }, { memory: "1Gi" })), 3);
  });

  it("BUF-003 is, going by a percentage, rounded up, and one at least where there is anything to take a share of", () => {
    const table: readonly (readonly [number, number, number])[] = [
      [10, 20, 2],
      [10, 25, 3],
      [1, 10, 1],
      [100, 1, 1],
      [10, 0, 0],
      [0, 50, 0],
      [10, 100, 10],
      [10, 150, 15],
    ];
    for (const [pods, percentage, expected] of table) assert.equal(shareOf(pods, percentage), expected);
  });

  it("BUF-007 is the larger of number and percentage, as far as the limits go; the limits alone where neither is given", () => {
    const one = unit({ cpu: "1" });
    const table: readonly (readonly [Partial<CapacityBufferSpec>, number | undefined, number])[] = [
      [{ replicas: 7 }, undefined, 7],
      [{ replicas: 10, limits: { cpu: "3" } }, undefined, 3],
      [{ replicas: 3, limits: { cpu: "10" } }, undefined, 3],
      [{ limits: { cpu: "5" } }, undefined, 5],
      [{ limits: { memory: "5Gi" } }, undefined, 0],
      [{ replicas: 2, limits: { memory: "5Gi" } }, undefined, 2],
      [{ percentage: 20 }, 10, 2],
      [{ replicas: 5, percentage: 20 }, 10, 5],
      [{ replicas: 5, percentage: 80 }, 10, 8],
      [{ replicas: 5, percentage: 80, limits: { cpu: "4" } }, 10, 4],
      [{ percentage: 10 }, 1, 1],
      [{ percentage: 20, limits: { cpu: "5" } }, undefined, 5],
      [{ percentage: 20, replicas: 2 }, undefined, 2],
      [{ percentage: 50, limits: { cpu: "4" } }, 0, 0],
      [{ replicas: 0 }, undefined, 0],
      [{}, undefined, 0],
    ];
    for (const [spec, pods, expected] of table) {
      assert.equal(unitsOf(spec, one, pods), expected, JSON.stringify([spec, pods]));
    }
  });

  it("is never more than a plan can hold", () => {
    assert.equal(unitsOf({ replicas: 2_000_000_000 }, unit({ cpu: "1" })), MOST_UNITS);
    assert.equal(unitsOf({ limits: { cpu: "1000000" } }, unit({ cpu: "1m" })), MOST_UNITS);
  });
});
