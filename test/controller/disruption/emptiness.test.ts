import assert from "node:assert/strict";
import type { Budget, NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import { candidates } from "#controller/disruption/candidate";
import { emptyNodes } from "#controller/disruption/emptiness";
import { Intentions } from "#controller/state/intentions";
import { capacityBuffer, nodePool, podOn } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { type Running, running, seen, snapshot } from "#support/snapshots";

const now = Date.parse("2026-01-05T12:00:00Z");
const budgets = (...list: readonly Budget[]): DeepPartial<NodePool> => ({ spec: { disruption: { budgets: list } } });
const poolNamed = (name: string, ...more: readonly DeepPartial<NodePool>[]): NodePool =>
  nodePool({ metadata: { name } }, budgets({ nodes: "100%" }), ...more);
const machines = (count: number, ...args: Parameters<typeof running>): Running[] =>
  Array.from({ length: count }, () => running(...args));

function empty(pools: readonly NodePool[], all: readonly Running[], pods: readonly Pod[] = []): readonly string[] {
  const look = snapshot({ ...seen(all), pools, pods });
  return emptyNodes(candidates(look, now).free, look, now).map(({ pool }) => pool.metadata.name);
}

const notReady = { node: { status: { conditions: [{ type: "Ready", status: "False" as const }] } } };
const leaving = { claim: { metadata: { deletionTimestamp: "2026-01-05T11:00:00Z" } } };

describe("empty nodes", () => {
  it("DISR-050 DISR-051 go, several at once, when they may be consolidated", () => {
    assert.deepEqual(empty([poolNamed("a")], machines(3, "a")), ["a", "a", "a"]);
    const notYet = running("a", { claim: { status: { conditions: [] } } });
    assert.deepEqual(empty([poolNamed("a")], [notYet]), []);
  });

  it("DISR-051 may have daemons and pods that are going or over, unless those come back under their name", () => {
    const left = (pod: DeepPartial<Pod>): number => {
      const machine = running("a");
      return empty([poolNamed("a")], [machine], [podOn(machine.node.metadata.name, {}, pod)]).length;
    };
    const ownedBy = (kind: string) => [{ apiVersion: "apps/v1", kind, name: "o", uid: "1" }];
    const deletionTimestamp = "2026-01-05T12:00:10Z";

    assert.equal(left({}), 0);
    assert.equal(left({ metadata: { ownerReferences: ownedBy("DaemonSet") } }), 1);
    assert.equal(left({ metadata: { ownerReferences: ownedBy("ReplicaSet"), deletionTimestamp } }), 1);
    assert.equal(left({ metadata: { ownerReferences: ownedBy("StatefulSet"), deletionTimestamp } }), 0);
    assert.equal(left({ status: { phase: "Succeeded" } }), 1);
  });

  it("DISR-052 of static pools stay, as do those of pools that never consolidate", () => {
    assert.deepEqual(empty([poolNamed("a", { spec: { replicas: 1 } })], machines(1, "a")), []);
    assert.deepEqual(
      empty([poolNamed("a", { spec: { disruption: { consolidateAfter: "Never" } } })], machines(1, "a")),
      [],
    );
  });

  it("DISR-049 go as far as each pool's own budget lets them", () => {
    const pools = [
      poolNamed("a", budgets({ nodes: "3" })),
      poolNamed("b", budgets({ nodes: "0" })),
      poolNamed("c", budgets({ nodes: "2", reasons: ["Drifted"] })),
    ];
    const all = [...machines(5, "a"), ...machines(5, "b"), ...machines(5, "c")];

    assert.deepEqual(empty(pools, all).toSorted(), ["a", "a", "a", "c", "c", "c", "c", "c"]);
  });

  it("DISR-063 give way to nodes that are away already: leaving, or not Ready", () => {
    const pool = poolNamed("a", budgets({ nodes: "3" }));

    assert.equal(empty([pool], [...machines(5, "a"), ...machines(1, "a", notReady)]).length, 2);
    assert.equal(empty([pool], [...machines(5, "a"), ...machines(2, "a", leaving)]).length, 1);
    assert.equal(empty([pool], [...machines(5, "a"), ...machines(7, "a", leaving)]).length, 0);
  });

  it("DISR-063 are counted without nodes that are not initialized and machines that are being terminated", () => {
    const half = poolNamed("a", budgets({ nodes: "50%" }));
    const young = { node: { metadata: { labels: { "karpenter.sh/initialized": undefined } } } };
    const terminating = {
      claim: { ...leaving.claim, status: { conditions: [{ type: "InstanceTerminating", status: "True" as const }] } },
    };

    assert.equal(empty([half], [...machines(2, "a"), ...machines(4, "a", young)]).length, 1);
    assert.equal(empty([half], [...machines(2, "a"), ...machines(4, "a", terminating)]).length, 1);
  });

  it("DISR-053 stay while room for a buffer is kept on them, each by itself, and go once it is not", () => {
    const pool = poolNamed("a");
    const [holding, bare] = machines(2, "a");
    assert.ok(holding && bare);
    const buffer = capacityBuffer({
      status: { replicas: 1, conditions: [{ type: "ReadyForProvisioning", status: "True" }] },
    });
    const target = { metadata: { name: "small" }, template: { spec: { containers: [{ name: "main" }] } } };
    const idOf = ({ node }: Running): string => node.spec.providerID ?? "";
    const gone = (units: readonly (readonly [Running, number])[], buffers = [{ buffer, target }]) => {
      const intentions = new Intentions();
      intentions.keepRoom(new Map(units.map(([machine, count]) => [idOf(machine), count])));
      const look = snapshot({ ...seen([holding, bare]), pools: [pool], buffers }, intentions);
      return emptyNodes(candidates(look, now).free, look, now).map(({ node }) => node.metadata.name);
    };
    const [first, second] = [holding, bare].map(({ node }) => node.metadata.name);

    assert.deepEqual(
      gone([
        [holding, 1],
        [bare, 0],
      ]),
      [second],
    );
    assert.deepEqual(
      gone([
        [holding, 0],
        [bare, 0],
      ]),
      [first, second],
    );
    assert.deepEqual(
      gone(
        [
          [holding, 1],
          [bare, 0],
        ],
        [],
      ),
      [first, second],
    );
    // Not looked at by any plan since the start, or since the node came.
    assert.deepEqual(gone([]), []);
    assert.deepEqual(gone([[holding, 1]]), []);
  });
});
