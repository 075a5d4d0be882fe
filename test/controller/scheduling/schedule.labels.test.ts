import assert from "node:assert/strict";

import type { Labels } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { NodePool } from "#controller/api/node-pool";
import type { NodeSelectorTerm, Pod } from "#controller/api/pod";
import type { Operator, RequirementSpec } from "#controller/api/requirement";
import type { Plan } from "#controller/scheduling/plan";
import { choice, instanceType, nodePool, podAsking, testZones } from "#support/builders";
import { reasonsIn, solved } from "#support/solved";

const cpus = "karpenter.k8s.aws/instance-cpu";
const sized = (name: string, cpu: number, arch: string) =>
  instanceType(name, {
    ...{ cpu, memoryGi: 4 * cpu, arch },
    requirements: [{ key: cpus, operator: "In", values: [String(cpu)] }],
  });
const types = [sized("small", 2, "amd64"), sized("large", 8, "amd64"), sized("arm", 4, "arm64")];
const [a, b, c] = testZones;

const requirement = (key: string, operator: Operator, ...values: readonly string[]): RequirementSpec => ({
  ...{ key, operator },
  ...(values.length > 0 && { values }),
});
const poolThat = (requirements: readonly RequirementSpec[], own: Labels = {}): NodePool =>
  nodePool({ spec: { template: { metadata: { labels: own }, spec: { requirements } } } });

const selecting = (nodeSelector: Labels): Pod => podAsking({ cpu: "1" }, { nodeSelector });
const term = (...matchExpressions: readonly RequirementSpec[]): NodeSelectorTerm => ({ matchExpressions });
const requiring = (...matchExpressions: readonly RequirementSpec[]): Pod => wishing(matchExpressions);

/** A pod that requires the ones and prefers the others. */
const wishing = (required: readonly RequirementSpec[], ...preferred: readonly RequirementSpec[]): Pod =>
  podAsking(
    { cpu: "1" },
    {
      affinity: {
        nodeAffinity: {
          ...(required.length > 0 && {
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term(...required)] },
          }),
          preferredDuringSchedulingIgnoredDuringExecution: preferred.map((each) => ({
            weight: 1,
            preference: term(each),
          })),
        },
      },
    },
  );

/** The plan for these pods from one pool. */
const planFor = (pool: NodePool, ...pods: readonly Pod[]): Plan => solved({ pods, pools: [choice(pool, types)] });
const reasonOf = (plan: Plan): string => reasonsIn(plan)[0] ?? "";

/** Values of a label that the only new node can still have. */
const valuesOf = ({ newNodes: [node] }: Plan, key: string): readonly string[] | undefined =>
  node?.requirements.find((each) => each.key === key)?.values;

describe("schedule: labels of a pool", () => {
  const pool = poolThat([requirement("tier", "In", "gold", "silver")], { team: "a" });
  const cases: readonly (readonly [string, Pod, RegExp | undefined])[] = [
    ["nothing", selecting({}), undefined],
    ["its label", selecting({ team: "a" }), undefined],
    ["another value", selecting({ team: "b" }), /team In \[b\] against team In \[a\]/],
    ["a label that it does not define", selecting({ squad: "a" }), /label squad does not have known values/],
    ["one of its values", selecting({ tier: "gold" }), undefined],
    ["none of its values", selecting({ tier: "bronze" }), /tier In \[bronze\] against tier In \[gold, silver\]/],
    ["its label, by affinity", requiring(requirement("team", "In", "a", "b")), undefined],
    ["another value, by affinity", requiring(requirement("team", "In", "b", "c")), /team In \[b, c\] against/],
  ];
  for (const [what, pod, refusal] of cases) {
    it(`SCHED-007 ${refusal ? "refuse" : "suit"} a pod that asks for ${what}`, () => {
      const plan = planFor(pool, pod);

      assert.equal(plan.newNodes.length, refusal ? 0 : 1);
      assert.match(reasonOf(plan), refusal ?? /^$/);
    });
  }
});

/** Each pool shape leaves zones b and c, and the machines with 2 and 8 cpu. */
const shapes: Readonly<Record<string, NodePool>> = {
  "that lists what it takes": poolThat([
    requirement(labels.zone, "In", b, c),
    requirement(labels.arch, "In", "amd64"),
    requirement(cpus, "In", "2", "8"),
  ]),
  "that excludes what it does not take": poolThat([
    requirement(labels.zone, "NotIn", a),
    requirement(labels.arch, "Exists"),
    requirement(cpus, "NotIn", "4"),
  ]),
};

