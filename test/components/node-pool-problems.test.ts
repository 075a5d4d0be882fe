import assert from "node:assert/strict";
import { crds } from "#controller/api/crds";
import { nodePoolsProblems } from "#components/node-pools";
import type { PoolSettings } from "#components/pool-settings";
import { instanceKeys } from "#components/requirement-keys";

const cluster = { name: "demo", publicSubnetIds: ["subnet-1"] };
const problems = (settings: PoolSettings, name = "default"): readonly string[] =>
  nodePoolsProblems({ nodePools: { [name]: settings }, cluster, nodeRoleName: "role" }).map(
    ({ path, reason }) => `${path}: ${reason}`,
  );
const requirement = (key: string, operator: string, ...values: string[]): PoolSettings =>
  // A program in JavaScript, or a configuration file, is held to no type.
  ({ requirements: [{ key, operator, values }] }) as PoolSettings;

describe("a pool's settings", () => {
  it("are fine when they say nothing", () => {
    assert.deepEqual(problems({}), []);
  });

  it("are fine when they say everything", () => {
    const settings: PoolSettings = {
      class: { extraSecurityGroups: ["sg-1"], gpu: true, public: true, tags: { team: "a" }, volumeSize: "100Gi" },
      annotations: { a: "b" },
      labels: { team: "a" },
      limits: { cpu: "80", memory: "320Gi" },
      requirements: [
        { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
        { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["4"] },
        { key: "example.com/anything", operator: "Exists" },
      ],
      taints: [{ key: "a", effect: "NoSchedule" }],
      weight: 10,
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "30s", budgets: [{ nodes: "10%" }] },
      expireAfter: "360h",
    };

    assert.deepEqual(problems(settings), []);
  });

  const wrong: readonly (readonly [string, PoolSettings, RegExp])[] = [
    [
      "an unknown requirement key",
      requirement("karpenter.k8s.aws/instance-famly", "In", "c5"),
      /^nodePools\.default\.requirements\[0\]\.key: .*did you mean karpenter\.k8s\.aws\/instance-family\?/,
    ],
    ["a key that is the controller's", requirement("karpenter.sh/nodepool", "Exists"), /set by the controller/],
    ["an unknown operator", requirement("a", "Is", "b"), /requirements\[0\]\.operator: must be one of .*NotIn/],
    ["In of nothing", requirement("a", "In"), /requirements\[0\]\.values: must name at least one value/],
    ["Gt of no number", requirement("a", "Gt", "many"), /must be one whole number/],
    ["a quantity that is none", { limits: { cpu: "many" } }, /limits\.cpu: "many" is not a quantity/],
    ["a duration that is none", { expireAfter: "30 days" }, /expireAfter: "30 days" must match/],
    ["a weight out of bounds", { weight: 101 }, /weight: must be at most 100/],
    ["a label that is the controller's", { labels: { "karpenter.sh/nodepool": "x" } }, /labels/],
    ["a public pool without public subnets", { class: { public: true } }, /class\.public: the cluster has no public/],
  ];
  for (const [what, settings, message] of wrong) {
    it(`may not have ${what}`, () => {
      const nowhere = {
        nodePools: { default: settings },
        cluster: { ...cluster, publicSubnetIds: [] },
        nodeRoleName: "r",
      };
      const found = nodePoolsProblems(nowhere).map(({ path, reason }) => `${path}: ${reason}`);

      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", message);
    });
  }

  it("may not misspell a field", () => {
    assert.match(problems({ taint: [] } as PoolSettings)[0] ?? "", /nodePools\.default\.taint: is unknown/);
    assert.match(
      problems({ class: { ami: "x" } } as PoolSettings)[0] ?? "",
      /nodePools\.default\.class\.ami: is unknown/,
    );
  });

  it("are told all at once", () => {
    assert.equal(problems({ weight: 0, limits: { cpu: "x" }, expireAfter: "y" }, "Not A Name").length, 5);
  });

  it("are told of requirements although limits are wrong too", () => {
    const settings = { ...requirement("karpenter.k8s.aws/instance-famly", "In", "c5"), limits: { cpu: "x" } };

    assert.equal(problems(settings).length, 2);
  });

  it("know the same keys as the definition does", () => {
    const text = JSON.stringify(crds);

    for (const key of instanceKeys) assert.ok(text.includes(`\\"${key}\\"`), key);
  });
});
