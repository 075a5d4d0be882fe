import assert from "node:assert/strict";
import { annotations, labels, taints } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import type { PodDisruptionBudget } from "#controller/api/workloads";
import { candidates } from "#controller/disruption/candidate";
import { Intentions } from "#controller/state/intentions";
import { disruptionBudget, nodePool, podOn } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { type Running, running, seen, snapshot } from "#support/snapshots";

const now = Date.parse("2026-01-05T12:00:00Z");
const pool = nodePool({ metadata: { name: "web" } });
const look = (machine: Running, pods: readonly Pod[] = [], budgets: readonly PodDisruptionBudget[] = []) =>
  candidates(snapshot({ ...seen([machine]), pods, budgets, pools: [pool] }), now);

const app = { app: "a" };
const budget = (disruptionsAllowed: number, spec: object = {}): PodDisruptionBudget => ({
  ...disruptionBudget(app, { maxUnavailable: 1, ...spec }),
  status: { disruptionsAllowed },
});
const doNotDisrupt = (value: string): DeepPartial<Pod> => ({
  metadata: { annotations: { [annotations.doNotDisrupt]: value } },
});
const ownedBy = (kind: string): DeepPartial<Pod> => ({
  metadata: { ownerReferences: [{ apiVersion: "v1", kind, name: "owner", uid: "1" }] },
});

/** What the pod on the node makes of it: undefined when the node may go. */
function whyBlocked(pod: DeepPartial<Pod>, budgets: readonly PodDisruptionBudget[] = []): string | undefined {
  const machine = running("web");
  const { free, blocked } = look(
    machine,
    [podOn(machine.node.metadata.name, {}, { metadata: { labels: app } }, pod)],
    budgets,
  );
  assert.equal(free.length + blocked.length, 1);
  return blocked[0]?.why;
}

describe("candidates for disruption", () => {
  it("DISR-065 are ready machines of known pools", () => {
    const { free, blocked } = look(running("web"));

    assert.deepEqual(
      free.map((candidate) => candidate.pool.metadata.name),
      ["web"],
    );
    assert.deepEqual(blocked, []);
  });

  const neither: readonly (readonly [string, Parameters<typeof running>])[] = [
    ["of a pool that is gone", ["gone"]],
    ["not initialized", ["web", { node: { metadata: { labels: { [labels.initialized]: undefined } } } }]],
    ["being deleted", ["web", { claim: { metadata: { deletionTimestamp: "2026-01-05T11:00:00Z" } } }]],
  ];
  for (const [what, args] of neither) {
    it(`DISR-065 are not those ${what}`, () => {
      assert.deepEqual(look(running(...args)), { free: [], blocked: [] });
    });
  }

  it("DISR-065 are not those without a node or without a claim", () => {
    const { claim, node } = running("web");

    assert.deepEqual(candidates(snapshot({ claims: [claim], pools: [pool] }), now), { free: [], blocked: [] });
    assert.deepEqual(candidates(snapshot({ nodes: [node], pools: [pool] }), now), { free: [], blocked: [] });
  });

  it("DISR-065 are not those that pods are expected on, under the node's name or the claim's, nor those on their way out", () => {
    const machine = running("web");
    const able = (intend: (intentions: Intentions) => void): number => {
      const intentions = new Intentions();
      intend(intentions);
      return candidates(snapshot({ ...seen([machine]), pools: [pool] }, intentions), now).free.length;
    };

    assert.equal(
      able((it) => {
        it.nominate(machine.node.metadata.name, now + 1);
      }),
      0,
    );
    assert.equal(
      able((it) => {
        it.nominate(machine.claim.metadata.name, now + 1);
      }),
      0,
    );
    assert.equal(
      able((it) => {
        it.nominate(machine.node.metadata.name, now);
      }),
      1,
    );
    assert.equal(
      able((it) => {
        it.leave(machine.claim.metadata.name);
      }),
      0,
    );
  });

  it("DISR-065 stay when the node carries do-not-disrupt, which takes the literal true", () => {
    const annotated = (value: string) =>
      look(running("web", { node: { metadata: { annotations: { [annotations.doNotDisrupt]: value } } } }));

    assert.match(annotated("true").blocked[0]?.why ?? "", /the node carries karpenter.sh\/do-not-disrupt/);
    assert.equal(annotated("1h").free.length, 1);
    assert.equal(annotated("false").free.length, 1);
  });

  it("DISR-065 stay for pods that ask for it, daemons and static pods too", () => {
    assert.match(whyBlocked(doNotDisrupt("true")) ?? "", /pod default\/pod-1 carries karpenter.sh\/do-not-disrupt/);
    for (const kind of ["DaemonSet", "Node", "ReplicaSet"]) {
      assert.ok(whyBlocked({ metadata: { ...ownedBy(kind).metadata, ...doNotDisrupt("true").metadata } }));
    }
    assert.ok(whyBlocked({ ...doNotDisrupt("1h"), status: { startTime: "2026-01-05T11:30:00Z" } }));
    assert.equal(whyBlocked({ ...doNotDisrupt("1h"), status: { startTime: "2026-01-05T10:30:00Z" } }), undefined);
  });

  it("DISR-065 do not stay for pods that are over or on their way out", () => {
    assert.equal(whyBlocked({ ...doNotDisrupt("true"), status: { phase: "Succeeded" } }), undefined);
    const going = { deletionTimestamp: "2026-01-05T12:00:10Z", ...doNotDisrupt("true").metadata };
    assert.equal(whyBlocked({ metadata: going }), undefined);
  });

  it("DISR-065 stay for disruption budgets that are used up, of the pod's namespace", () => {
    assert.match(whyBlocked({}, [budget(0)]) ?? "", /disruption budget pdb-1 does not let pod default\/pod-1 go/);
    assert.equal(whyBlocked({}, [budget(1)]), undefined);
    assert.equal(whyBlocked({ metadata: { namespace: "other" } }, [budget(0)]), undefined);
    assert.match(whyBlocked({}, [budget(1), budget(1)]) ?? "", /several disruption budgets/);
  });

  it("DISR-065 do not stay for unhealthy pods whose budget always lets those go", () => {
    const always = budget(0, { unhealthyPodEvictionPolicy: "AlwaysAllow" });

    assert.equal(whyBlocked({}, [always]), undefined);
    assert.ok(whyBlocked({ status: { conditions: [{ type: "Ready", status: "True" }] } }, [always]));
  });

  it("DISR-065 do not stay for budgets of pods that nobody evicts", () => {
    assert.equal(whyBlocked(ownedBy("Node"), [budget(0)]), undefined);
    const tolerant = { spec: { tolerations: [{ key: taints.disrupted.key, operator: "Exists" as const }] } };
    assert.equal(whyBlocked(tolerant, [budget(0)]), undefined);
  });
});
