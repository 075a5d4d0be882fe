import assert from "node:assert/strict";

import type { Pod } from "#controller/api/pod";
import type { Offering } from "#controller/scheduling/instance-type";
import type { Problem } from "#controller/scheduling/problem";
import { randomProblem, randomProblemWithReservations } from "#support/random-problem";

const problems = Array.from({ length: 300 }, (_, position) => randomProblem(position + 1));

/** How many of the problems have it. */
const count = (has: (problem: Problem) => boolean): number => problems.filter(has).length;
const countPods = (has: (pod: Pod) => boolean): number => count(({ pods }) => pods.some(has));

/** Problems in each of which something is reserved, bought at will, and shared by pools. */
const reserving = Array.from({ length: 300 }, (_, position) => randomProblemWithReservations(position + 1));

describe("random problems", () => {
  it("have reservations that pools share, ways to have other room, and each setting", () => {
    const times = (has: (problem: Problem) => boolean): number => reserving.filter(has).length;
    const sells = ({ pools }: Problem, has: (offering: Offering) => boolean): number =>
      pools.filter(({ instanceTypes }) => instanceTypes.some(({ offerings }) => offerings.some(has))).length;
    const kinds: Readonly<Record<string, number>> = {
      "left in a reservation": times((each) => sells(each, ({ reservation }) => (reservation?.remaining ?? 0) > 0) > 0),
      "used up": times((each) => sells(each, ({ reservation }) => reservation?.remaining === 0) > 0),
      shared: times((each) => sells(each, ({ reservation }) => (reservation?.remaining ?? 0) > 0) > 1),
      "reserved with other room": times((each) => sells(each, (one) => !!one.reservation && !!one.allocatable) > 0),
      "other room": times((each) => sells(each, (one) => !one.reservation && !!one.allocatable) > 0),
      strict: times(({ settings }) => settings.reservations === "Strict"),
      fallback: times(({ settings }) => settings.reservations === "Fallback"),
    };
    assert.deepEqual(
      Object.entries(kinds).filter(([, count]) => count < 30),
      [],
    );
  });

  it("are the same for the same seed, and differ between seeds", () => {
    assert.deepEqual(randomProblem(7), randomProblem(7));
    assert.notDeepEqual(randomProblem(7), randomProblem(8));
  });

  it("are small", () => {
    for (const { pods, pools, nodes } of problems) {
      assert.ok(pods.length >= 1 && pods.length <= 25);
      assert.ok(pools.length >= 1 && pools.length <= 3);
      assert.ok(nodes.length <= 4);
      for (const { instanceTypes } of pools) assert.ok(instanceTypes.length >= 1 && instanceTypes.length <= 40);
    }
  });

  it("have every kind of constraint among them, often enough to meet", () => {
    const constraints: Readonly<Record<string, number>> = {
      spread: countPods(({ spec }) => (spec.topologySpreadConstraints ?? []).length > 0),
      affinity: countPods(
        ({ spec }) => spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined,
      ),
      "anti-affinity": countPods(
        ({ spec }) => spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined,
      ),
      "node affinity": countPods(({ spec }) => spec.affinity?.nodeAffinity !== undefined),
      "node selector": countPods(({ spec }) => spec.nodeSelector !== undefined),
      tolerations: countPods(({ spec }) => spec.tolerations !== undefined),
      "host ports": countPods(({ spec }) => spec.containers.some(({ ports }) => ports !== undefined)),
      volumes: countPods(({ spec }) => spec.volumes !== undefined),
      "init containers": countPods(({ spec }) => spec.initContainers !== undefined),
      daemons: count(({ daemonSets }) => daemonSets.length > 0),
      residents: count(({ nodes }) => nodes.some(({ pods }) => pods.length > 0)),
      limits: count(({ pools }) => pools.some(({ pool }) => pool.spec.limits !== undefined)),
      taints: count(({ pools }) => pools.some(({ pool }) => (pool.spec.template.spec.taints ?? []).length > 0)),
      weights: count(({ pools }) => pools.some(({ pool }) => pool.spec.weight !== undefined)),
      minValues: count(({ pools }) =>
        pools.some(({ pool }) => pool.spec.template.spec.requirements.some(({ minValues }) => minValues !== undefined)),
      ),
    };
    const rare = Object.entries(constraints).filter(([, times]) => times < 15);
    assert.deepEqual(rare, []);
  });
});
