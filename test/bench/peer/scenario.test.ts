import assert from "node:assert/strict";
import { scenarioOf } from "../../../bench/peer/scenario";
import type { Pod } from "#controller/api/pod";
import { labels } from "#controller/api/labels";
import { choice, instanceType, nodePool, pod, problem } from "#support/builders";

describe("a problem for the peer", () => {
  it("lists instance types once, however many pools share them", () => {
    const shared = [instanceType("shared", { cpu: 4, memoryGi: 8 })];
    const own = [instanceType("own", { cpu: 4, memoryGi: 8 })];
    const pools = [choice(nodePool(), shared), choice(nodePool(), own), choice(nodePool(), shared, { cpu: "3" })];
    const scenario = scenarioOf(problem({ pools }));

    assert.deepEqual(
      scenario.catalogs.map((types) => types.map(({ name }) => name)),
      [["shared"], ["own"]],
    );
    assert.deepEqual(
      scenario.pools.map(({ catalog }) => catalog),
      [0, 1, 0],
    );
    assert.deepEqual(scenario.pools[2]?.usage, { cpu: "3" });
    assert.equal(scenario.pools[2].nodePool, pools[2]?.pool);
  });

  it("says of each instance type which well-known labels it does not carry, unless an offering carries them", () => {
    const zoneId = { key: labels.zoneId, operator: "In", values: ["use1-az1"] } as const;
    const plain = instanceType("plain", { cpu: 4, memoryGi: 8 });
    const offered = {
      ...plain,
      offerings: plain.offerings.map((offering) => ({ ...offering, requirements: [zoneId] })),
    };
    const missing = absentLabelsOf(plain);

    assert.ok(missing.includes("karpenter.k8s.aws/instance-gpu-count"));
    assert.ok(missing.includes(labels.zoneId));
    assert.ok(!absentLabelsOf(offered).includes(labels.zoneId));
    for (const key of [labels.arch, labels.zone, labels.capacityType, labels.nodePool])
      assert.ok(!missing.includes(key));
  });

  it("has the pods to place as the API server would have stored them", () => {
    const written: Pod = {
      metadata: { name: "bare" },
      spec: { containers: [{ name: "main", resources: { limits: { cpu: "1" } } }] },
    };
    const [pod] = scenarioOf(problem({ pods: [written] })).pods;

    assert.equal(pod?.metadata.namespace, "default");
    assert.deepEqual(pod.spec.containers[0]?.resources?.requests, { cpu: "1" });
  });

  it("passes the settings on; reservations are strict unless told otherwise", () => {
    const settings = { preferences: "Ignore", minValues: "BestEffort" } as const;

    assert.deepEqual(scenarioOf(problem({ settings })).settings, { ...settings, reservations: "Strict" });
    const lenient = problem({ settings: { ...settings, reservations: "Fallback" } });
    assert.deepEqual(scenarioOf(lenient).settings, { ...settings, reservations: "Fallback" });
  });

  it("offers the peer nothing that is reserved where that is to be ignored", () => {
    const type = instanceType("m.large", { cpu: 2, memoryGi: 8, zones: ["test-zone-a"] });
    const reservation = { id: "cr-1", remaining: 1 };
    const offerings = [...type.offerings, ...type.offerings.map((each) => ({ ...each, reservation }))];
    const sold = (reservations: "Ignore" | "Strict") =>
      scenarioOf(
        problem({
          pools: [choice(nodePool(), [{ ...type, offerings }])],
          settings: { preferences: "Respect", minValues: "Strict", reservations },
        }),
      ).catalogs[0]?.[0]?.offerings.length;

    assert.deepEqual([sold("Strict"), sold("Ignore")], [2, 1]);
  });

  it("is solved once unless told otherwise", () => {
    assert.equal(scenarioOf(problem({ pods: [pod()] })).repeat, 1);
    assert.equal(scenarioOf(problem({ pods: [pod()] }), 5).repeat, 5);
  });
});

function absentLabelsOf(type: ReturnType<typeof instanceType>): readonly string[] {
  const { catalogs } = scenarioOf(problem({ pools: [choice(nodePool(), [type])] }));
  const requirements = catalogs[0]?.[0]?.requirements ?? [];
  return requirements.filter(({ operator }) => operator === "DoesNotExist").map(({ key }) => key);
}
