import assert from "node:assert/strict";

import fc from "fast-check";

import { nodePoolHash } from "#controller/api/hash";
import { labels } from "#controller/api/labels";
import type { NodePool } from "#controller/api/node-pool";
import type { Operator } from "#controller/api/requirement";
import { type ClaimDefaults, type NewNodeClaim, toNodeClaim } from "#controller/scheduling/claim";
import { allows, type Requirement } from "#controller/scheduling/requirement";
import { requirementsOf } from "#controller/scheduling/requirements";
import { schedule } from "#controller/scheduling/schedule";
import { choice, daemonSet, instanceType, nodePool, podAsking, problem } from "#support/builders";

const types = [
  instanceType("small", { cpu: 2, memoryGi: 8, price: 0.1 }),
  instanceType("large", { cpu: 8, memoryGi: 32, price: 0.38 }),
];

const pool = nodePool({
  metadata: { name: "default", uid: "uid-1" },
  spec: {
    template: {
      metadata: { labels: { team: "a" }, annotations: { note: "kept" } },
      spec: {
        requirements: [
          { key: labels.arch, operator: "In", values: ["amd64"] },
          { key: labels.instanceType, operator: "Exists", minValues: 2 },
          { key: "disk", operator: "In", values: ["ssd", "hdd"] },
          { key: "rack", operator: "Gt", values: ["6"] },
          { key: "legacy", operator: "NotIn", values: ["yes"] },
        ],
        taints: [{ key: "team", value: "a", effect: "NoSchedule" }],
        startupTaints: [{ key: "cni", effect: "NoExecute" }],
        expireAfter: "360h",
        terminationGracePeriod: "1h",
      },
    },
  },
});

function claimOf(given: NodePool = pool, defaults: ClaimDefaults = {}): NewNodeClaim {
  const pods = [podAsking({ cpu: "1" }, { tolerations: [{ operator: "Exists" }], nodeSelector: { disk: "ssd" } })];
  const { newNodes } = schedule(
    problem({
      pods,
      pools: [choice(given, types)],
      daemonSets: [daemonSet({ cpu: "100m" }, { tolerations: [{ operator: "Exists" }] })],
    }),
  );
  assert.ok(newNodes[0]);
  return toNodeClaim(newNodes[0], defaults);
}

describe("a claim for a planned node", () => {
  it("PROV-008 belongs to its pool and is named after it", () => {
    assert.equal(claimOf().metadata.generateName, "default-");
    assert.deepEqual(claimOf().metadata.ownerReferences, [
      { apiVersion: "karpenter.sh/v1", kind: "NodePool", name: "default", uid: "uid-1", blockOwnerDeletion: true },
    ]);
  });

  it("PROV-006 carries the pool's labels and a value for each label of its own, but no well-known ones", () => {
    assert.deepEqual(claimOf().metadata.labels, {
      team: "a",
      disk: "ssd",
      rack: "7",
      "karpenter.sh/nodepool": "default",
      "karpenter.k8s.aws/ec2nodeclass": "default",
    });
  });

  it("PROV-005 remembers the pool's annotations and hash", () => {
    assert.deepEqual(claimOf().metadata.annotations, {
      note: "kept",
      "karpenter.sh/nodepool-hash": nodePoolHash(pool),
      "karpenter.sh/nodepool-hash-version": "pulumi-v1",
      "karpenter.sh/nodeclaim-min-values-relaxed": "false",
    });
  });

  it("PROV-008 lists its instance types, the cheapest first, and keeps how many there must be", () => {
    const listed = claimOf().spec.requirements.filter(({ key }) => key === labels.instanceType);

    assert.deepEqual(listed, [{ key: labels.instanceType, operator: "In", values: ["small", "large"], minValues: 2 }]);
  });

  it("requires the capacity types that its machines are sold as", () => {
    const listed = claimOf().spec.requirements.find(({ key }) => key === labels.capacityType);

    assert.deepEqual(listed?.values, ["on-demand"]);
  });

  it("PROV-008 asks for its pods and daemons together", () => {
    assert.deepEqual(claimOf().spec.resources?.requests, { cpu: "1100m", pods: "2" });
  });

  it("PROV-002 has the pool's grace period, else the one for all pools, else none", () => {
    const { terminationGracePeriod, ...rest } = pool.spec.template.spec;
    const without = { ...pool, spec: { ...pool.spec, template: { ...pool.spec.template, spec: rest } } };
    const forAll = { terminationGracePeriod: "5m" };

    assert.equal(claimOf(pool, forAll).spec.terminationGracePeriod, terminationGracePeriod);
    assert.equal(claimOf(without, forAll).spec.terminationGracePeriod, "5m");
    assert.equal("terminationGracePeriod" in claimOf(without).spec, false);
  });

  it("PROV-002 takes taints, expiry, grace and class from the pool", () => {
    const { spec } = claimOf();

    assert.deepEqual(
      { ...spec, resources: undefined, requirements: [] },
      {
        ...pool.spec.template.spec,
        resources: undefined,
        requirements: [],
      },
    );
  });

  it("REQ-006 gives each label of its own a value that is allowed, always the same", () => {
    const requirement = fc.oneof(
      fc.record({ operator: fc.constantFrom<Operator>("Exists"), values: fc.constant<string[]>([]) }),
      fc.record({ operator: fc.constantFrom<Operator>("In"), values: fc.uniqueArray(fc.string(), { minLength: 1 }) }),
      fc.record({
        operator: fc.constantFrom<Operator>("Gt", "Gte", "Lt", "Lte"),
        values: fc.nat(5).map((bound) => [String(bound)]),
      }),
      fc.record({
        operator: fc.constantFrom<Operator>("NotIn"),
        values: fc.uniqueArray(fc.nat(4).map(String), { minLength: 1 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(requirement, { minLength: 1, maxLength: 4 }), (given) => {
        const specs = given.map((each) => ({ key: "own", ...each }));
        const [planned] = schedule(problem({ pods: [podAsking({})], pools: [choice(nodePool(), types)] })).newNodes;
        assert.ok(planned);
        const { own } = toNodeClaim({ ...planned, requirements: specs }).metadata.labels;
        const meant = requirementsOf(specs).get("own");

        assert.ok(meant);
        if (own === undefined) assert.ok(meant.absent || !someNumber(meant));
        else assert.ok(allows(meant, own));
      }),
      { numRuns: 200 },
    );
  });
});

/** Whether it allows any number that may be a label's value, or any listed value. */
const someNumber = (meant: Requirement): boolean =>
  [...meant.values, ...Array.from({ length: 20 }, (_, i) => String(i))].some((value) => allows(meant, value));
