import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { NodePool } from "#controller/api/node-pool";
import type { NodeSelectorTerm, Pod, PodSpec } from "#controller/api/pod";
import type { DaemonSet } from "#controller/api/workloads";
import { choice, daemonSet, instanceType, nodePool, nodeState, podAsking, podOn, testZones } from "#support/builders";
import { solved } from "#support/solved";

const taint = { key: "team", value: "a", effect: "NoSchedule" } as const;
const soft = { key: "old", effect: "PreferNoSchedule" } as const;
const pool = nodePool({
  spec: {
    template: {
      metadata: { labels: { team: "a" } },
      spec: { taints: [taint], startupTaints: [{ key: "cni", effect: "NoSchedule" }] },
    },
  },
});
const tolerations = [{ key: "team", operator: "Exists" }] as const;
const types = [
  instanceType("small", { cpu: 2, memoryGi: 8 }),
  instanceType("large", { cpu: 4, memoryGi: 16 }),
  instanceType("arm", { cpu: 4, memoryGi: 16, arch: "arm64", price: 9 }),
];

/** The cpu that a new node has to have for one pod of 1 cpu beside these daemons; undefined when there is none. */
function cpuBeside(
  sets: readonly DaemonSet[],
  more: { readonly pool?: NodePool; readonly pod?: Partial<PodSpec> } = {},
) {
  const pods = [podAsking({ cpu: "1" }, { tolerations, ...more.pod })];
  const { newNodes } = solved({ pods, pools: [choice(more.pool ?? pool, types)], daemonSets: sets });
  return newNodes[0]?.requests["cpu"];
}
const tolerant = (spec: Partial<PodSpec> = {}): DaemonSet => daemonSet({ cpu: "1" }, { tolerations, ...spec });
const requiring = (...nodeSelectorTerms: readonly NodeSelectorTerm[]): Partial<PodSpec> => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const asking = (key: string, ...values: readonly string[]): NodeSelectorTerm => ({
  matchExpressions: [{ key, operator: "In", values }],
});

describe("schedule: what daemons take of new nodes", () => {
  const cases: readonly (readonly [string, DaemonSet, boolean])[] = [
    ["tolerates the pool's taints", tolerant(), true],
    ["does not tolerate the pool's taints", daemonSet({ cpu: "1" }), false],
    ["selects the pool's label", tolerant({ nodeSelector: { team: "a" } }), true],
    ["selects another value of it", tolerant({ nodeSelector: { team: "b" } }), false],
    ["selects a label that the pool does not define", tolerant({ nodeSelector: { squad: "x" } }), false],
    ["selects an operating system that suits", tolerant({ nodeSelector: { [labels.os]: "linux" } }), true],
    ["requires what suits", tolerant(requiring(asking(labels.os, "linux"))), true],
    ["requires what does not suit", tolerant(requiring(asking(labels.os, "windows"))), false],
    [
      "requires one of several, the last of which suits",
      tolerant(requiring(asking("squad", "x"), asking("team", "a"))),
      true,
    ],
    [
      "requires one of several, none of which suits",
      tolerant(requiring(asking("squad", "x"), asking("team", "b"))),
      false,
    ],
    [
      "prefers what does not suit",
      tolerant({
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: asking("squad", "x") }],
          },
        },
      }),
      true,
    ],
    ["selects labels that every node of ours gets", tolerant({ nodeSelector: { [labels.registered]: "true" } }), true],
  ];
  for (const [what, set, counts] of cases) {
    it(`PROV-004 ${counts ? "is counted" : "is not counted"} when a daemon ${what}`, () => {
      assert.equal(cpuBeside([set]), counts ? "2" : "1");
    });
  }

  it("PROV-004 is counted where a daemon tolerates only startup taints, which are gone by then", () => {
    const startup = nodePool({ spec: { template: { spec: { startupTaints: [taint] } } } });

    assert.equal(cpuBeside([tolerant()], { pool: startup }), "2");
    assert.equal(cpuBeside([daemonSet({ cpu: "1" })], { pool: startup }), "2");
  });

  it("PROV-004 is counted where a taint only discourages the daemon", () => {
    const discouraging = nodePool({ spec: { template: { spec: { taints: [soft] } } } });

    assert.equal(cpuBeside([daemonSet({ cpu: "1" })], { pool: discouraging }), "2");
  });

  it("PROV-004 is counted on those machines only that the daemon runs on", () => {
    const large = tolerant({ nodeSelector: { [labels.instanceType]: "large" } });

    assert.equal(cpuBeside([large]), "1");
    assert.equal(cpuBeside([large], { pod: { nodeSelector: { [labels.instanceType]: "large" } } }), "2");
  });

  it("PROV-004 adds up, and asks for larger machines", () => {
    const sets = [tolerant(), tolerant(), tolerant()];
    const pods = [podAsking({ cpu: "1" }, { tolerations })];
    const [node] = solved({ pods, pools: [choice(pool, types)], daemonSets: sets }).newNodes;

    assert.deepEqual([node?.requests["cpu"], node?.cheapest.instanceType], ["4", "large"]);
  });

  it("PROV-004 leaves no node for anybody where it is too much for every machine", () => {
    assert.equal(cpuBeside([daemonSet({ cpu: "100" }, { tolerations })]), undefined);
  });

  it("PROV-004 is the limit where there is no request", () => {
    const limited = tolerant({ containers: [{ name: "main", resources: { limits: { cpu: "500m" } } }] });

    assert.equal(cpuBeside([limited]), "1500m");
  });
});

