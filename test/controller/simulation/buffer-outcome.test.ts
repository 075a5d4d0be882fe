import assert from "node:assert/strict";
import type { CapacityBuffer } from "#controller/api/capacity-buffer";
import type { Pod } from "#controller/api/pod";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import { outcomesOf, provisioningOf, realPart, roomKeeping, unitsByNode } from "#controller/simulation/buffer-outcome";
import { virtualPods } from "#controller/simulation/virtual-pods";
import { Intentions } from "#controller/state/intentions";
import { capacityBuffer, instanceType, nodePool, pod } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { claimThat, running, seen, snapshot } from "#support/snapshots";

const ready = { type: "ReadyForProvisioning", status: "True", reason: "Resolved" } as const;
const keeping = (replicas: number, ...more: readonly DeepPartial<CapacityBuffer>[]): CapacityBuffer =>
  capacityBuffer({ status: { replicas, conditions: [ready] } }, ...more);
const target = { metadata: { name: "small" }, template: { spec: { containers: [{ name: "main" }] } } };
const units = (buffer: CapacityBuffer): readonly Pod[] => virtualPods({ buffers: [{ buffer, target }] });
const shaped = (ref: "template" | "workload"): DeepPartial<CapacityBuffer> =>
  ref === "template"
    ? {}
    : { spec: { podTemplateRef: undefined, scalableRef: { apiGroup: "apps", kind: "Deployment", name: "web" } } };

function planned(pods: readonly Pod[]): PlannedNode {
  const type = instanceType("small", { cpu: 2, memoryGi: 8 });
  const [offering] = type.offerings;
  assert.ok(offering);
  const cheapest = { instanceType: type.name, offering };
  const rest = { requirements: [], instanceTypes: [type], requests: {}, cheapest, minValuesRelaxed: false };
  return { pool: nodePool(), pods, ...rest };
}
interface Places {
  readonly existing?: Readonly<Record<string, readonly Pod[]>>;
  readonly fresh?: readonly Pod[];
  readonly nowhere?: readonly Pod[];
}
const plan = ({ existing = {}, fresh = [], nowhere = [] }: Places): Plan => ({
  existing: new Map(Object.entries(existing)),
  newNodes: fresh.map((each) => planned([each])),
  unschedulable: nowhere.map((each) => ({ pod: each, reason: "no room" })),
  deferred: [],
  zones: new Map(),
});

