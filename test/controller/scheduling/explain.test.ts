import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { PodSpec } from "#controller/api/pod";
import type { Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, instanceType, nodePool, pod, podAsking, problem } from "../../support/builders";
import { merge } from "../../support/merge";

const small = instanceType("small", { cpu: 2, memoryGi: 4, zones: ["test-zone-a"] });
const large = instanceType("large", { cpu: 8, memoryGi: 32, zones: ["test-zone-a"] });
const pool = nodePool({ metadata: { name: "default" } });

/** Reasons by pod. */
const reasonsOf = (parts: Partial<Problem>): readonly string[] =>
  schedule(problem({ pools: [choice(pool, [small, large])], ...parts })).unschedulable.map(({ reason }) => reason);

const app = (name: string, spec: Partial<PodSpec>) =>
  merge(podAsking({ cpu: "1" }, spec), { metadata: { labels: { app: name } } });

describe("an explanation", () => {
  it("SCHED-031 says that a pool's own requirements leave no type", () => {
    const arm = nodePool({
      metadata: { name: "arm" },
      spec: { template: { spec: { requirements: [{ key: labels.arch, operator: "In", values: ["arm64"] }] } } },
    });
    assert.deepEqual(reasonsOf({ pods: [pod()], pools: [choice(arm, [small, large])] }), [
      "no node has room and no pool can add one. arm: 2 types excluded by the pool's arch",
    ]);
  });

  it("says what would have been enough of a resource", () => {
    assert.deepEqual(reasonsOf({ pods: [podAsking({ memory: "40Gi" })] }), [
      "no node has room and no pool can add one. default: 2 types excluded by memory (asks 40Gi, the largest has 32Gi)",
    ]);
  });

  it("says what is left of a limit and what would be needed", () => {
    const limited = nodePool({ metadata: { name: "limited" }, spec: { limits: { cpu: "9" } } });
    const [reason = ""] = reasonsOf({
      pods: [podAsking({ cpu: "7" }), podAsking({ cpu: "7" })],
      pools: [choice(limited, [small, large])],
    });
    assert.match(reason, /limited: 1 type excluded by cpu \(asks 7, the largest has 8\)/);
    assert.match(reason, /limit cpu 9 reached \(1 left, 8 needed\)/);
  });

  it("names a taint that is not tolerated, and a label that no node will have", () => {
    const tainted = nodePool({
      metadata: { name: "tainted" },
      spec: { template: { spec: { taints: [{ key: "team", value: "red", effect: "NoSchedule" }] } } },
    });
    const [reason = ""] = reasonsOf({
      pods: [podAsking({ cpu: "1" }, { nodeSelector: { "example.com/disk": "fast" } })],
      pools: [choice(pool, [small]), choice(tainted, [small])],
    });
    assert.match(reason, /tainted: taint team=red:NoSchedule is not tolerated/);
    assert.match(reason, /default: .*example.com\/disk/);
  });

  it("says of a pool that contradicts itself on what", () => {
    const torn = nodePool({
      metadata: { name: "torn" },
      spec: {
        template: {
          metadata: { labels: { "example.com/team": "red" } },
          spec: { requirements: [{ key: "example.com/team", operator: "NotIn", values: ["red"] }] },
        },
      },
    });
    assert.deepEqual(reasonsOf({ pods: [pod()], pools: [choice(torn, [small])] }), [
      "no node has room and no pool can add one. " +
        "torn: its labels and requirements contradict each other on example.com/team",
    ]);
  });

  it("says over which domains pods were to be spread, and how they stand", () => {
    const spread = {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "example.com/rack",
          whenUnsatisfiable: "DoNotSchedule",
          labelSelector: { matchLabels: { app: "web" } },
        },
      ],
    } as const;
    assert.deepEqual(reasonsOf({ pods: [app("web", spread)] }), [
      "no node has room and no pool can add one. default: has machines for it, but not where other pods let it be. " +
        "it is to be spread over example.com/rack, which no node has",
    ]);
  });

  it("says that there are no pods which a pod could follow", () => {
    const term = { topologyKey: labels.zone, labelSelector: { matchLabels: { app: "cache" } } };
    const following = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
    const [reason = ""] = reasonsOf({ pods: [app("web", following)] });
    assert.match(reason, /it must be in one topology.kubernetes.io\/zone with pods of app=cache, and there are none/);
  });

  it("stays short enough for an event, however many pools there are", () => {
    const pools = Array.from({ length: 60 }, (_, i) => choice(nodePool({ metadata: { name: `pool-${i}` } }), [small]));
    const [reason = ""] = reasonsOf({ pods: [podAsking({ cpu: "64" })], pools });
    assert.ok(reason.length <= 900, `${reason.length} characters`);
  });
});
