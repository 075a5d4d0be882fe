import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { scenarios } from "../../bench/scenarios";
import { busyCluster } from "../../bench/scenarios/company/busy-cluster";
import { company } from "../../bench/scenarios/company/company";
import { keyOf } from "#controller/api/kube-object";
import { amountsOf, effectiveRequests, sum } from "#controller/scheduling/resources";

const digest = (thing: unknown): string => createHash("sha256").update(JSON.stringify(thing)).digest("hex");

describe("scenarios", () => {
  for (const scenario of scenarios) {
    const [smallest = 0] = scenario.sizes;

    it(`have as many pods as asked for, each with a name of its own: ${scenario.name}`, () => {
      const { pods } = scenario.problem(smallest);

      assert.equal(pods.length, smallest);
      assert.equal(new Set(pods.map(keyOf)).size, smallest);
    });

    it(`are the same each time: ${scenario.name}`, () => {
      assert.equal(digest(scenario.problem(smallest)), digest(scenario.problem(smallest)));
    });
  }

  it("have names of their own", () => {
    assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length);
  });
});

describe("company", () => {
  it("asks for every trait that it is there for", () => {
    const { pods, volumes } = company.problem(1000);
    const specs = pods.map(({ spec }) => spec);
    const some = (has: (spec: (typeof specs)[number]) => unknown): void => {
      assert.ok(specs.some((spec) => has(spec) !== undefined));
    };

    some(({ initContainers }) => initContainers?.find(({ restartPolicy }) => restartPolicy === "Always"));
    some(({ topologySpreadConstraints: spread }) => spread?.find((each) => each.whenUnsatisfiable === "DoNotSchedule"));
    some(({ affinity }) => affinity?.podAntiAffinity);
    some(({ affinity }) => affinity?.nodeAffinity);
    some(({ tolerations }) => tolerations);
    some(({ containers: [main] }) => main?.resources?.requests?.["nvidia.com/gpu"]);
    const claims = new Set(volumes.claims.map(({ metadata }) => metadata.name));
    for (const { volumes: mounted = [] } of specs)
      for (const { persistentVolumeClaim } of mounted) assert.ok(claims.has(persistentVolumeClaim?.claimName ?? ""));
  });
});

describe("busy cluster", () => {
  it("has ten running pods on average on each of as many nodes as pods wait, and no node overfull", () => {
    const { nodes } = busyCluster.problem(200);

    assert.equal(nodes.length, 200);
    assert.equal(nodes.flatMap(({ pods }) => pods).length, 2000);
    for (const { allocatable, pods } of nodes) {
      const room = amountsOf(allocatable);
      for (const [name, used] of Object.entries(sum(pods.map(({ spec }) => effectiveRequests(spec)))))
        assert.ok(used <= (room[name] ?? 0), name);
    }
  });
});
