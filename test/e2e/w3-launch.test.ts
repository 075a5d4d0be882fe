import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "mocha";
import { conditionOf, isReady } from "#controller/api/conditions";
import { finalizers, labels } from "#controller/api/labels";
import { isReady as isReadyNode } from "#controller/api/node-state";
import { toNumber } from "#controller/api/quantity";
import { instanceOf, labelOf } from "./support/claims";
import { bargain, keptRoom } from "./support/kept-room";
import { launchPools } from "./support/launch-pools";
import { machines } from "./support/machines";
import { reserveOne } from "./support/reservation";
import { amd64, poolByHand } from "./support/pool-by-hand";
import { onStaticNodes, staticNode } from "./support/static-node";
import { SCENARIO_MS, walkthrough } from "./support/walkthrough";
import { deployment, onPool, unevictable, type Workload } from "./support/workloads";

/** Long enough for a launch that should not happen. */
const QUIET_MS = 6_000;

const oneCpu = { cpu: "1", memory: "1Gi" };

/** One pod for each of these resources, on the pool for accelerators. */
const devices = ["nvidia.com/gpu", "aws.amazon.com/neuron"];
/** EC2 sells machines with it, but moto, and so this account, knows none. */
const nowhere = "amd.com/gpu";
const nameOf = (device: string): string => device.replaceAll(/[./]/g, "-");

const on = (pool: string): Pick<Workload, "nodeSelector" | "tolerations"> => ({
  ...onPool(pool),
  tolerations: [{ key: "pool", operator: "Exists" }],
});

