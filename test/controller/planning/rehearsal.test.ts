import assert from "node:assert/strict";
import { readCatalog } from "#catalog/ec2-catalog";
import { typesOf } from "#catalog/market";
import type { EC2NodeClass } from "#controller/api/ec2-node-class";
import { inventedProblems } from "#controller/planning/invented-problem";
import { inventedTypes } from "#controller/planning/invented-types";
import { rehearse } from "#controller/planning/rehearsal";
import type { InstanceType } from "#controller/scheduling/instance-type";
import type { Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { violationsOf } from "#support/plan-checker";

const nodeClass: EC2NodeClass = {
  metadata: { name: "default" },
  spec: {
    ...{ subnetSelectorTerms: [], securityGroupSelectorTerms: [] },
    amiSelectorTerms: [{ alias: "al2023@latest" }],
  },
};

/** The names of all fields, in their order, which matters to V8; of lists, those that their items have. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return new Set(value.map((item) => JSON.stringify(shapeOf(item))));
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.entries(value).map(([key, field]) => [key, shapeOf(field)]);
}

const keysAsked = ({ requirements }: InstanceType): readonly string[] => requirements.map(({ key }) => key).sort();

const noPlan: ReturnType<typeof schedule> = {
  ...{ newNodes: [], existing: new Map(), unschedulable: [], deferred: [], zones: new Map() },
};

describe("rehearse", function () {
  this.timeout(60_000);

  it("ends by itself, once all problems were solved again and it got no faster", async () => {
    const seen: number[] = [];
    await rehearse(({ pods }) => {
      seen.push(pods.length);
      return noPlan;
    });

    const round = [...inventedProblems(inventedTypes())].map(({ pods }) => pods.length);
    assert.ok(seen.length >= 2 * round.length, String(seen.length));
    assert.deepEqual(
      seen,
      seen.map((_, index) => round[index % round.length]),
    );
  });

  it("ends when it has had its part of the processor, even if the last round was still faster", async () => {
    let [solved, patience] = [0, 400];
    await rehearse(() => {
      const { user } = process.threadCpuUsage();
      patience *= 0.95;
      while (process.threadCpuUsage().user - user < patience * 1_000);
      solved += 1;
      return noPlan;
    });

    assert.ok(solved <= 10, String(solved));
  });

  it("is over as soon as somebody wants something else", async () => {
    let [isWanted, solved] = [false, 0];
    await rehearse(
      (_, isTimeUp) => {
        assert.equal(isTimeUp(), false);
        isWanted = true;
        assert.equal(isTimeUp(), true);
        solved += 1;
        return noPlan;
      },
      () => isWanted,
    );

    assert.equal(solved, 1);
  });

  it("lets others have their turn between two problems", async () => {
    const turns: string[] = [];
    const rehearsed = rehearse(() => {
      turns.push("solved");
      setImmediate(() => turns.push("another"));
      return noPlan;
    });
    await rehearsed;

    assert.ok(turns.length > 4);
    assert.deepEqual(
      turns,
      turns.map((_, index) => (index % 2 === 0 ? "solved" : "another")),
    );
  });

  it("changes no plan", async () => {
    const problems = [...inventedProblems(inventedTypes())].map((problem) => structuredClone(problem));
    const before = problems.map((problem) => schedule(problem));
    await rehearse(schedule);

    assert.deepEqual(
      problems.map((problem) => schedule(structuredClone(problem))),
      before,
    );
  });
});

describe("invented problems", () => {
  const problems: readonly Problem[] = [...inventedProblems(inventedTypes())];

  it("are different from each other and the same each time", () => {
    assert.deepEqual([...inventedProblems(inventedTypes())], problems);
    assert.equal(new Set(problems.map((problem) => JSON.stringify(problem))).size, problems.length);
  });

  it("can be solved: all pods have places, by the rules, some of them on nodes that are there", () => {
    const plans = problems.map((problem) => ({ problem, plan: schedule(problem) }));

    for (const { problem, plan } of plans) {
      assert.deepEqual(violationsOf(plan, problem), []);
      assert.deepEqual([plan.unschedulable, plan.deferred], [[], []]);
      assert.ok(plan.newNodes.length > 1);
    }
    assert.ok(plans.some(({ plan }) => plan.existing.size > 0));
  });

  it("are sold machines that look like those of the catalog, field by field", () => {
    const invented = inventedTypes();
    const real = typesOf(nodeClass, readCatalog(), {
      ...{ region: "us-east-1", spot: 0.4 },
      zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
    });

    assert.ok(invented.length > 200);
    assert.equal(new Set(invented.map(({ name }) => name)).size, invented.length);
    const like = real.find(({ name }) => name === "m5.large");
    assert.ok(like);
    for (const type of invented) {
      assert.deepEqual(shapeOf(type), shapeOf(like));
      assert.deepEqual(keysAsked(type), keysAsked(like));
    }
  });
});
