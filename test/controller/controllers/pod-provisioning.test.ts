import assert from "node:assert/strict";
import type { Labels } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import { isProvisionable } from "#controller/api/pod-state";
import type { Context } from "#controller/controllers/context";
import { podProvisioning } from "#controller/controllers/pod-provisioning";
import type { Outcome } from "#controller/runtime/reconciler";
import { schedule } from "#controller/scheduling/schedule";
import { kwokAnnotation } from "#sandbox/control-plane/control-plane";
import { instanceType, node, nodeClass, nodePool } from "#support/builders";
import { STARTING_MS } from "#support/control-plane";
import { ControllerWorld } from "#support/controller-world";
import { eventually } from "#support/eventually";
import type { DeepPartial } from "#support/merge";
import { running } from "#support/snapshots";

/** Keeps pods of other tests away from the pools of these. */
const mine = { key: "test.example/provisioning", effect: "NoSchedule" } as const;
const ready = { type: "Ready", status: "True", reason: "Ready", message: "", observedGeneration: 1 } as const;
const isReady = { conditions: [{ ...ready, lastTransitionTime: "2026-01-01T00:00:00Z" }] };

describe("provisioning", function () {
  this.timeout(30_000);
  let world: ControllerWorld;
  let pool: NodePool;
  before(async function () {
    this.timeout(STARTING_MS);
    await ControllerWorld.open();
  });
  beforeEach(async () => {
    world = await ControllerWorld.open();
    world.cloud.types = [
      instanceType("m5.large", { cpu: 4, memoryGi: 16 }),
      instanceType("m5.xlarge", { cpu: 8, memoryGi: 32 }),
    ];
    await world.create("EC2NodeClass", nodeClass({ status: isReady }));
    pool = await newPool();
  });
  afterEach(async () => {
    for (const { metadata } of await claims()) world.adopt("NodeClaim", metadata);
    await world.close();
  });

  const newPool = (...overrides: readonly DeepPartial<NodePool>[]): Promise<NodePool> =>
    world.create(
      "NodePool",
      nodePool({ spec: { template: { spec: { taints: [mine] } } }, status: isReady }, ...overrides),
    );
  const claims = async (): Promise<readonly NodeClaim[]> =>
    (await world.kube.list("NodeClaim")).filter(({ metadata }) =>
      metadata.labels?.[labels.nodePool]?.startsWith("pool-"),
    );

  let count = 0;
  /** A pod that the real scheduler found no node for. */
  async function pending(cpu: string, spec: DeepPartial<Pod["spec"]> = {}, own: Labels = {}): Promise<Pod> {
    const { metadata } = await world.create("Pod", {
      metadata: { name: `waiting-${++count}`, namespace: "default", labels: own },
      spec: {
        tolerations: [mine],
        ...spec,
        containers: [{ name: "main", resources: { requests: { cpu } }, ...{ image: "none" } }],
      } as Pod["spec"], // a partial of a spec that has its containers
    });
    return eventually("the scheduler gives up on the pod", () => {
      const seen = world.kube.cached("Pod").get(`default/${metadata.name}`);
      return seen !== undefined && isProvisionable(seen) && seen;
    });
  }

  /** Rounds of one process: the pods that wait now are collected, planned, and claims made. */
  function process(context = world.context): () => Promise<Outcome> {
    const [trigger, provisioner] = podProvisioning(context);
    return async () => {
      assert.ok(trigger && provisioner);
      const { signal } = new AbortController();
      await trigger.run(signal);
      const round = provisioner.run(signal);
      await world.clock.advance(1_000);
      const outcome = await round;
      for (const { metadata } of await claims()) await world.shown("NodeClaim", metadata);
      return outcome;
    };
  }
  const launched = async (claim: NodeClaim): Promise<void> => {
    const machine = await world.cloud.create(claim);
    const { providerId: providerID, capacity, allocatable } = machine;
    const conditions = [{ ...isReady.conditions[0], type: "Launched", reason: "Launched" }];
    await world.kube.patchStatus("NodeClaim", claim.metadata, {
      status: { providerID, capacity, allocatable, conditions },
    });
    await world.shown("NodeClaim", claim.metadata);
  };

  it("PROV-001 plans a burst of pods together, and tells each where it goes", async () => {
    const pods = [await pending("2500m"), await pending("2500m"), await pending("2500m")];
    await process()();
    const [claim, ...more] = await claims();

    assert.equal(more.length, 0);
    assert.equal(claim?.metadata.labels?.[labels.nodePool], pool.metadata.name);
    assert.equal(claim.metadata.ownerReferences?.[0]?.uid, pool.metadata.uid);
    assert.equal(claim.spec.resources?.requests?.["cpu"], "7500m");
    assert.deepEqual(claim.spec.requirements.find(({ key }) => key === labels.instanceType)?.values, ["m5.xlarge"]);
    for (const { metadata } of pods) {
      assert.deepEqual(world.reasonsAbout(metadata.name), ["Nominated"]);
    }
  });

  it("TOPO-014 spreads pods without constraints of their own as the settings say, together with their Service", async () => {
    const app = { app: "spread" };
    await world.create("Service", {
      metadata: { name: "spread", namespace: "default" },
      spec: { selector: app, ...{ ports: [{ port: 80 }] } },
    });
    const perHost = { maxSkew: 1, topologyKey: labels.hostname, whenUnsatisfiable: "DoNotSchedule" } as const;
    const settings = { ...world.context.settings, schedulerConfig: { defaultConstraints: [perHost] } };
    for (let i = 0; i < 3; i++) await pending("100m", {}, app);
    await process({ ...world.context, settings })();

    assert.equal((await claims()).length, 3);
  });

  it("makes fewer nodes where the settings say that each costs something besides its machine", async () => {
    world.cloud.types = [
      instanceType("m5.large", { cpu: 4, memoryGi: 16, price: 0.1 }),
      instanceType("m5.xlarge", { cpu: 8, memoryGi: 32, price: 0.21 }),
    ];
    for (let i = 0; i < 2; i++) await pending("3");
    await process({ ...world.context, settings: { ...world.context.settings, nodePrice: 0.02 } })();

    assert.equal((await claims()).length, 1);
  });

  it("does not plan twice for pods whose node is being launched, or has been", async () => {
    await pending("3");
    const round = process();
    await round();
    const [claim] = await claims();
    assert.ok(claim);
    await round();
    assert.equal((await claims()).length, 1);

    await launched(claim);
    await round();
    assert.equal((await claims()).length, 1);
    assert.equal(world.intentions.launches.size, 0);
  });

  it("plans again for pods whose launch was given up", async () => {
    await pending("3");
    const round = process();
    await round();
    const [claim] = await claims();
    assert.ok(claim);
    await world.kube.delete("NodeClaim", claim.metadata);
    await world.found("NodeClaim", claim.metadata);
    await round();

    const [another] = await claims();
    assert.ok(another && another.metadata.name !== claim.metadata.name);
  });

  it("waits, after a restart, for claims of which it does not know what they are for", async () => {
    await pending("3");
    await process()();
    const [claim] = await claims();
    assert.ok(claim);
    world = await restarted();
    const round = process();
    assert.deepEqual(await round(), { after: 1_000 });
    assert.equal((await claims()).length, 1);

    await launched(claim);
    await round();
    assert.equal((await claims()).length, 1);
    assert.deepEqual([...new Set(world.events.map(({ reason }) => reason))], ["Nominated"]);
  });

  /** Another process: it knows what the API server shows, and nothing of what was meant. */
  async function restarted(): Promise<ControllerWorld> {
    const before = world;
    const after = await ControllerWorld.open();
    const close = after.close.bind(after);
    after.close = async () => {
      await close();
      await before.close();
    };
    after.cloud.types = before.cloud.types;
    return after;
  }

  it("PROV-003 stays within a pool's limits, and tells the pods that are left why they wait", async () => {
    await world.kube.patch("NodePool", pool.metadata, { spec: { limits: { cpu: "4" } } });
    // A ready pool at its new generation.
    const { metadata } = await world.shown("NodePool", pool.metadata);
    const conditions = [{ ...isReady.conditions[0], observedGeneration: metadata.generation }];
    await world.kube.patchStatus("NodePool", pool.metadata, { status: { conditions } });
    await world.shown("NodePool", pool.metadata);
    const pods = [await pending("3"), await pending("3")];
    await process()();

    assert.equal((await claims()).length, 1);
    assert.deepEqual(pods.map((pod) => world.reasonsAbout(pod.metadata.name).join()).toSorted(), [
      "FailedScheduling",
      "Nominated",
    ]);
    const { message } = world.events.find(({ reason }) => reason === "FailedScheduling") ?? {};
    assert.match(message ?? "", /limit/);
  });

  it("says of a pool that its requirements leave no instance type, and goes on with the others", async () => {
    const requirements = [{ key: labels.instanceType, operator: "In" as const, values: ["m5.huge"] }];
    const hopeless = await newPool({ spec: { template: { spec: { requirements } } } });
    const fine = await pending("1");
    await process()();

    const { about, message } = world.events.find(({ reason }) => reason === "NoCompatibleInstanceTypes") ?? {};
    assert.equal(about?.metadata.name, hopeless.metadata.name);
    assert.match(message ?? "", /none of 2 instance types .*: 2 by node.kubernetes.io.instance-type/);
    assert.deepEqual(world.reasonsAbout(fine.metadata.name), ["Nominated"]);
  });

  it("PROV-002 tells pods that time did not suffice for nothing, and plans them next", async () => {
    const [first, second] = [await pending("3"), await pending("3")];
    const isFirst = ({ metadata }: Pod): boolean => metadata.name === first.metadata.name;
    const planner: Context["planner"] = {
      plan(problem) {
        const [inTime, late] = [problem.pods.filter(isFirst), problem.pods.filter((pod) => !isFirst(pod))];
        const plan = schedule(inTime.length > 0 ? { ...problem, pods: inTime } : problem);
        return Promise.resolve(inTime.length > 0 ? { ...plan, deferred: late } : plan);
      },
    };
    const [trigger, provisioner] = podProvisioning({ ...world.context, planner });
    assert.ok(trigger && provisioner);
    const { signal } = new AbortController();
    await trigger.run(signal);
    for (const expected of [
      [["Nominated"], []],
      [["Nominated"], ["Nominated"]],
    ]) {
      const round = provisioner.run(signal);
      await world.clock.advance(1_000);
      await round;
      assert.deepEqual(
        [first, second].map(({ metadata }) => world.reasonsAbout(metadata.name)),
        expected,
      );
    }
    assert.equal((await claims()).length, 2);
  });

  it("makes no node for pods that went while the plan was made, and tells them nothing", async () => {
    const [alone, together, stays] = [await pending("7500m"), await pending("2500m"), await pending("1")];
    const planner: Context["planner"] = {
      async plan(problem) {
        for (const { metadata } of [alone, together]) {
          await world.kube.delete("Pod", metadata, { gracePeriodSeconds: 0 });
          await world.found("Pod", metadata);
        }
        return schedule(problem);
      },
    };
    await process({ ...world.context, planner })();
    const [claim, ...more] = await claims();

    assert.deepEqual(more, []);
    assert.deepEqual(
      world.intentions.launches.get(claim?.metadata.name ?? "")?.pods.map(({ metadata }) => metadata.name),
      [stays.metadata.name],
    );
    assert.deepEqual(
      [alone, together, stays].map(({ metadata }) => world.reasonsAbout(metadata.name)),
      [[], [], ["Nominated"]],
    );
    assert.deepEqual(
      world.logged.filter(({ message }) => message.startsWith("planned nodes")).map(({ nodes }) => nodes),
      [1],
    );
  });

  it("goes on with the others when a pod fits nowhere", async () => {
    const [odd, fine] = [await pending("1", { nodeSelector: { "example.com/no": "such" } }), await pending("1")];
    await process()();

    assert.deepEqual(world.reasonsAbout(odd.metadata.name), ["FailedScheduling"]);
    assert.deepEqual(world.reasonsAbout(fine.metadata.name), ["Nominated"]);
    assert.equal((await claims()).length, 1);
  });

  it("finds another place for the pods of a node that is leaving, before they are evicted", async () => {
    const machine = running(pool.metadata.name, { claim: { metadata: { finalizers: ["test.example/hold"] } } });
    const conditions = (machine.claim.status?.conditions ?? []).map((each) => ({ ...each, reason: "", message: "" }));
    const { metadata } = await world.create("NodeClaim", {
      ...machine.claim,
      status: { ...machine.claim.status, conditions },
    });
    const leaving = await world.create("Node", machine.node);
    await world.create("Pod", {
      metadata: { name: "displaced", namespace: "default" },
      spec: {
        nodeName: leaving.metadata.name,
        tolerations: [mine],
        containers: [{ name: "main", resources: { requests: { cpu: "1" } }, ...{ image: "none" } }],
      },
    });
    const round = process();
    await world.kube.delete("NodeClaim", metadata);
    await world.shown("NodeClaim", metadata);
    await round();

    const made = (await claims()).filter(({ metadata: { name } }) => name !== metadata.name);
    assert.equal(made.length, 1);
    assert.deepEqual(world.reasonsAbout("displaced"), ["Nominated"]);
  });

  it("launches nothing beside a running Cluster Autoscaler, and says so on every pool", async () => {
    const only = { key: "test.example/autoscaler", effect: "NoSchedule" } as const;
    await world.create(
      "Node",
      node({
        metadata: { annotations: { [kwokAnnotation.key]: kwokAnnotation.value } },
        spec: { providerID: undefined, taints: [only] },
      }),
    );
    const app = { app: "cluster-autoscaler" };
    const image = "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.0";
    const container = { name: "main", image };
    const template = { metadata: { labels: app }, spec: { tolerations: [only], containers: [container] } };
    const rival = await world.create("Deployment", {
      metadata: { name: "cluster-autoscaler", namespace: "kube-system" },
      spec: { ...{ replicas: 1, selector: { matchLabels: app } }, template },
    });
    await eventually(
      "the rival is ready",
      () => {
        const seen = world.kube.cached("Deployment").get("kube-system/cluster-autoscaler");
        return seen?.status?.readyReplicas === 1;
      },
      20_000,
    );
    await pending("1");
    const round = process();
    await round();
    assert.equal((await claims()).length, 0);
    assert.deepEqual(world.reasonsAbout(pool.metadata.name), ["ClusterAutoscalerRunning"]);

    await world.kube.patch("Deployment", rival.metadata, { spec: { replicas: 0 } });
    await eventually("the rival is not ready", () => {
      const seen = world.kube.cached("Deployment").get("kube-system/cluster-autoscaler");
      return (seen?.status?.readyReplicas ?? 0) === 0;
    });
    await round();
    assert.equal((await claims()).length, 1);
  });
});
