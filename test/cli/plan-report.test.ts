import assert from "node:assert/strict";
import { planReport } from "#cli/plan-report";
import type { Pod } from "#controller/api/pod";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, nodeState, podAsking, problem } from "#support/builders";

describe("a plan's report", () => {
  it("tells new nodes by their cheapest offering, and what they cost together", () => {
    const pods = [podAsking({ cpu: "3" }), podAsking({ cpu: "3" })];
    const pool = nodePool();
    const types = [instanceType("small", { cpu: 4, memoryGi: 8, price: 0.2 })];
    const report = planReport(schedule(problem({ pods, pools: [choice(pool, types)] })), [0.5]);

    assert.equal(report.newNodes.length, 2);
    assert.deepEqual(report.newNodes.flatMap((node) => node.pods).sort(), namesOf(pods));
    const [node] = report.newNodes;
    assert.deepEqual(
      { ...node, pods: [], zone: "" },
      {
        nodePool: pool.metadata.name,
        pods: [],
        instanceTypes: ["small"],
        instanceType: "small",
        zone: "",
        capacityType: "on-demand",
        price: 0.2,
      },
    );
    assert.equal(report.hourlyPrice, 0.4);
    assert.deepEqual(report.solveSeconds, [0.5]);
  });

  it("tells what nodes that are there take, and which pods have no place and why", () => {
    const fits = podAsking({ cpu: "1" });
    const tooLarge = podAsking({ cpu: "64" });
    const node = nodeState();
    const report = planReport(schedule(problem({ pods: [fits, tooLarge], nodes: [node] })), [0.5]);

    assert.deepEqual(report.existingNodes, { [node.name]: namesOf([fits]) });
    assert.deepEqual(Object.keys(report.unschedulable), namesOf([tooLarge]));
    assert.notEqual(Object.values(report.unschedulable)[0], "");
  });
});

const namesOf = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => `default/${metadata.name}`).sort();
