import assert from "node:assert/strict";
import { annotations, taints } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import { drainStep } from "#controller/disruption/drain";
import { podOn } from "#support/builders";
import type { DeepPartial } from "#support/merge";

const now = Date.parse("2026-01-05T12:00:00Z");
const rfc = (ms: number): string => new Date(ms).toISOString();
const named = (name: string, ...overrides: readonly DeepPartial<Pod>[]): Pod =>
  podOn("node-1", {}, { metadata: { name } }, ...overrides);
const ownedBy = (kind: string): DeepPartial<Pod> => ({
  metadata: { ownerReferences: [{ apiVersion: "apps/v1", kind, name: "owner", uid: "1" }] },
});
const critical: DeepPartial<Pod> = { spec: { priorityClassName: "system-cluster-critical" } };
const names = (pods: readonly Pod[]): readonly string[] => pods.map(({ metadata }) => metadata.name);

const app = named("app");
const daemon = named("daemon", ownedBy("DaemonSet"));
const dns = named("dns", critical);
const proxy = named("proxy", critical, ownedBy("DaemonSet"));
const terminating = (name: string, deletedAt: number): Pod =>
  named(name, { metadata: { deletionTimestamp: rfc(deletedAt) } });

describe("draining", () => {
  it("NODE-005 asks ordinary pods first, then daemons, critical pods, critical daemons", () => {
    assert.deepEqual(names(drainStep([proxy, dns, daemon, app], now).evict), ["app"]);
    assert.deepEqual(names(drainStep([proxy, dns, daemon], now).evict), ["daemon"]);
    assert.deepEqual(names(drainStep([proxy, dns], now).evict), ["dns"]);
    assert.deepEqual(names(drainStep([proxy], now).evict), ["proxy"]);
    assert.deepEqual(drainStep([], now), { waiting: [], force: [], evict: [] });
  });

  it("NODE-005 waits for a tier that is on its way before it asks the next", () => {
    const step = drainStep([terminating("going", now), daemon], now);

    assert.deepEqual(names(step.evict), []);
    assert.deepEqual(names(step.waiting), ["going", "daemon"]);
  });

  it("NODE-005 leaves alone what is over, static, or tolerates the disruption, and what is stuck", () => {
    const alone = [
      named("done", { status: { phase: "Succeeded" } }),
      named("failed", { status: { phase: "Failed" } }),
      named("static", ownedBy("Node")),
      named("tolerant", { spec: { tolerations: [{ operator: "Exists" }] } }),
      named("knowing", { spec: { tolerations: [{ key: taints.disrupted.key, operator: "Exists" }] } }),
      terminating("stuck", now - 60_001),
    ];

    assert.deepEqual(drainStep(alone, now), { waiting: [], force: [], evict: [] });
  });

  it("NODE-005 asks pods that tolerate only what cordons do otherwise", () => {
    const pod = named("a", {
      spec: { tolerations: [{ key: "node.kubernetes.io/unschedulable", operator: "Exists" }] },
    });

    assert.deepEqual(names(drainStep([pod], now).evict), ["a"]);
  });

  it("waits for pods that ask not to be disrupted, without asking them", () => {
    const step = drainStep([named("busy", { metadata: { annotations: { [annotations.doNotDisrupt]: "true" } } })], now);

    assert.deepEqual([names(step.evict), names(step.waiting)], [[], ["busy"]]);
  });

  it("NODE-009 deletes, across all tiers, what could not finish before the deadline otherwise", () => {
    const grace = (seconds: number): DeepPartial<Pod> => ({ spec: { terminationGracePeriodSeconds: seconds } });
    const slow = named("slow", grace(120), critical);
    const quick = named("quick", grace(10));
    const busy = named("busy", grace(600), { metadata: { annotations: { [annotations.doNotDisrupt]: "true" } } });
    const { force, evict } = drainStep([slow, quick, busy], now, now + 60_500);

    assert.deepEqual(
      force.map(({ pod, gracePeriodSeconds }) => [pod.metadata.name, gracePeriodSeconds]),
      [
        ["slow", 60],
        ["busy", 60],
      ],
    );
    assert.deepEqual(names(evict), ["quick"]);
  });

  it("NODE-009 gives a second at least, and shortens what would outlast the deadline", () => {
    const outlasting = terminating("outlasting", now + 300_000);
    const { force } = drainStep([app, outlasting], now, now - 1);

    assert.deepEqual(
      force.map(({ pod, gracePeriodSeconds }) => [pod.metadata.name, gracePeriodSeconds]),
      [
        ["app", 1],
        ["outlasting", 1],
      ],
    );
  });
});
