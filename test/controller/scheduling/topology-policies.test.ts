import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Taint } from "#controller/api/kube-object";
import type { PodSpec, TopologySpreadConstraint } from "#controller/api/pod";
import { toNodeClaim } from "#controller/scheduling/claim";
import type { PoolChoice } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, podAsking, podsAsking } from "#support/builders";
import {
  isIn,
  labelled,
  leftOver,
  machines,
  nodeIn,
  planOf,
  podsOf,
  poolWith,
  sharesBy,
  spreadOver,
  web,
  zoneA,
  zoneB,
} from "#support/topology-plans";

const { capacityType, zone } = labels;
const taint: Taint = { key: "dedicated", value: "batch", effect: "NoSchedule" };
const tolerating: Partial<PodSpec> = { tolerations: [{ key: "dedicated", operator: "Exists" }] };
const onlyA = () => poolWith([isIn(zone, zoneA)]);

function tainted(
  taints: readonly Taint[],
  startupTaints: readonly Taint[] = [],
  ...zones: readonly string[]
): PoolChoice {
  const requirements = zones.length === 0 ? [] : [isIn(zone, ...zones)];
  return choice(nodePool({ spec: { template: { spec: { requirements, taints, startupTaints } } } }), machines);
}

/** How many of three pods find a place. */
function placed(
  constraint: Partial<TopologySpreadConstraint>,
  given: Parameters<typeof planOf>[0],
  spec: Partial<PodSpec> = {},
) {
  const pods = podsOf(3, web, { ...spec, topologySpreadConstraints: [spreadOver(zone, constraint)] });
  return 3 - leftOver(planOf({ pods, ...given }));
}

describe("nodeTaintsPolicy", () => {
  it("TOPO-007 counts domains of tainted nodes, unless it is to honor taints that the pod does not tolerate", () => {
    const given = () => ({
      pools: [onlyA()],
      nodes: [{ ...nodeIn("elsewhere"), taints: [taint], allocatable: {} }],
    });
    assert.equal(placed({}, given()), 1);
    assert.equal(placed({ nodeTaintsPolicy: "Ignore" }, given()), 1);
    assert.equal(placed({ nodeTaintsPolicy: "Honor" }, given()), 3);
    assert.equal(placed({ nodeTaintsPolicy: "Honor" }, given(), tolerating), 1);
  });

  it("TOPO-007 does so with domains of pools", () => {
    const given = () => ({ pools: [onlyA(), tainted([taint], [], zoneB)] });
    assert.equal(placed({}, given()), 1);
    assert.equal(placed({ nodeTaintsPolicy: "Honor" }, given()), 3);
    assert.equal(placed({ nodeTaintsPolicy: "Honor" }, given(), tolerating), 3);
  });
});

describe("nodeAffinityPolicy", () => {
  const bound: Partial<PodSpec> = { nodeSelector: { [zone]: zoneA } };

  it("TOPO-002 TOPO-008 lets pods that can only go to some domains count before those that can make up for it", () => {
    for (const nodeAffinityPolicy of ["Ignore", "Honor"] as const) {
      const spread = { topologySpreadConstraints: [spreadOver(capacityType, { nodeAffinityPolicy })] };
      const bound = podsOf(2, web, { ...spread, nodeSelector: { [capacityType]: "spot" } });
      const pods = [...podsOf(3, web, spread), ...bound];
      assert.deepEqual(sharesBy(planOf({ pods }), capacityType, pods), [3, 2], nodeAffinityPolicy);
    }
  });

  it("TOPO-008 leaves out nodes where the pod may not go, unless it is to ignore that", () => {
    const given = () => ({ nodes: [{ ...nodeIn(zoneB), allocatable: {} }] });
    assert.equal(placed({}, given(), bound), 3);
    assert.equal(placed({ nodeAffinityPolicy: "Honor" }, given(), bound), 3);
    assert.equal(placed({ nodeAffinityPolicy: "Ignore" }, given(), bound), 1);
  });

  it("TOPO-008 counts new nodes only if a machine within the pool's limits is one that the pod may go to", () => {
    const [onDemand, spot] = [2, 8].map((cpu, i) =>
      instanceType(`of-${cpu}`, { cpu, memoryGi: 16, capacityTypes: [i === 0 ? "on-demand" : "spot"] }),
    );
    assert.ok(onDemand && spot);
    const beyond = instanceType("beyond", { cpu: 16, memoryGi: 16 });
    const { pool, ...rest } = poolWith([isIn(zone, zoneA, zoneB)], [onDemand, spot, beyond]);
    const limited = { ...rest, pool: { ...pool, spec: { ...pool.spec, limits: { cpu: "12" } } } };
    const large = podsAsking(2, { cpu: "3" }, { nodeSelector: { [zone]: zoneA } }).map((each) => labelled(each, web));
    const spread = podsAsking(
      2,
      { cpu: "1500m" },
      {
        nodeSelector: { [labels.capacityType]: "on-demand" },
        topologySpreadConstraints: [spreadOver(zone)],
      },
    ).map((each) => labelled(each, web));
    const plan = planOf({ pods: [...large, ...spread], pools: [limited] });
    assert.deepEqual(sharesBy(plan, zone, spread), [1, 1]);
  });

  it("TOPO-008 counts no new node that is merely allowed a label which the pod asks for", () => {
    const pools = [poolWith([isIn(zone, zoneA, zoneB), { key: "team", operator: "NotIn", values: ["red"] }])];
    const anyTeam = { matchExpressions: [{ key: "team", operator: "Exists" as const }] };
    const spread = podsOf(2, web, {
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [anyTeam] } } },
      topologySpreadConstraints: [spreadOver(zone)],
    });
    const large = podsAsking(2, { cpu: "7" }, { nodeSelector: { [zone]: zoneA } }).map((each) => labelled(each, web));
    const plan = planOf({ pods: [...large, ...spread], pools });
    assert.deepEqual(sharesBy(plan, zone, spread), [1, 1]);
  });

  it("TOPO-008 knows no domain without a node, ignoring or not", () => {
    assert.equal(placed({ nodeAffinityPolicy: "Ignore" }, {}, bound), 3);
  });
});

