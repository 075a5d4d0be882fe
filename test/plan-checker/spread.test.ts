import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod, TopologySpreadConstraint } from "#controller/api/pod";
import type { RequirementSpec } from "#controller/api/requirement";
import type { PoolChoice, Problem } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, nodeState, pod, problem, testZones } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { violationsOf } from "#support/plan-checker";
import { inZone, plan, plannedNode } from "#support/plans";

const [zoneA, zoneB, zoneC] = testZones;
const machine = instanceType("m.large", { cpu: 8, memoryGi: 32, capacityTypes: ["on-demand", "spot"] });
const pool = choice(nodePool({ metadata: { name: "pool" } }), [machine]);

const web = { app: "web" };
const overZones: TopologySpreadConstraint = {
  ...{ maxSkew: 1, topologyKey: labels.zone, whenUnsatisfiable: "DoNotSchedule" },
  labelSelector: { matchLabels: web },
};
const spreading = (constraint: Partial<TopologySpreadConstraint> = {}, ...more: readonly DeepPartial<Pod>[]): Pod =>
  pod({ metadata: { labels: web }, spec: { topologySpreadConstraints: [{ ...overZones, ...constraint }] } }, ...more);
/** Counted by the constraints above, but without one of its own. */
const plain = (): Pod => pod({ metadata: { labels: web } });

type Where = readonly [where: string | readonly string[], ...pods: readonly Pod[]];

/** What is said when each of the lists gets a new node in the zones that go before it. */
function said(nodes: readonly Where[], rest: Partial<Problem> = {}, from: PoolChoice = pool): readonly string[] {
  const pods = nodes.flatMap(([, ...each]) => each);
  const newNodes = nodes.map(([where, ...each]) =>
    plannedNode(from, each, {
      requirements: [...from.pool.spec.template.spec.requirements, inZone(...[where].flat())],
    }),
  );
  return violationsOf(plan({ newNodes }), problem({ pods, pools: [from], ...rest }));
}

const many = (count: number, make: () => Pod): readonly Pod[] => Array.from({ length: count }, make);
const broken = (texts: readonly string[]): boolean => texts.some((text) => text.startsWith("spread of"));
const resident = (where: string, name = `node-in-${where}`) =>
  nodeState({ name, labels: { [labels.hostname]: name, [labels.zone]: where }, pods: [plain()] });

