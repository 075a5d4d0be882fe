import assert from "node:assert/strict";

import fc from "fast-check";

import type { Labels } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { RequirementSpec } from "#controller/api/requirement";
import type { InstanceType, Offering } from "#controller/scheduling/instance-type";
import { choice, instanceType, nodePool, podAsking, testZones } from "#support/builders";
import { solved } from "#support/solved";

const keys = [labels.arch, labels.os, labels.zone, labels.capacityType] as const;
const values: Readonly<Record<(typeof keys)[number], readonly string[]>> = {
  [labels.arch]: ["amd64", "arm64"],
  [labels.os]: ["linux", "windows"],
  [labels.zone]: testZones,
  [labels.capacityType]: ["spot", "on-demand"],
};

/** A machine whose every offering has a price of its own, so that the cheapest is one. */
const priced = fc
  .record({
    arch: fc.constantFrom("amd64", "arm64"),
    os: fc.constantFrom("linux", "windows"),
    zones: fc.subarray([...testZones], { minLength: 1 }),
    capacityTypes: fc.subarray<Offering["capacityType"]>(["spot", "on-demand"], { minLength: 1 }),
    prices: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 6, maxLength: 6 }),
  })
  .map(({ prices, ...shape }) => {
    const type = instanceType("", { cpu: 2, memoryGi: 8, ...shape });
    return { ...type, offerings: type.offerings.map((each, i) => ({ ...each, price: prices[i] ?? 1 })) };
  });
const catalog = fc
  .array(priced, { minLength: 1, maxLength: 8 })
  .map((types) => types.map((type, i) => renamed(type, `type-${i}`)));

const renamed = (type: InstanceType, name: string): InstanceType => ({
  ...type,
  name,
  requirements: type.requirements.map((each) =>
    each.key === labels.instanceType ? { ...each, values: [name] } : each,
  ),
});

/** A demand on some of the four labels: one value for a pod, or several for a pool. */
const selector = fc
  .record(Object.fromEntries(keys.map((key) => [key, fc.option(fc.constantFrom(...values[key]), { nil: undefined })])))
  .map((chosen) => Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)) as Labels);
const poolRequirements = fc
  .record(
    Object.fromEntries(
      keys.map((key) => [key, fc.option(fc.subarray([...values[key]], { minLength: 1 }), { nil: undefined })]),
    ),
  )
  .map((chosen) =>
    Object.entries(chosen).flatMap(([key, allowed]): RequirementSpec[] =>
      allowed === undefined ? [] : [{ key, operator: "In", values: allowed }],
    ),
  );

/** What the four labels are when this offering is bought. */
const labelsOf = ({ requirements }: InstanceType, { zone, capacityType }: Offering): Labels => ({
  [labels.arch]: requirements.find(({ key }) => key === labels.arch)?.values?.[0] ?? "",
  [labels.os]: requirements.find(({ key }) => key === labels.os)?.values?.[0] ?? "",
  [labels.zone]: zone,
  [labels.capacityType]: capacityType,
});

describe("schedule: the cheapest machine", () => {
  it("SCHED-001 is among those of the claim, whatever pod and pool ask for; where none suits, the pod waits", () => {
    fc.assert(
      fc.property(catalog, selector, poolRequirements, (types, nodeSelector, requirements) => {
        const suits = (own: Labels): boolean =>
          Object.entries(nodeSelector).every(([key, value]) => own[key] === value) &&
          requirements.every(({ key, values: allowed = [] }) => allowed.includes(own[key] ?? ""));
        const suitable = types.map((type) => ({
          type,
          prices: type.offerings.filter((each) => suits(labelsOf(type, each))).map(({ price }) => price),
        }));
        const cheapest = Math.min(...suitable.flatMap(({ prices }) => prices));

        const pool = nodePool({ spec: { template: { spec: { requirements } } } });
        const plan = solved({ pods: [podAsking({ cpu: "1" }, { nodeSelector })], pools: [choice(pool, types)] });
        const [node] = plan.newNodes;

        assert.equal(node?.cheapest.offering.price ?? Infinity, cheapest);
        assert.deepEqual(
          node?.instanceTypes.map(({ name }) => name).toSorted(),
          node &&
            suitable
              .filter(({ prices }) => prices.length > 0)
              .map(({ type }) => type.name)
              .toSorted(),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("SCHED-001 on demand is not the one that is cheapest as spot", () => {
    const offer = (capacityType: Offering["capacityType"], price: number) => ({
      zone: testZones[0],
      capacityType,
      price,
      available: true,
    });
    const both = { cpu: 2, memoryGi: 8, capacityTypes: ["spot", "on-demand"] } as const;
    const types = [
      { ...instanceType("bargain", both), offerings: [offer("spot", 0.1), offer("on-demand", 0.9)] },
      { ...instanceType("steady", both), offerings: [offer("spot", 0.4), offer("on-demand", 0.5)] },
    ];
    const pods = [podAsking({ cpu: "1" }, { nodeSelector: { [labels.capacityType]: "on-demand" } })];

    const {
      newNodes: [node],
    } = solved({ pods, pools: [choice(nodePool(), types)] });

    assert.deepEqual(
      node?.instanceTypes.map(({ name }) => name),
      ["steady", "bargain"],
    );
  });
});
