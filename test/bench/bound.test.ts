import assert from "node:assert/strict";
import fc from "fast-check";
import { boundOf } from "../../bench/bound";
import { openb } from "../../bench/scenarios/openb";
import { labels } from "#controller/api/labels";
import type { PodAffinityTerm } from "#controller/api/pod";
import type { Problem } from "#controller/scheduling/problem";
import { schedule } from "#controller/scheduling/schedule";
import { choice, daemonSet, instanceType, nodePool, nodeState, pod, problem, testZones } from "#support/builders";
import { randomProblems } from "#support/random-problem";

const small = instanceType("small", { cpu: 4, memoryGi: 16, price: 0.4 });
const pods = (count: number, cpu: string) =>
  Array.from({ length: count }, () =>
    pod({ spec: { containers: [{ name: "main", resources: { requests: { cpu } } }] } }),
  );

const near = (actual: number, expected: number): void => {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
};

describe("boundOf", () => {
  it("buys the fraction of a node that the pods fill", async () => {
    const { price, nodes } = await boundOf(problem({ pods: pods(2, "1"), pools: [choice(nodePool(), [small])] }));

    near(price, 0.2);
    near(nodes, 0.5);
  });

  it("buys what costs least for what is asked", async () => {
    const large = instanceType("large", { cpu: 16, memoryGi: 16, price: 0.8 });
    const asked = problem({ pods: pods(2, "1"), pools: [choice(nodePool(), [small, large])] });

    near((await boundOf(asked)).price, 0.1);
  });

  it("lets pods go only on machines that their selector allows", async () => {
    const arm = instanceType("arm", { cpu: 4, memoryGi: 16, price: 0.8, arch: "arm64" });
    const wanting = pods(1, "1").map((each) => ({
      ...each,
      spec: { ...each.spec, nodeSelector: { [labels.arch]: "arm64" } },
    }));
    const asked = problem({ pods: [...wanting, ...pods(1, "1")], pools: [choice(nodePool(), [small, arm])] });

    near((await boundOf(asked)).price, 0.3);
  });

  it("lets pods go only on pools whose taints they tolerate", async () => {
    const cheap = instanceType("cheap", { cpu: 4, memoryGi: 16, price: 0.1 });
    const tainted = nodePool({ spec: { template: { spec: { taints: [{ key: "team", effect: "NoSchedule" }] } } } });
    const asked = problem({ pods: pods(2, "1"), pools: [choice(nodePool(), [small]), choice(tainted, [cheap])] });

    near((await boundOf(asked)).price, 0.2);
  });

  it("lets no pod be cut to fit on a machine that is too small for it", async () => {
    const tiny = instanceType("tiny", { cpu: 1, memoryGi: 4, price: 0.01 });
    const asked = problem({ pods: pods(1, "2"), pools: [choice(nodePool(), [tiny, small])] });

    near((await boundOf(asked)).price, 0.2);
  });

  it("leaves room for daemons", async () => {
    const asked = problem({
      pods: pods(2, "1"),
      pools: [choice(nodePool(), [small])],
      daemonSets: [daemonSet({ cpu: "2" })],
    });

    near((await boundOf(asked)).price, 0.4);
  });

  it("takes free room on nodes that are there for nothing", async () => {
    const nodes = [nodeState({ allocatable: { cpu: "3", memory: "16Gi", pods: "110" }, pods: pods(2, "1") })];
    const asked = problem({ pods: pods(2, "1"), pools: [choice(nodePool(), [small])], nodes });

    near((await boundOf(asked)).price, 0.1);
  });

  it("takes reserved capacity, in whichever pool, as far as it goes", async () => {
    const [zone] = small.offerings;
    assert.ok(zone);
    const reservation = { id: "cr-1", remaining: 1 };
    const reserved = { ...zone, capacityType: "reserved" as const, price: 4e-8, reservation };
    const requirements = small.requirements.map((each) =>
      each.key === labels.capacityType ? { ...each, values: ["on-demand", "reserved"] } : each,
    );
    const types = [{ ...small, requirements, offerings: [...small.offerings, reserved] }];
    const pools = ["a", "b"].map((name) => choice(nodePool({ metadata: { name } }), types));
    const settings = { preferences: "Respect", minValues: "Strict" } as const;

    near((await boundOf(problem({ pods: pods(6, "1"), pools }))).price, 0.2);
    const ignored = problem({ pods: pods(6, "1"), pools, settings: { ...settings, reservations: "Ignore" } });
    near((await boundOf(ignored)).price, 0.6);
  });

  it("lets pods wait that want reserved capacity alone when there is not enough", async () => {
    const [zone] = small.offerings;
    assert.ok(zone);
    const reserved = {
      ...zone,
      capacityType: "reserved" as const,
      price: 4e-8,
      reservation: { id: "r", remaining: 1 },
    };
    const requirements = small.requirements.filter(({ key }) => key !== labels.capacityType);
    const type = { ...small, requirements, offerings: [...small.offerings, reserved] };
    const wanting = pods(6, "1").map((each) => ({
      ...each,
      spec: { ...each.spec, nodeSelector: { [labels.capacityType]: "reserved" } },
    }));

    near((await boundOf(problem({ pods: wanting, pools: [choice(nodePool(), [type])] }))).price, 0);
  });

  it("does not add up crumbs of free room that no pod fits in", async () => {
    const crumb = { allocatable: { cpu: "1500m", memory: "16Gi", pods: "110" } };
    const nodes = [nodeState(crumb), nodeState(crumb)];
    const asked = problem({ pods: pods(3, "1"), pools: [choice(nodePool(), [small])], nodes });

    near((await boundOf(asked)).price, 0.1);
  });

  it("gives pods that refuse their like on a host a node each", async () => {
    const term: PodAffinityTerm = { topologyKey: labels.hostname, labelSelector: { matchLabels: { app: "db" } } };
    const required = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
    const loners = pods(3, "1").map(({ metadata, spec }) => ({
      metadata: { ...metadata, labels: { app: "db" } },
      spec: { ...spec, affinity: { podAntiAffinity: required } },
    }));

    const { price, nodes } = await boundOf(problem({ pods: loners, pools: [choice(nodePool(), [small])] }));
    near(price, 1.2);
    near(nodes, 3);
  });

  describe("of pods that have to be spread over zones", () => {
    const [here, ...others] = testZones;
    const labelSelector = { matchLabels: { app: "web" } };
    const rule = { maxSkew: 1, topologyKey: labels.zone, whenUnsatisfiable: "DoNotSchedule", labelSelector } as const;
    const web = (count: number, cpu = "1") =>
      pods(count, cpu).map(({ metadata, spec }) => ({
        metadata: { ...metadata, labels: { app: "web" } },
        spec: { ...spec, topologySpreadConstraints: [rule] },
      }));
    /** A node with room for four pods, besides those that run there. */
    const nodeIn = (zone: string, running: number, arch = "amd64") =>
      nodeState({
        labels: { [labels.zone]: zone, [labels.arch]: arch },
        allocatable: { cpu: String(4 + running), memory: "16Gi", pods: "110" },
        pods: web(running),
      });
    const priceOf = async (parts: Partial<Problem>): Promise<number> =>
      (await boundOf(problem({ pools: [choice(nodePool(), [small])], ...parts }))).price;

    it("lets no zone have more than it may, whatever room there is", async () => {
      near(await priceOf({ pods: web(2), nodes: [nodeIn(here, 0)] }), 0.1);
    });

    it("counts those that run already", async () => {
      near(await priceOf({ pods: web(2), nodes: [nodeIn(here, 2)] }), 0.2);
      near(await priceOf({ pods: web(2), nodes: [nodeIn(here, 0), ...others.map((zone) => nodeIn(zone, 2))] }), 0);
    });

    it("does not count those on nodes that these may not be on", async () => {
      const amd64 = web(2).map(({ metadata, spec }) => ({
        metadata,
        spec: { ...spec, nodeSelector: { [labels.arch]: "amd64" } },
      }));

      near(await priceOf({ pods: amd64, nodes: [nodeIn(here, 3, "arm64"), nodeIn(here, 0)] }), 0.1);
    });

    it("takes them as they come where other pods that wait are counted with them", async () => {
      near(await priceOf({ pods: [...web(1), ...web(1, "2")], nodes: [nodeIn(here, 0)] }), 0);
    });
  });

  it("counts pods that fit nowhere instead of pricing them", async () => {
    const asked = problem({ pods: [...pods(2, "1"), ...pods(3, "8")], pools: [choice(nodePool(), [small])] });

    const { price, unplaceable } = await boundOf(asked);
    near(price, 0.2);
    assert.equal(unplaceable, 3);
  });

  it("is never above what a plan costs", async () => {
    const shape = fc.record({
      cpu: fc.integer({ min: 1, max: 16 }),
      memoryGi: fc.integer({ min: 1, max: 64 }),
      price: fc.integer({ min: 1, max: 9 }),
    });
    const size = fc.constantFrom("250m", "500m", "1", "2");
    const asked = fc.record({ shapes: fc.array(shape, { minLength: 1, maxLength: 5 }), sizes: fc.array(size) });
    await fc.assert(
      fc.asyncProperty(asked, async ({ shapes, sizes }) => {
        const types = shapes.map((each, index) => instanceType(`type-${index}`, each));
        const whole = problem({ pods: sizes.flatMap((cpu) => pods(1, cpu)), pools: [choice(nodePool(), types)] });

        const { newNodes, unschedulable } = schedule(whole);
        const { price, unplaceable } = await boundOf(whole);
        const paid = newNodes.reduce((sum, { cheapest }) => sum + cheapest.offering.price, 0);
        assert.equal(unplaceable, unschedulable.length);
        assert.ok(price <= paid + 1e-6, `bound ${price} above plan ${paid}`);
      }),
      { numRuns: 60 },
    );
  });

  it("is never above what a plan for all the pods costs, whatever binds them", async () => {
    await fc.assert(
      fc.asyncProperty(randomProblems, async (asked) => {
        const { newNodes, unschedulable, deferred } = schedule(asked);
        fc.pre(unschedulable.length + deferred.length === 0);
        const paid = newNodes.reduce((sum, { cheapest }) => sum + cheapest.offering.price, 0);
        const { price } = await boundOf(asked);
        assert.ok(price <= paid + 1e-6, `bound ${price} above plan ${paid}`);
      }),
      { numRuns: 60 },
    );
  }).timeout(60_000);

  it("is the published $7,046 an hour for the GPU trace", async () => {
    const trace = openb.problem(8152);

    assert.equal(trace.pods.length, 8152);
    assert.equal(Math.round((await boundOf(trace)).price), 7046);
  });
});
