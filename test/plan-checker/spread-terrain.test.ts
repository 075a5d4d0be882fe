import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod, TopologySpreadConstraint } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import { choice, instanceType, nodePool, pod, problem, testZones } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { violationsOf } from "#support/plan-checker";
import { inZone, plan, plannedNode } from "#support/plans";
import { broken, machine, many, plain, pool, resident, said, spreading } from "#support/spread-verdicts";

const [zoneA, zoneB, zoneC] = testZones;

describe("plan checker: where topology spread looks", () => {
  it("knows domains by the nodes that are there and by those that pools could make", () => {
    const onlyA = choice(nodePool({ spec: { template: { spec: { requirements: [inZone(zoneA)] } } } }), [machine]);
    assert.equal(broken(said([[zoneA, ...many(3, spreading)]], {}, onlyA)), false);
    assert.equal(broken(said([[zoneA, ...many(3, spreading)]], { nodes: [resident("elsewhere")] }, onlyA)), true);
    const soldOut = {
      ...machine,
      offerings: machine.offerings.map((each) => ({ ...each, available: each.zone === zoneA })),
    };
    assert.equal(broken(said([[zoneA, ...many(3, spreading)]], {}, choice(nodePool(), [soldOut]))), false);
  });

  it("counts only nodes where the pod may go, unless its policy is to ignore that", () => {
    const bound = { spec: { nodeSelector: { [labels.zone]: zoneA } } };
    assert.equal(broken(said([[zoneA, ...many(3, () => spreading({}, bound))]])), false);
    const ignoring = (): Pod => spreading({ nodeAffinityPolicy: "Ignore" }, bound);
    assert.equal(broken(said([[zoneA, ...many(3, ignoring)]])), false);
    assert.equal(broken(said([[zoneA, ...many(3, ignoring)]], { nodes: [resident(zoneB)] })), true);
  });

  it("counts pods on new nodes where the pod may not go if its policy is to ignore that", () => {
    const node = (where: string, capacityType: string, ...pods: readonly Pod[]) =>
      plannedNode(pool, pods, {
        requirements: [inZone(where), { key: labels.capacityType, operator: "In", values: [capacityType] }],
      });
    const pair = (constraint: Partial<TopologySpreadConstraint>): boolean => {
      const bound = { spec: { nodeSelector: { [labels.capacityType]: "on-demand" } } };
      const newNodes = [
        node(zoneA, "on-demand", ...many(2, () => spreading(constraint, bound))),
        node(zoneB, "spot", plain()),
        node(zoneC, "spot", plain()),
      ];
      return broken(
        violationsOf(plan({ newNodes }), problem({ pods: newNodes.flatMap(({ pods }) => pods), pools: [pool] })),
      );
    };
    assert.equal(pair({}), true);
    assert.equal(pair({ nodeAffinityPolicy: "Ignore" }), false);
  });

  it("lets nodes that make a domain known which the pod cannot reach come after the pod", () => {
    const bound = { spec: { nodeSelector: { [labels.zone]: zoneA } } };
    const ignoring = many(3, () => spreading({ nodeAffinityPolicy: "Ignore" }, bound));
    const other = pod({ metadata: { labels: { app: "other" } } });
    assert.equal(
      broken(
        said([
          [zoneA, ...ignoring],
          [zoneB, other],
        ]),
      ),
      false,
    );
    assert.equal(
      broken(
        said([
          [zoneA, ...ignoring],
          [zoneB, plain()],
        ]),
      ),
      false,
    );
  });

  it("counts nodes that any of the terms allows, new ones only as far as machines go", () => {
    const inCategory = (values: string[]) =>
      ({ key: "karpenter.k8s.aws/instance-category", operator: "In", values }) as const;
    const big = instanceType("r.big", { cpu: 8, memoryGi: 64, zones: [zoneA], requirements: [inCategory(["r"])] });
    const small = instanceType("c.small", { cpu: 2, memoryGi: 4, zones: [zoneC], requirements: [inCategory(["c"])] });
    const from = choice(nodePool(), [big, small]);
    const wanting = (...terms: readonly RequirementSpec[][]): Pod =>
      spreading(
        {},
        {
          spec: {
            affinity: {
              nodeAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: {
                  nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
                },
              },
            },
          },
        },
      );
    const three = (...terms: readonly RequirementSpec[][]) =>
      broken(said([[zoneA, ...many(3, () => wanting(...terms))]], {}, from));
    assert.equal(three([inCategory(["r"])]), false);
    assert.equal(three([inCategory(["r"])], [inZone(zoneC)]), true);
    assert.equal(three([inCategory(["r"])], [inZone(zoneC), inCategory(["r"])]), false);
  });

  it("knows no domain that the pod could reach only by half of one term and half of another", () => {
    const term = (key: string, ...values: readonly string[]) => ({
      matchExpressions: [{ key, operator: "In" as const, values }],
    });
    const nodeSelectorTerms = [term(labels.arch, "arm64"), term(labels.zone, zoneA)];
    const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
    const one = (): Pod => spreading({}, { spec: { affinity: { nodeAffinity: required } } });
    assert.equal(broken(said([[zoneA, one(), one(), one()]])), false);
    const arm = instanceType("a.large", { cpu: 8, memoryGi: 32, arch: "arm64" });
    assert.equal(broken(said([[zoneA, one(), one(), one()]], { pools: [pool, choice(nodePool(), [arm])] })), true);
  });

  it("knows no domain that the pod could reach only with a label that has two values at once", () => {
    const matchExpressions = [
      { key: "team", operator: "In" as const, values: ["red"] },
      { key: "team", operator: "NotIn" as const, values: ["red"] },
    ];
    const nodeSelectorTerms = [{ matchExpressions: [inZone(zoneA)] }, { matchExpressions }];
    const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
    const teams = { key: "team", operator: "In" as const, values: ["red", "blue"] };
    const colorful = choice(nodePool({ spec: { template: { spec: { requirements: [teams] } } } }), [machine]);
    const pods = many(3, () => spreading({}, { spec: { affinity: { nodeAffinity: required } } }));
    assert.equal(broken(said([[zoneA, ...pods]], { pools: [pool, colorful] })), false);
  });

  it("counts tainted nodes, unless its policy is to honor taints", () => {
    const taints = [{ key: "dedicated", effect: "NoSchedule" as const }];
    const nodes = [{ ...resident("elsewhere"), taints, pods: [] }];
    const onlyA = choice(nodePool({ spec: { template: { spec: { requirements: [inZone(zoneA)] } } } }), [machine]);
    const pair = (constraint: Partial<TopologySpreadConstraint>, more: DeepPartial<Pod> = {}) =>
      broken(said([[zoneA, ...many(2, () => spreading(constraint, more))]], { nodes }, onlyA));
    assert.equal(pair({}), true);
    assert.equal(pair({ nodeTaintsPolicy: "Honor" }), false);
    assert.equal(pair({ nodeTaintsPolicy: "Honor" }, { spec: { tolerations: [{ operator: "Exists" }] } }), true);
  });
});