describe("W3 and W4 · pools of every kind beside nodes that stay", function () {
  this.timeout(SCENARIO_MS);
  const world = walkthrough({
    given: async (given) => {
      const { cluster } = given;
      await cluster.create(staticNode("static-1"));
      await given.until("the static node is ready", async () => {
        const node = await cluster.get("Node", "static-1");
        return node !== undefined && isReadyNode(node);
      });
    },
  });

  it("makes a pool of each kind, and says that it is ready", async () => {
    const settings = { FEATURE_GATES: "NodeOverlay=true,CapacityBuffer=true" };
    await world.up({ nodePools: launchPools, teardown: { evictAfterSeconds: 10 }, settings });
    await world.until("every pool is ready", async () => {
      const pools = await world.cluster.list("NodePool");
      return pools.length === Object.keys(launchPools).length && pools.every(isReady);
    });
  });

  it("W3: fills the nodes that are there before it launches others", async () => {
    const { cluster } = world;
    await cluster.create(deployment({ name: "anywhere", replicas: 2, requests: oneCpu }));
    await world.untilRunning("anywhere", 2);
    const places = (await cluster.running("anywhere")).map(({ spec }) => spec.nodeName);
    assert.deepEqual([...new Set(places)], ["static-1"]);
    assert.deepEqual(await cluster.claims(), []);

    await cluster.scale("anywhere", 8);
    await world.untilRunning("anywhere", 8);
    assert.ok((await cluster.claims("mixed")).length > 0);
    await cluster.delete("Deployment", "anywhere");
    await world.untilNoClaims();
    assert.ok(await cluster.get("Node", "static-1"));
  });

  it("keeps room for a buffer, on the machine that an overlay makes the cheapest, until the buffer is gone", async () => {
    const { cluster } = world;
    await cluster.create(bargain("bargain", "mixed", "r6i.xlarge"));
    await world.until("the overlay is heeded", async () => {
      const overlay = await cluster.get("NodeOverlay", "bargain");
      return overlay !== undefined && isReady(overlay);
    });
    for (const manifest of keptRoom("mixed", { name: "room", replicas: 2, requests: oneCpu })) {
      await cluster.create(manifest);
    }
    await world.until("there is room", async () => {
      const buffer = await cluster.get("CapacityBuffer", "room");
      return buffer && conditionOf(buffer, "Provisioning")?.reason === "FitsExistingCapacity";
    });
    await sleep(2 * QUIET_MS);
    const claims = await cluster.claims();
    assert.deepEqual(
      claims.map((claim) => labelOf(claim, labels.instanceType)),
      ["r6i.xlarge"],
    );
    await cluster.delete("CapacityBuffer", "room");
    await world.untilNoClaims();
    await cluster.delete("PodTemplate", "room");
    await cluster.delete("NodeOverlay", "bargain");
  });

  it("launches into the reservation that a class selects before anything else, and on demand once that is used up", async () => {
    const { cluster, sandbox } = world;
    const id = await reserveOne(sandbox.aws, "m6i.2xlarge");
    const { spec } = (await cluster.get("EC2NodeClass", "mixed")) ?? {};
    const capacityReservationSelectorTerms = [{ id }];
    await cluster.create({
      kind: "EC2NodeClass",
      metadata: { name: "reserving" },
      spec: { ...spec, capacityReservationSelectorTerms },
    });
    const bought = { key: labels.capacityType, operator: "In", values: ["reserved", "on-demand"] };
    await cluster.create(poolByHand("reserving", "reserving", [amd64, bought]));
    const requests = { cpu: "6", memory: "1Gi" };
    await cluster.create(deployment({ name: "first", replicas: 2, requests, ...onPool("reserving") }));
    await world.untilRunning("first", 2);
    const bothWays = async (): Promise<readonly string[]> =>
      (await cluster.list("Node"))
        .filter(({ metadata }) => metadata.labels?.[labels.nodePool] === "reserving")
        .map(({ metadata: { labels: own } }) => `${own?.[labels.capacityType]} ${own?.[labels.reservationId]}`)
        .toSorted();
    assert.deepEqual(await bothWays(), ["on-demand undefined", `reserved ${id}`]);
    const inside = (await machines(sandbox.aws)).filter(({ CapacityReservationId }) => CapacityReservationId === id);
    assert.deepEqual(
      inside.map(({ InstanceType }) => InstanceType),
      ["m6i.2xlarge"],
    );
    await cluster.delete("Deployment", "first");
    await cluster.delete("NodePool", "reserving");
    await world.untilNoClaims("reserving");
    await cluster.delete("EC2NodeClass", "reserving");
  });

  it("W3: one pool serves both architectures, spot and on-demand", async () => {
    const { cluster } = world;
    const asked = [
      { name: "arm", arch: "arm64", capacity: "on-demand" },
      { name: "amd", arch: "amd64", capacity: "spot" },
    ];
    for (const { name, arch, capacity } of asked) {
      const nodeSelector = { [labels.nodePool]: "mixed", [labels.arch]: arch, [labels.capacityType]: capacity };
      await cluster.create(deployment({ name, replicas: 2, requests: oneCpu, nodeSelector }));
    }
    for (const { name } of asked) await world.untilRunning(name, 2);
    const got = (await cluster.claims("mixed")).map(
      (claim) => `${labelOf(claim, labels.arch)} ${labelOf(claim, labels.capacityType)}`,
    );
    assert.deepEqual([...new Set(got)].toSorted(), asked.map(({ arch, capacity }) => `${arch} ${capacity}`).toSorted());
  });

  it("W3: pods that ask for a device get a node that has it, or hear that there is none", async () => {
    const { cluster } = world;
    for (const device of [...devices, nowhere]) {
      const requests = { ...oneCpu, [device]: "1" };
      await cluster.create(deployment({ name: nameOf(device), replicas: 1, requests, ...on("accelerated") }));
    }
    for (const device of devices) {
      await world.untilRunning(nameOf(device), 1);
      const [pod] = await cluster.running(nameOf(device));
      assert.ok(pod);
      const node = await cluster.get("Node", pod.spec.nodeName ?? "");
      const count = Number(node?.status?.capacity?.[device]);
      assert.ok(count >= 1, `node of ${pod.metadata.name} has ${count} of ${device}`);
    }
    await world.untilTold(nameOf(nowhere), nowhere);
    for (const device of [...devices, nowhere]) await cluster.delete("Deployment", nameOf(device));
  });

  it("W3: a node that is deleted is cordoned, drained and terminated, and its pods run elsewhere", async () => {
    const { cluster, sandbox, log } = world;
    const [claim] = (await cluster.claims("mixed")).filter((each) => labelOf(each, labels.arch) === "amd64");
    assert.ok(claim);
    const name = claim.status?.nodeName ?? "";
    const node = await cluster.get("Node", name);
    assert.ok(node?.metadata.finalizers?.includes(finalizers.termination));
    await cluster.delete("Node", name);
    await world.until("its claim is gone, its pods run elsewhere", async () => {
      const claims = await cluster.claims("mixed");
      const pods = await cluster.running("amd");
      const elsewhere = pods.length === 2 && pods.every(({ spec }) => spec.nodeName !== name);
      return elsewhere && claims.every(({ metadata }) => metadata.uid !== claim.metadata.uid);
    });
    assert.equal(await cluster.get("Node", name), undefined);
    const ids = (await machines(sandbox.aws)).map(({ InstanceId }) => InstanceId);
    assert.ok(!ids.includes(instanceOf(claim)));
    assert.ok((await log.lines("tainted node")).some((line) => line["Node"] === name));
  });

  it("W3: launches nothing beside Cluster Autoscaler, says so, and goes on once that is scaled to zero", async () => {
    const { cluster } = world;
    const image = "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.0";
    const rival = { name: "cluster-autoscaler", replicas: 1, requests: { cpu: "100m" }, image, ...onStaticNodes };
    await cluster.create(deployment(rival));
    await world.until("Cluster Autoscaler is ready", async () => {
      const found = await cluster.get("Deployment", "cluster-autoscaler");
      return found?.status?.readyReplicas === 1;
    });

    const before = (await cluster.claims()).length;
    await cluster.create(deployment({ name: "torn", replicas: 1, requests: { cpu: "6" }, ...on("mixed") }));
    await world.until("the pools say why nothing is launched", async () => {
      const told = await cluster.told("NodePool", "mixed", "ClusterAutoscalerRunning");
      return told.some((message) => message.includes("default/cluster-autoscaler"));
    });
    await sleep(QUIET_MS);
    assert.equal((await cluster.claims()).length, before);

    await cluster.scale("cluster-autoscaler", 0);
    await world.untilRunning("torn", 1);
    for (const name of ["torn", "cluster-autoscaler"]) await cluster.delete("Deployment", name);
  });

  it("W4: keeps a pool within its limits, and tells the pods that wait why", async () => {
    const { cluster } = world;
    const requests = { cpu: "7", memory: "8Gi" };
    await cluster.create(deployment({ name: "greedy", replicas: 14, requests, ...on("limited") }));
    const waiting = await world.until("the limit holds pods back, the others run", async () => {
      const pods = (await cluster.list("Pod")).filter(({ metadata }) => metadata.labels?.["app"] === "greedy");
      const pending = pods.filter(({ spec }) => spec.nodeName === undefined);
      const running = await cluster.running("greedy");
      const [first] = pending;
      const told = first && (await cluster.told("Pod", first.metadata.name, "FailedScheduling"));
      const why = told?.find((message) => message.includes("limit cpu 80"));
      return why !== undefined && running.length > 0 && running.length + pending.length === 14 && pending;
    });
    assert.ok(waiting.length >= 3, "80 cores have room for eleven pods of seven");
    const nodes = (await cluster.list("Node")).filter(
      ({ metadata }) => metadata.labels?.[labels.nodePool] === "limited",
    );
    const total = (resource: string): number =>
      nodes.reduce((sum, { status }) => sum + toNumber(status?.capacity?.[resource] ?? "0"), 0);
    assert.ok(total("cpu") <= 80, `${total("cpu")} cores`);
    assert.ok(total("memory") <= 320 * 1024 ** 3, `${total("memory")} bytes`);
    for (const { spec } of nodes)
      assert.ok(spec.taints?.some(({ key, value }) => key === "pool" && value === "limited"));
  });

  it("W4: claims deleted by label take their nodes and machines along", async () => {
    const { cluster, sandbox } = world;
    const gone = (await cluster.claims("limited")).map(instanceOf);
    await cluster.delete("Deployment", "greedy");
    await cluster.deleteLabelled("NodeClaim", labels.nodePool, "limited");
    await world.untilNoClaims("limited");
    const left = (await machines(sandbox.aws)).map(({ InstanceId = "" }) => InstanceId);
    assert.deepEqual(
      left.filter((id) => gone.includes(id)),
      [],
    );
  });

  it("W4: replaces a node that has expired", async () => {
    const { cluster, log } = world;
    await cluster.create(deployment({ name: "lasting", replicas: 1, requests: oneCpu, ...on("brief") }));
    await world.untilRunning("lasting", 1);
    const [first] = await cluster.claims("brief");
    assert.ok(first);
    await world.until("the pod runs on another node than the one that expired", async () => {
      const claims = await cluster.claims("brief");
      const replaced = claims.every(({ metadata }) => metadata.uid !== first.metadata.uid);
      return replaced && (await cluster.running("lasting")).length === 1;
    });
    const expired = await log.lines("disrupting expired nodeclaim");
    assert.ok(expired.some((line) => line["NodeClaim"] === first.metadata.name));
    await cluster.delete("Deployment", "lasting");
  });

  it("takes the next offering where EC2 has no capacity", async () => {
    const { cluster, sandbox } = world;
    await sandbox.aws.lackCapacity({ capacityType: "spot" });
    const nodeSelector = { [labels.nodePool]: "mixed", "karpenter.k8s.aws/instance-family": "c6i" };
    await cluster.create(deployment({ name: "squeezed", replicas: 1, requests: oneCpu, nodeSelector }));
    await world.untilRunning("squeezed", 1);
    const [pod] = await cluster.running("squeezed");
    const node = await cluster.get("Node", pod?.spec.nodeName ?? "");
    assert.equal(node?.metadata.labels?.[labels.capacityType], "on-demand");
    await sandbox.aws.restoreCapacity();
    await cluster.delete("Deployment", "squeezed");
  });

  it("says of bad pools and classes what is wrong with them, while the others go on", async () => {
    const { cluster } = world;
    const misspelt = { key: "karpenter.k8s.aws/instance-flavour", operator: "In", values: ["c"] };
    await assert.rejects(
      cluster.create(poolByHand("misspelt", "mixed", [misspelt])),
      /karpenter\.k8s\.aws are reserved/,
    );

    const { spec } = (await cluster.get("EC2NodeClass", "mixed")) ?? {};
    const subnetSelectorTerms = [{ tags: { nowhere: "at-all" } }];
    await cluster.create({
      kind: "EC2NodeClass",
      metadata: { name: "adrift" },
      spec: { ...spec, subnetSelectorTerms },
    });
    const spotty = { key: labels.capacityType, operator: "In", values: ["spotty"] };
    await cluster.create(poolByHand("spotty", "mixed", [spotty]));
    await cluster.create(poolByHand("adrift", "adrift", [amd64]));
    await cluster.create(poolByHand("classless", "nobody", [amd64]));
    const verdicts = [
      { pool: "spotty", condition: "ValidationSucceeded", reason: "NodePoolValidationFailed", says: /on-demand, spot/ },
      { pool: "adrift", condition: "NodeClassReady", reason: "UnhealthyDependents", says: /match no subnet/ },
      { pool: "classless", condition: "NodeClassReady", reason: "NodeClassNotFound", says: /nobody does not exist/ },
    ];
    for (const { pool, condition, reason, says } of verdicts) {
      await world.until(`pool ${pool} says what is wrong`, async () => {
        const found = await cluster.get("NodePool", pool);
        const verdict = found && conditionOf(found, condition);
        return verdict?.status === "False" && verdict.reason === reason && says.test(verdict.message ?? "");
      });
    }
    const adrift = await cluster.get("EC2NodeClass", "adrift");
    assert.equal(adrift && conditionOf(adrift, "SubnetsReady")?.reason, "SubnetsNotFound");

    const lost = deployment({ name: "lost", replicas: 1, requests: oneCpu, nodeSelector: { "no-such-label": "x" } });
    await cluster.create(lost);
    await world.untilTold("lost", "no-such-label");
    await cluster.scale("amd", 6);
    await world.untilRunning("amd", 6);
  });

  it("destroys it all, with pools made by hand, and pods that no budget lets go", async () => {
    const { cluster } = world;
    await cluster.create(poolByHand("byhand", "mixed", [amd64]));
    await cluster.create(deployment({ name: "stubborn", replicas: 3, requests: oneCpu, ...onPool("byhand") }));
    await cluster.create(unevictable("stubborn", 3));
    await world.untilRunning("stubborn", 3);

    await world.stack.destroy();
    for (const { metadata } of await cluster.list("Deployment")) await cluster.delete("Deployment", metadata.name);
    await cluster.delete("PodDisruptionBudget", "stubborn");
    await world.assertNothingLeft();
  });
});