describe("where buffers are after a plan", () => {
  it("BUF-014 is told for each by itself, real pods not counting, equal names in two namespaces apart", () => {
    const [a, b] = ["shop", "bank"].map((namespace) => keeping(3, { metadata: { name: "web", namespace } }));
    assert.ok(a && b);
    const [one, two, three] = units(a);
    const [other] = units(b);
    assert.ok(one && two && three && other);
    const outcomes = outcomesOf(
      plan({ existing: { "node-1": [one, pod(), other] }, fresh: [two, pod()], nowhere: [three, pod()] }),
    );

    assert.deepEqual(Object.fromEntries(outcomes), {
      "shop/web": { existing: 1, onNewNodes: 1, nowhere: 1 },
      "bank/web": { existing: 1, onNewNodes: 0, nowhere: 0 },
    });
    assert.equal(outcomesOf(plan({ fresh: [pod()] })).size, 0);
  });

  for (const ref of ["template", "workload"] as const) {
    describe(`BUF-015 BUF-017 in the words of its condition, of a buffer shaped after a ${ref}`, () => {
      const says = (buffer: CapacityBuffer, outcome?: Partial<ReturnType<typeof outcomeOf>>) => {
        const finding = provisioningOf(buffer, outcome && outcomeOf(outcome));
        return finding === undefined || finding.status === "removed" ? undefined : [finding.status, finding.reason];
      };
      const outcomeOf = (some: { existing?: number; onNewNodes?: number; nowhere?: number }) => ({
        existing: 0,
        onNewNodes: 0,
        nowhere: 0,
        ...some,
      });

      it("fits when all units are on nodes that are there", () => {
        assert.deepEqual(says(keeping(2, shaped(ref)), { existing: 2 }), ["True", "FitsExistingCapacity"]);
      });

      it("needs new capacity when any is not", () => {
        assert.deepEqual(says(keeping(2, shaped(ref)), { existing: 1, onNewNodes: 1 }), [
          "False",
          "RequiresNewCapacity",
        ]);
        assert.deepEqual(says(keeping(2, shaped(ref)), { existing: 1, nowhere: 1 }), ["False", "RequiresNewCapacity"]);
      });

      it("is not ready, or empty, whatever the plan says", () => {
        const unready = capacityBuffer({ status: { replicas: 2 } }, shaped(ref));
        assert.deepEqual(says(unready, { existing: 2 }), ["False", "NotReadyForProvisioning"]);
        assert.deepEqual(says(keeping(0, shaped(ref))), ["False", "BufferEmpty"]);
      });

      it("says nothing new when the plan has none or not all of its units", () => {
        assert.equal(says(keeping(2, shaped(ref))), undefined);
        assert.equal(says(keeping(2, shaped(ref)), { existing: 1 }), undefined);
      });
    });
  }

  it("BUF-016 is counted by the provider id of nodes that are there, those without any included", () => {
    const [holding, bare, going] = [running("a"), running("a"), running("a")];
    const coming = claimThat(["Launched"], { metadata: { name: "coming" } });
    const leaving = { metadata: { ...going.claim.metadata, deletionTimestamp: "2026-01-05T11:00:00Z" } };
    const machines = [holding, bare, { ...going, claim: { ...going.claim, ...leaving } }];
    const { claims, nodes } = seen(machines);
    const look = snapshot({ claims: [...claims, coming], nodes });
    const [one, two, three] = units(keeping(3));
    assert.ok(one && two && three);
    const counts = unitsByNode(
      plan({ existing: { [holding.node.metadata.name]: [one, two, pod()], coming: [three] }, fresh: [pod()] }),
      look,
    );

    assert.deepEqual(Object.fromEntries(counts), {
      [holding.node.spec.providerID ?? ""]: 2,
      [bare.node.spec.providerID ?? ""]: 0,
      [coming.status?.providerID ?? ""]: 1,
    });
  });

  it("STATE-016 is what the last plan says, and nothing of the one before", () => {
    const intentions = new Intentions();
    intentions.keepRoom(new Map([["a", 2]]));
    intentions.keepRoom(new Map([["b", 1]]));

    assert.equal(intentions.bufferUnitsOn("a"), undefined);
    assert.equal(intentions.bufferUnitsOn("b"), 1);
  });

  it("keeps a node from being empty until a plan has found nothing on it, and only while there are buffers", () => {
    const machine = running("a");
    const intentions = new Intentions();
    const keeps = (buffer?: CapacityBuffer): boolean => {
      const look = snapshot({ ...seen([machine]), ...(buffer && { buffers: [{ buffer, target }] }) }, intentions);
      const [tracked] = look.tracked;
      assert.ok(tracked);
      return roomKeeping(look)(tracked);
    };
    const id = machine.node.spec.providerID ?? "";

    assert.equal(keeps(keeping(1)), true);
    intentions.keepRoom(new Map([[id, 1]]));
    assert.equal(keeps(keeping(1)), true);
    assert.equal(keeps(keeping(0)), false);
    assert.equal(keeps(), false);
    intentions.keepRoom(new Map([[id, 0]]));
    assert.equal(keeps(keeping(1)), false);
  });

  it("BUF-018 is not told to pods that nobody has: those that fit nowhere", () => {
    const [unit] = units(keeping(1));
    const real = pod();
    assert.ok(unit);
    const told = (...nowhere: readonly Pod[]) => realPart(plan({ nowhere })).unschedulable.map((each) => each.pod);

    assert.deepEqual(told(unit, real), [real]);
    assert.deepEqual(told(unit), []);
    assert.deepEqual(told(real), [real]);
    assert.deepEqual(told(), []);
  });

  it("BUF-019 is not told to pods that nobody has, nor to nodes that would get no other", () => {
    const [one, two] = units(keeping(2));
    const real = pod();
    assert.ok(one && two);
    const existing = { mixed: [one, real], virtual: [two], real: [real] };
    const told = realPart(plan({ existing })).existing;

    assert.deepEqual(Object.fromEntries(told), { mixed: [real], real: [real] });
    assert.equal(realPart(plan({})).existing.size, 0);
  });
});
