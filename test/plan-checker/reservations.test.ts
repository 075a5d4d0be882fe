import assert from "node:assert/strict";

import type { Offering } from "#controller/scheduling/instance-type";
import type { SchedulingSettings } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, podAsking, problem } from "#support/builders";
import { violationsOf } from "#support/plan-checker";
import { plan, plannedNode } from "#support/plans";

const plain = instanceType("m.large", { cpu: 8, memoryGi: 32 });
const reserved = (id: string, remaining: number): Offering => ({
  ...{ zone: "test-zone-a", capacityType: "reserved", price: 0, available: remaining > 0 },
  reservation: { id, remaining },
});
const only = { key: "karpenter.sh/capacity-type", operator: "In" as const, values: ["reserved"] };
const otherwise = { ...only, values: ["on-demand"] };

const said = (offerings: readonly Offering[], ...claims: readonly (readonly (typeof only)[])[]): readonly string[] =>
  saidWith({ preferences: "Respect", minValues: "Strict" }, offerings, claims);

function saidWith(
  settings: SchedulingSettings,
  offerings: readonly Offering[],
  claims: readonly (readonly (typeof only)[])[],
): readonly string[] {
  const type = { ...plain, offerings: [...offerings, ...plain.offerings] };
  const pool = choice(nodePool(), [type]);
  const pods = claims.map(() => podAsking({ cpu: "1" }));
  const [onDemand] = plain.offerings;
  assert.ok(onDemand);
  const newNodes = pods.map((pod, position) => {
    const requirements = claims[position] ?? [];
    const cheapest = requirements.includes(otherwise)
      ? { cheapest: { instanceType: type.name, offering: onDemand } }
      : {};
    return plannedNode(pool, [pod], { requirements, ...cheapest });
  });
  return violationsOf(plan({ newNodes }), problem({ pods, pools: [pool], settings }));
}

describe("plan checker: reservations", () => {
  it("are counted on no more often than they have instances", () => {
    assert.deepEqual(said([reserved("r", 2)], [], []), []);
    assert.deepEqual(said([reserved("r", 1)], [], []), [
      "reservation r is counted on more often than the 1 it has left",
    ]);
    assert.deepEqual(said([reserved("r", 1)], [], [otherwise]), []);
  });

  it("are not bought where they are to be ignored", () => {
    const settings = { preferences: "Respect", minValues: "Strict", reservations: "Ignore" } as const;
    assert.deepEqual(saidWith(settings, [reserved("r", 2)], [[]]), ["planned node 1 may be bought reserved"]);
    assert.deepEqual(saidWith(settings, [reserved("r", 2)], [[otherwise]]), []);
  });

  it("suffice for nodes that can be bought in no other way, whichever each takes", () => {
    const text = "planned node 3 needs a reservation and none is left for it";
    assert.equal(said([reserved("r", 2), reserved("s", 1)], [only], [only], [only]).includes(text), false);
    assert.equal(said([reserved("r", 1), reserved("s", 1)], [only], [only], [only]).includes(text), true);
  });
});
