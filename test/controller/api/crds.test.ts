import assert from "node:assert/strict";
import type { NodePool } from "#controller/api/node-pool";
import type { Kube } from "#controller/ports/kube";
import { InvalidError } from "#controller/ports/errors";
import { nodeClaim, nodeClass, nodePool } from "#support/builders";
import { STARTING_MS } from "#support/control-plane";
import { ControllerWorld } from "#support/controller-world";
import { nextName } from "#support/names";

type Made = "NodePool" | "NodeClaim" | "EC2NodeClass";

describe("the kinds' schemas", function () {
  this.timeout(30_000);
  let kube: Kube;
  before(async function () {
    this.timeout(STARTING_MS);
    ({ kube } = await ControllerWorld.open());
  });

  /** The API server's word on an object: "" when it takes it, which is undone at once. */
  async function verdict(kind: Made, object: { readonly spec: object }): Promise<string> {
    const name = nextName("schema");
    // Examples break the types on purpose.
    const made = { metadata: { name }, spec: object.spec } as unknown as NodePool;
    try {
      await kube.create(kind as "NodePool", made);
      await kube.delete(kind, { name });
      return "";
    } catch (error) {
      if (error instanceof InvalidError) return error.message;
      throw error;
    }
  }
  const pool = (template: object, rest: object = {}): { readonly spec: object } => {
    const { spec } = nodePool();
    return { spec: { ...spec, ...rest, template: { ...spec.template, spec: { ...spec.template.spec, ...template } } } };
  };
  const claim = (spec: object): { readonly spec: object } => ({ spec: { ...nodeClaim().spec, ...spec } });
  const ofClass = (spec: object): { readonly spec: object } => ({ spec: { ...nodeClass().spec, ...spec } });
  const disruption = (fields: object) => pool({}, { disruption: { consolidateAfter: "0s", ...fields } });
  const requirement = (key: string, operator: string, ...values: readonly string[]) => ({
    requirements: [{ key, operator, ...(values.length > 0 && { values }) }],
  });
  const taint = (fields: object): object => ({
    taints: [{ key: "team", value: "a", effect: "NoSchedule", ...fields }],
  });
  const hundredOne = Array.from({ length: 101 }, (_, i) => ({ key: `k${i}`, operator: "Exists" }));

  /** id, what, the kind, the object, and whether it is taken. */
  const examples: readonly (readonly [string, string, Made, () => { readonly spec: object }, boolean])[] = [
    ["API-001", "a taint", "NodeClaim", () => claim(taint({})), true],
    ["API-001", "a taint with a bad key", "NodeClaim", () => claim(taint({ key: "a b" })), false],
    ["API-001", "a taint with a bad value", "NodeClaim", () => claim(taint({ value: "a b" })), false],
    ["API-001", "a taint with a bad effect", "NodeClaim", () => claim(taint({ effect: "Never" })), false],
    [
      "API-002",
      "a class group with a slash",
      "NodeClaim",
      () => claim({ nodeClassRef: { group: "a/v1", kind: "B", name: "c" } }),
      false,
    ],
    ["API-003", "an unknown operator", "NodeClaim", () => claim(requirement("a", "Like", "b")), false],
    ["API-003", "a restricted domain", "NodeClaim", () => claim(requirement("karpenter.sh/own", "In", "b")), false],
    ["API-003", "the hostname", "NodeClaim", () => claim(requirement("kubernetes.io/hostname", "In", "b")), false],
    ["API-003", "the pool's name", "NodeClaim", () => claim(requirement("karpenter.sh/nodepool", "In", "b")), true],
    [
      "API-003",
      "a domain of Kubernetes",
      "NodeClaim",
      () => claim(requirement("node.kubernetes.io/x", "In", "b")),
      true,
    ],
    ["API-003", "In without a value", "NodeClaim", () => claim(requirement("a", "In")), false],
    ["API-003", "Gt with a number", "NodeClaim", () => claim(requirement("a", "Gt", "4")), true],
    ["API-003", "Gt with two numbers", "NodeClaim", () => claim(requirement("a", "Gt", "4", "5")), false],
    ["API-003", "Gt with a negative number", "NodeClaim", () => claim(requirement("a", "Gt", "-4")), false],
    ["API-003", "Gte with a number", "NodeClaim", () => claim(requirement("a", "Gte", "4")), true],
    ["API-003", "101 requirements", "NodeClaim", () => claim({ requirements: hundredOne }), false],
    [
      "API-003",
      "more minValues than values",
      "NodeClaim",
      () => claim({ requirements: [{ key: "a", operator: "In", values: ["b"], minValues: 2 }] }),
      false,
    ],
    [
      "API-003",
      "minValues of 51",
      "NodeClaim",
      () => claim({ requirements: [{ key: "a", operator: "Exists", minValues: 51 }] }),
      false,
    ],
    ["API-004", "a grace period of two units", "NodeClaim", () => claim({ terminationGracePeriod: "1h30m" }), true],
    ["API-004", "a grace period that never ends", "NodeClaim", () => claim({ terminationGracePeriod: "Never" }), false],
    ["API-004", "a negative grace period", "NodeClaim", () => claim({ terminationGracePeriod: "-1h" }), false],
    ["API-005", "a claim that never expires", "NodeClaim", () => claim({ expireAfter: "Never" }), true],
    ["API-005", "an expiry in days", "NodeClaim", () => claim({ expireAfter: "30d" }), false],
    ["API-006", "a budget in percent", "NodePool", () => disruption({ budgets: [{ nodes: "100%" }] }), true],
    ["API-006", "a budget over 100%", "NodePool", () => disruption({ budgets: [{ nodes: "101%" }] }), false],
    ["API-006", "a negative budget", "NodePool", () => disruption({ budgets: [{ nodes: "-1" }] }), false],
    [
      "API-006",
      "a schedule with its duration",
      "NodePool",
      () => disruption({ budgets: [{ nodes: "1", schedule: "0 9 * * mon-fri", duration: "8h" }] }),
      true,
    ],
    [
      "API-006",
      "a schedule without a duration",
      "NodePool",
      () => disruption({ budgets: [{ nodes: "1", schedule: "@daily" }] }),
      false,
    ],
    [
      "API-006",
      "a duration without a schedule",
      "NodePool",
      () => disruption({ budgets: [{ nodes: "1", duration: "8h" }] }),
      false,
    ],
    [
      "API-006",
      "a duration in seconds",
      "NodePool",
      () => disruption({ budgets: [{ nodes: "1", schedule: "@daily", duration: "30s" }] }),
      false,
    ],
    [
      "API-006",
      "one bad budget beside a good one",
      "NodePool",
      () => disruption({ budgets: [{ nodes: "1" }, { nodes: "x" }] }),
      false,
    ],
    ["API-007", "consolidation after Never", "NodePool", () => disruption({ consolidateAfter: "Never" }), true],
    [
      "API-007",
      "consolidation after a negative time",
      "NodePool",
      () => disruption({ consolidateAfter: "-1s" }),
      false,
    ],
    ["API-008", "the policy Balanced", "NodePool", () => disruption({ consolidationPolicy: "Balanced" }), true],
    [
      "API-008",
      "the old policy WhenUnderutilized",
      "NodePool",
      () => disruption({ consolidationPolicy: "WhenUnderutilized" }),
      false,
    ],
    [
      "API-009",
      "budgets with reasons",
      "NodePool",
      () => disruption({ budgets: [{ nodes: "1", reasons: ["Drifted", "Empty", "Underutilized"] }] }),
      true,
    ],
    [
      "API-009",
      "a budget for Expired",
      "NodePool",
      () => disruption({ budgets: [{ nodes: "1", reasons: ["Expired"] }] }),
      false,
    ],
    [
      "API-011",
      "a pool that asks for a pool",
      "NodePool",
      () => pool(requirement("karpenter.sh/nodepool", "In", "b")),
      false,
    ],
    ["API-015", "static pools of none", "NodePool", () => pool({}, { replicas: 0, disruption: undefined }), true],
    [
      "API-015",
      "a negative count of nodes",
      "NodePool",
      () => pool({}, { replicas: -1, disruption: undefined }),
      false,
    ],
    ["API-016", "a static pool with a weight", "NodePool", () => pool({}, { replicas: 1, weight: 2 }), false],
    [
      "API-016",
      "a static pool with limits of cpu",
      "NodePool",
      () => pool({}, { replicas: 1, limits: { cpu: "1" } }),
      false,
    ],
    [
      "API-016",
      "a static pool with limits of nodes",
      "NodePool",
      () => pool({}, { replicas: 1, limits: { nodes: "2" } }),
      true,
    ],
    ["", "a weight of 101", "NodePool", () => pool({}, { weight: 101 }), false],
    ["", "a class with a role", "EC2NodeClass", () => ofClass({}), true],
    ["", "a class with neither role nor profile", "EC2NodeClass", () => ofClass({ role: undefined }), false],
    ["", "a class with both", "EC2NodeClass", () => ofClass({ instanceProfile: "p" }), false],
    ["", "a class without subnets", "EC2NodeClass", () => ofClass({ subnetSelectorTerms: [] }), false],
    [
      "",
      "an alias of no family",
      "EC2NodeClass",
      () => ofClass({ amiSelectorTerms: [{ alias: "ubuntu@latest" }] }),
      false,
    ],
    [
      "",
      "an alias beside another term",
      "EC2NodeClass",
      () => ofClass({ amiSelectorTerms: [{ alias: "al2023@latest" }, { id: "ami-0123456789abcdef0" }] }),
      false,
    ],
    [
      "",
      "images without a family",
      "EC2NodeClass",
      () => ofClass({ amiSelectorTerms: [{ id: "ami-0123456789abcdef0" }] }),
      false,
    ],
    [
      "",
      "a tag of the cluster's",
      "EC2NodeClass",
      () => ofClass({ tags: { "kubernetes.io/cluster/x": "owned" } }),
      false,
    ],
  ];
  for (const [id, what, kind, object, taken] of examples) {
    it(`${id} ${taken ? "take" : "refuse"} ${what}`.trim(), async () => {
      const word = await verdict(kind, object());
      assert.equal(word === "", taken, word);
    });
  }

  it("AWS-005 take terms that select subnets, groups and reservations in a way that EC2 knows", async () => {
    const [tags, ownerID] = [{ team: "*" }, "123456789012"];
    const id = {
      subnet: "subnet-0123456789abcdef0",
      group: "sg-0123456789abcdef0",
      reservation: "cr-0123456789abcdef0",
    };
    const badTags = [{ tags: { "": "a" } }, { tags: { team: "" } }];
    const kinds = {
      subnetSelectorTerms: {
        good: [{ id: id.subnet }, { tags }],
        bad: [{}, { id: id.group }, { id: id.subnet, tags }, ...badTags],
      },
      securityGroupSelectorTerms: {
        good: [{ id: id.group }, { tags }, { name: "nodes" }],
        bad: [
          {},
          { id: id.subnet },
          { id: id.group, tags },
          { id: id.group, name: "a" },
          { name: "a", tags },
          ...badTags,
        ],
      },
      capacityReservationSelectorTerms: {
        good: [
          ...[{ id: id.reservation }, { tags }, { tags, ownerID }, { instanceMatchCriteria: "targeted" }],
          { instanceMatchCriteria: "open", ownerID, tags },
        ],
        bad: [
          ...[{}, { ownerID }, { id: id.group }, { id: id.reservation, tags }, { id: id.reservation, ownerID }],
          ...[{ id: id.reservation, instanceMatchCriteria: "open" }, { instanceMatchCriteria: "closed" }],
          ...[{ tags, ownerID: "me" }, ...badTags],
        ],
      },
    };
    for (const [field, { good, bad }] of Object.entries(kinds)) {
      const word = (...terms: readonly object[]): Promise<string> =>
        verdict("EC2NodeClass", ofClass({ [field]: terms }));
      assert.equal(await word(...good), "", field);
      for (const term of good) assert.equal(await word(term), "", JSON.stringify(term));
      for (const term of bad) assert.match(await word(term), new RegExp(field), JSON.stringify(term));
      assert.match(await word(...good, {}), /set at least one of/);
    }
  });

  it("API-022 fill in what a pool does not say", async () => {
    const { spec } = nodePool();
    const made = await kube.create("NodePool", {
      metadata: { name: "defaults" },
      spec: { template: { spec: { ...spec.template.spec, expireAfter: undefined } } },
    });
    await kube.delete("NodePool", made.metadata);

    assert.equal(made.spec.template.spec.expireAfter, "720h");
    assert.deepEqual(made.spec.disruption, {
      consolidateAfter: "0s",
      consolidationPolicy: "WhenEmptyOrUnderutilized",
      budgets: [{ nodes: "10%" }],
    });
  });

  it("API-014 API-018 keep what must not change", async () => {
    const name = nextName("fixed");
    await kube.create("NodePool", { ...nodePool(), metadata: { name } });
    const change = (spec: object): Promise<unknown> => kube.patch("NodePool", { name }, { spec });
    await assert.rejects(change({ template: { spec: { nodeClassRef: { kind: "Other" } } } }), InvalidError);
    await assert.rejects(change({ replicas: 1 }), InvalidError);
    await change({ template: { spec: { nodeClassRef: { name: "other" } } } });
    await kube.delete("NodePool", { name });

    await kube.create("NodeClaim", { ...nodeClaim(), metadata: { name } });
    await assert.rejects(kube.patch("NodeClaim", { name }, { spec: { expireAfter: "1h" } }), /cannot be changed/);
    await kube.delete("NodeClaim", { name });
  });
});