for (const [shape, pool] of Object.entries(shapes)) {
  describe(`schedule: well-known labels, for a pool ${shape}`, () => {
    const zone = (operator: Operator, ...values: readonly string[]) => requirement(labels.zone, operator, ...values);
    const cpu = (operator: Operator, ...values: readonly string[]) => requirement(cpus, operator, ...values);

    /** What the pod asks, and the zones and cpu numbers that its node may have; none when there is no node. */
    const cases: readonly (readonly [string, Pod, readonly string[], readonly string[]])[] = [
      ["nothing", selecting({}), [b, c], ["2", "8"]],
      ["selector", selecting({ [labels.zone]: c }), [c], ["2", "8"]],
      ["selector outside", selecting({ [labels.zone]: a }), [], []],
      ["selector unknown", selecting({ [labels.zone]: "nowhere" }), [], []],
      ["selectors", selecting({ [labels.zone]: b, [cpus]: "8" }), [b], ["8"]],
      ["selectors, one outside", selecting({ [labels.zone]: b, [cpus]: "4" }), [], []],
      ["In", requiring(zone("In", a, c)), [c], ["2", "8"]],
      ["In outside", requiring(zone("In", a)), [], []],
      ["NotIn", requiring(zone("NotIn", b)), [c], ["2", "8"]],
      ["NotIn all", requiring(zone("NotIn", a, b, c)), [], []],
      ["Exists", requiring(zone("Exists")), [b, c], ["2", "8"]],
      ["DoesNotExist", requiring(zone("DoesNotExist")), [], []],
      ["Gt", requiring(cpu("Gt", "2")), [b, c], ["8"]],
      ["Gt too much", requiring(cpu("Gt", "8")), [], []],
      ["Gte", requiring(cpu("Gte", "8")), [b, c], ["8"]],
      ["Lt", requiring(cpu("Lt", "8")), [b, c], ["2"]],
      ["Lt too little", requiring(cpu("Lt", "2")), [], []],
      ["Lte", requiring(cpu("Lte", "2")), [b, c], ["2"]],
      ["Gt and Lt", requiring(cpu("Gt", "2"), cpu("Lt", "8")), [], []],
      ["In and NotIn", requiring(zone("In", b, c), zone("NotIn", c)), [b], ["2", "8"]],
      [
        "several labels",
        requiring(zone("In", b), cpu("Gte", "8"), requirement(labels.arch, "In", "amd64")),
        [b],
        ["8"],
      ],
      ["preferred In", wishing([], zone("In", c)), [c], ["2", "8"]],
      ["preferred In outside", wishing([], zone("In", a)), [b, c], ["2", "8"]],
      ["preferred NotIn", wishing([], zone("NotIn", c)), [b], ["2", "8"]],
      ["preferred Gt too much", wishing([], cpu("Gt", "8")), [b, c], ["2", "8"]],
      ["preferred DoesNotExist", wishing([], zone("DoesNotExist")), [b, c], ["2", "8"]],
      ["In, preferred In within", wishing([zone("In", b, c)], zone("In", c)), [c], ["2", "8"]],
      ["In, preferred In elsewhere", wishing([zone("In", b)], zone("In", c)), [b], ["2", "8"]],
      ["NotIn, preferred In within", wishing([zone("NotIn", b)], zone("In", c)), [c], ["2", "8"]],
      ["NotIn, preferred In what is excluded", wishing([zone("NotIn", b)], zone("In", b)), [c], ["2", "8"]],
      ["In, preferred NotIn", wishing([zone("In", b, c)], zone("NotIn", b)), [c], ["2", "8"]],
      ["In outside, preferred In within", wishing([zone("In", a)], zone("In", b)), [], []],
      ["In, preferred Gt", wishing([zone("In", b)], cpu("Gt", "2")), [b], ["8"]],
      ["Exists, preferred In", wishing([zone("Exists")], zone("In", b)), [b], ["2", "8"]],
    ];
    for (const [what, pod, zones, cpuNumbers] of cases) {
      it(`SCHED-008 ${what}: ${zones.length > 0 ? `${zones.join(", ")} with ${cpuNumbers.join(" or ")} cpu` : "refused"}`, () => {
        const plan = planFor(pool, pod);
        const [node] = plan.newNodes;

        assert.deepEqual(
          [...new Set(node?.instanceTypes.map(({ capacity }) => capacity["cpu"]))].toSorted(),
          cpuNumbers,
        );
        if (node) assert.deepEqual(valuesOf(plan, labels.zone), zones);
        else assert.notEqual(reasonOf(plan), "");
      });
    }

    it("SCHED-008 a hostname is nobody's to choose before there is the node", () => {
      assert.equal(planFor(pool, selecting({ [labels.hostname]: "red-node" })).newNodes.length, 0);
    });
  });
}