describe("matchLabelKeys", () => {
  const versions = ["1", "2"].map((version) => ({ ...web, version }));
  const pods = (matchLabelKeys: readonly string[]) =>
    versions.flatMap((own) =>
      podsOf(1, own, {
        topologySpreadConstraints: [spreadOver(zone, { matchLabelKeys })],
        nodeSelector: { [zone]: zoneA },
      }),
    );
  const nodes = () => [{ ...nodeIn(zoneB), allocatable: {} }];

  it("TOPO-006 tells pods of one application apart", () => {
    const ignoring = (keys: readonly string[]) =>
      pods(keys).map((pod) => ({
        ...pod,
        spec: {
          ...pod.spec,
          topologySpreadConstraints: [spreadOver(zone, { matchLabelKeys: keys, nodeAffinityPolicy: "Ignore" })],
        },
      }));
    assert.equal(leftOver(planOf({ pods: ignoring(["version"]), nodes: nodes() })), 0);
    assert.equal(leftOver(planOf({ pods: ignoring([]), nodes: nodes() })), 1);
  });

  it("TOPO-006 leaves out keys that the pods do not have", () => {
    const spread = podsOf(6, web, { topologySpreadConstraints: [spreadOver(zone, { matchLabelKeys: ["unknown"] })] });
    assert.deepEqual(sharesBy(planOf({ pods: spread }), zone, spread), [2, 2, 2]);
  });
});

describe("taints of pools", () => {
  it("TOPO-015 are on the claim, and keep off pods that do not tolerate them", () => {
    const [tolerant, other] = [podAsking({ cpu: "1" }, tolerating), podAsking({ cpu: "1" })];
    const plan = planOf({ pods: [tolerant, other], pools: [tainted([taint])] });
    assert.deepEqual(
      plan.unschedulable.map(({ pod }) => pod),
      [other],
    );
    assert.deepEqual(
      plan.newNodes.map((node) => toNodeClaim(node).spec.taints),
      [[taint]],
    );
  });

  it("TOPO-015 keep off nobody when they are there at the start only", () => {
    const pods = [podAsking({ cpu: "1" })];
    const plan = planOf({ pods, pools: [tainted([], [taint])] });
    assert.deepEqual(
      plan.newNodes.map((node) => toNodeClaim(node).spec),
      plan.newNodes.map((node) => ({ ...toNodeClaim(node).spec, startupTaints: [taint], taints: [] })),
    );
    assert.equal(leftOver(plan), 0);
  });

  it("TOPO-015 do not come of what pods tolerate", () => {
    const pods = [podAsking({ cpu: "1" }, { tolerations: [{ operator: "Exists" }] })];
    const [node] = planOf({ pods }).newNodes;
    assert.ok(node);
    assert.deepEqual(toNodeClaim(node).spec.taints ?? [], []);
  });
});