describe("schedule: daemons that run somewhere already", () => {
  const set = tolerant(requiring(asking("team", "a")));
  /** A daemon's pod, which its controller has bound to a host. */
  const running = (cpu: string, creationTimestamp: string): Pod =>
    podOn(
      "there",
      { cpu },
      {
        metadata: {
          creationTimestamp,
          namespace: set.metadata.namespace ?? "",
          ownerReferences: [
            { apiVersion: "apps/v1", kind: "DaemonSet", name: set.metadata.name, uid: "1", controller: true },
          ],
        },
        spec: requiring({ matchFields: [{ key: "metadata.name", operator: "In", values: ["there"] }] }),
      },
    );
  const beside = (...pods: readonly Pod[]): string | undefined => {
    const nodes = [nodeState({ name: "there", taints: [{ key: "full", effect: "NoSchedule" }], pods })];
    const plan = solved({
      ...{ pods: [podAsking({ cpu: "1" }, { tolerations })], pools: [choice(pool, types)] },
      ...{ nodes, daemonSets: [set] },
    });
    return plan.newNodes[0]?.requests["cpu"];
  };

  it("PROV-004 take what their newest pod takes, since limit ranges and admission may have changed it", () => {
    assert.equal(beside(), "2");
    assert.equal(beside(running("250m", "2026-01-01T00:00:00Z")), "1250m");
    assert.equal(beside(running("3", "2026-01-01T00:00:00Z"), running("500m", "2026-01-02T00:00:00Z")), "1500m");
  });
});

describe("schedule: host ports of daemons", () => {
  const listening = (hostPort: number): PodSpec["containers"] => [
    { name: "main", resources: { requests: { cpu: "100m" } }, ports: [{ containerPort: 80, hostPort }] },
  ];
  const plan = (set: DaemonSet) =>
    solved({
      pods: [podAsking({}, { containers: listening(8080), tolerations })],
      pools: [choice(pool, types)],
      daemonSets: [set],
    });

  it("PROV-004 are taken on every node that they run on", () => {
    assert.equal(plan(tolerant({ containers: listening(8080) })).newNodes.length, 0);
    assert.equal(plan(tolerant({ containers: listening(9090) })).newNodes.length, 1);
  });

  it("PROV-004 are taken on those machines only that they run on", () => {
    const onSmall = tolerant({ containers: listening(8080), nodeSelector: { [labels.instanceType]: "small" } });

    assert.deepEqual(
      plan(onSmall).newNodes[0]?.instanceTypes.map(({ name }) => name),
      ["large", "arm"],
    );
  });

  it("PROV-004 are free where their daemons do not run", () => {
    const elsewhere = tolerant({ containers: listening(8080), nodeSelector: { [labels.zone]: "nowhere" } });

    assert.equal(plan(elsewhere).newNodes[0]?.cheapest.offering.zone, testZones[0]);
  });
});