describe("schedule: labels that may be asked for", () => {
  const allowed = nodePool({
    spec: {
      template: {
        metadata: {
          labels: { "node.kubernetes.io/role": "web", "sub.kops.k8s.io/group": "a", "example.com/rack": "7" },
        },
      },
    },
  });
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["karpenter.sh/unknown", "x", false],
    ["sub.karpenter.sh/unknown", "x", false],
    [labels.hostname, "x", false],
    ["karpenter.sh/registered", "true", false],
    ["kubernetes.io/unknown", "x", false],
    ["node.kubernetes.io/role", "web", true],
    ["sub.kops.k8s.io/group", "a", true],
    ["example.com/rack", "7", true],
    [labels.nodePool, allowed.metadata.name, true],
    [labels.capacityType, "on-demand", true],
    [labels.arch, "amd64", true],
    [labels.os, "linux", true],
    [labels.instanceType, "large", true],
    [labels.zone, b, true],
    ["failure-domain.beta.kubernetes.io/zone", b, true],
    ["beta.kubernetes.io/arch", "arm64", true],
  ];
  for (const [key, value, expected] of cases) {
    it(`SCHED-009 ${key}=${value} is ${expected ? "planned for" : "refused"}`, () => {
      assert.equal(planFor(allowed, selecting({ [key]: value })).newNodes.length, expected ? 1 : 0);
    });
  }
});

describe("schedule: operators on labels of one's own", () => {
  const defined = poolThat([], { team: "a" });
  const cases: readonly (readonly [Operator, readonly string[], boolean, boolean])[] = [
    ["In", ["a"], true, false],
    ["In", ["b"], false, false],
    ["In", ["a", "b"], true, false],
    ["NotIn", ["a"], false, true],
    ["NotIn", ["b"], true, true],
    ["Exists", [], true, false],
    ["DoesNotExist", [], false, true],
  ];
  for (const [operator, values, whenDefined, whenUndefined] of cases) {
    it(`SCHED-010 ${operator} [${values.join(", ")}] against a, and against nothing`, () => {
      const pod = requiring(requirement("team", operator, ...values));

      assert.equal(planFor(defined, pod).newNodes.length, whenDefined ? 1 : 0);
      assert.equal(planFor(nodePool(), pod).newNodes.length, whenUndefined ? 1 : 0);
    });
  }

  const open = poolThat([requirement("rack", "In", "1", "2", "3")]);
  const together: readonly (readonly [string, RequirementSpec, RequirementSpec, number])[] = [
    ["overlap", requirement("rack", "In", "1", "2"), requirement("rack", "In", "2", "3"), 1],
    ["do not overlap", requirement("rack", "In", "1"), requirement("rack", "In", "2"), 2],
    ["exclude different values", requirement("rack", "NotIn", "1"), requirement("rack", "NotIn", "2"), 1],
    ["exclude what the other wants", requirement("rack", "In", "1"), requirement("rack", "NotIn", "1"), 2],
    ["are content with any", requirement("rack", "In", "2"), requirement("rack", "Exists"), 1],
  ];
  for (const [what, one, other, nodes] of together) {
    it(`SCHED-010 pods whose demands ${what} share ${nodes === 1 ? "a node" : "none"}`, () => {
      assert.equal(planFor(open, requiring(one), requiring(other)).newNodes.length, nodes);
    });
  }

  it("SCHED-010 Exists leaves a value as it is", () => {
    const plan = planFor(defined, requiring(requirement("team", "Exists")), selecting({ team: "a" }));

    assert.deepEqual(valuesOf(plan, "team"), ["a"]);
    assert.deepEqual(valuesOf(planFor(open, requiring(requirement("rack", "Exists"))), "rack"), ["1", "2", "3"]);
  });
});