describe("plan checker: topology spread", () => {
  it("accepts domains that differ by no more than the skew", () => {
    assert.deepEqual(
      said([
        [zoneA, spreading(), spreading()],
        [zoneB, spreading()],
        [zoneC, spreading()],
      ]),
      [],
    );
    assert.deepEqual(said([[zoneA, ...many(2, () => spreading({ maxSkew: 2 }))]]), []);
  });

  it("objects to a domain that has more than the emptiest by more than the skew", () => {
    const one = spreading({}, { metadata: { name: "one" } });
    assert.deepEqual(
      said([
        [zoneA, one, spreading()],
        [zoneB, spreading()],
      ]),
      ["spread of default/one over topology.kubernetes.io/zone by 1: 2 in test-zone-a, 0 in the emptiest"],
    );
  });

  it("objects to a node that may end up in one domain or another", () => {
    const one = spreading({}, { metadata: { name: "one" } });
    assert.deepEqual(said([[[zoneA, zoneB], one]]), [
      "spread of default/one over topology.kubernetes.io/zone by 1: planned node 1 is in no domain for sure",
    ]);
  });

  it("objects to a node without the label", () => {
    const pods = [spreading()];
    const nodes = [nodeState({ name: "node", labels: { [labels.hostname]: "node" } })];
    assert.equal(broken(violationsOf(plan({ existing: { node: pods } }), problem({ pods, nodes }))), true);
    assert.equal(broken(said([[zoneA, spreading({ topologyKey: "unheard-of" })]])), true);
  });

  it("counts who is there, except those that end, go, or are of another namespace", () => {
    const withResident = (more: DeepPartial<Pod>) =>
      said([[zoneA, spreading()]], {
        nodes: [{ ...resident(zoneA), pods: [pod({ metadata: { labels: web } }, more)] }],
      });
    assert.equal(broken(withResident({})), true);
    assert.equal(broken(withResident({ status: { phase: "Succeeded" } })), false);
    assert.equal(broken(withResident({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })), false);
    assert.equal(broken(withResident({ metadata: { namespace: "other" } })), false);
    assert.equal(broken(withResident({ metadata: { labels: { app: "db" } } })), false);
  });

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

  it("takes the emptiest for empty while there are fewer domains than minDomains", () => {
    const full: readonly Where[] = [zoneA, zoneB, zoneC].map((zone) => [
      zone,
      ...many(2, () => spreading({ minDomains: 4 })),
    ]);
    assert.equal(broken(said(full)), true);
    const enough: readonly Where[] = [zoneA, zoneB, zoneC].map((zone) => [
      zone,
      ...many(2, () => spreading({ minDomains: 3 })),
    ]);
    assert.equal(broken(said(enough)), false);
  });

  it("tells versions apart by matchLabelKeys", () => {
    const version = (value: string) => ({ metadata: { labels: { version: value } } });
    const mixed = (constraint: Partial<TopologySpreadConstraint>) =>
      broken(said([[zoneA, spreading(constraint, version("1")), spreading(constraint, version("2"))]]));
    assert.equal(mixed({}), true);
    assert.equal(mixed({ matchLabelKeys: ["version"] }), false);
    assert.equal(mixed({ matchLabelKeys: ["nobody-has-it"] }), true);
  });

  it("counts nobody without a selector, and goes by expressions", () => {
    const selector = (labelSelector: TopologySpreadConstraint["labelSelector"]) =>
      broken(said([[zoneA, ...many(2, () => spreading({ labelSelector }))]]));
    assert.equal(selector({}), true);
    assert.equal(selector({ matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] }), true);
    assert.equal(selector({ matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] }), false);
    const without = (): Pod =>
      pod({
        metadata: { labels: web },
        spec: {
          topologySpreadConstraints: [{ maxSkew: 1, topologyKey: labels.zone, whenUnsatisfiable: "DoNotSchedule" }],
        },
      });
    assert.equal(broken(said([[zoneA, ...many(2, without)]])), false);
  });

  it("spreads over hostnames, capacity types and labels of one's own alike", () => {
    const overHosts = (): Pod => spreading({ topologyKey: labels.hostname });
    assert.equal(
      broken(
        said([
          [[zoneA, zoneB], overHosts()],
          [[zoneA, zoneB], overHosts()],
        ]),
      ),
      false,
    );
    assert.equal(
      broken(
        said([
          [zoneA, overHosts(), overHosts(), overHosts()],
          [zoneA, overHosts()],
        ]),
      ),
      true,
    );

    const overCapacity = (): Pod => spreading({ topologyKey: labels.capacityType });
    const spot = choice(
      nodePool({
        spec: {
          template: { spec: { requirements: [{ key: labels.capacityType, operator: "In", values: ["spot"] }] } },
        },
      }),
      [machine],
    );
    const both = { pools: [pool, spot] };
    assert.equal(broken(said([[zoneA, overCapacity()]], both, spot)), false);
    assert.equal(broken(said([[zoneA, overCapacity(), overCapacity()]], both, spot)), true);
    assert.equal(broken(said([[zoneA, overCapacity()]])), true);

    const overTeams = (): Pod => spreading({ topologyKey: "team" });
    const team = (...values: string[]) =>
      choice(nodePool({ spec: { template: { spec: { requirements: [{ key: "team", operator: "In", values }] } } } }), [
        machine,
      ]);
    assert.equal(broken(said([[zoneA, overTeams(), overTeams()]], {}, team("red"))), false);
    assert.equal(broken(said([[zoneA, overTeams()]], {}, team("red", "blue"))), true);
    assert.equal(broken(said([[zoneA, overTeams(), overTeams()]], { pools: [team("blue")] }, team("red"))), true);
  });

  it("lets constraints of ScheduleAnyway be", () => {
    assert.equal(broken(said([[zoneA, ...many(3, () => spreading({ whenUnsatisfiable: "ScheduleAnyway" }))]])), false);
  });

  it("keeps every constraint of a pod that has several", () => {
    const hosts = { ...overZones, topologyKey: labels.hostname };
    const double = (): Pod =>
      pod({ metadata: { labels: web }, spec: { topologySpreadConstraints: [overZones, hosts] } });
    assert.equal(
      broken(
        said([
          [zoneA, double()],
          [zoneA, double()],
          [zoneB, double()],
          [zoneC, double()],
        ]),
      ),
      false,
    );
    assert.equal(
      broken(
        said([
          [zoneA, double(), double(), double()],
          [zoneB, double(), double()],
          [zoneC, double(), double()],
          [zoneC, double()],
        ]),
      ),
      true,
    );
  });
});

describe("plan checker: the order of binding", () => {
  it("lets pods without a constraint tip the scales once the others are bound", () => {
    assert.equal(broken(said([[zoneA, spreading(), plain(), plain(), plain()]])), false);
  });

  it("lets pods without a constraint fill up the emptiest domains first", () => {
    assert.equal(
      broken(
        said([
          [zoneA, spreading(), spreading()],
          [zoneB, plain()],
          [zoneC, plain()],
        ]),
      ),
      false,
    );
    assert.equal(
      broken(
        said([
          [zoneA, spreading(), spreading()],
          [zoneB, plain()],
        ]),
      ),
      true,
    );
  });

  it("does not let residents come later", () => {
    const nodes = [resident(zoneA)];
    assert.equal(broken(said([[zoneA, spreading()]], { nodes })), true);
    assert.equal(
      broken(
        said(
          [
            [zoneA, spreading()],
            [zoneB, spreading()],
            [zoneC, spreading()],
          ],
          { nodes },
        ),
      ),
      false,
    );
  });

  it("finds its way among thousands of pods quickly", () => {
    const started = performance.now();
    const zones: readonly Where[] = testZones.flatMap((zone) =>
      Array.from({ length: 100 }, (): Where => [zone, ...many(10, spreading), ...many(10, plain)]),
    );
    assert.equal(broken(said(zones)), false);
    assert.ok(performance.now() - started < 8000);
  });
});
