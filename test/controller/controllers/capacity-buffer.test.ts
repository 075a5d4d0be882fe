import assert from "node:assert/strict";
import { activeCapacity, type CapacityBuffer, type CapacityBufferSpec } from "#controller/api/capacity-buffer";
import { conditionOf } from "#controller/api/conditions";
import { keyOf } from "#controller/api/kube-object";
import type { Deployment, PodTemplate, StatefulSet } from "#controller/api/workloads";
import { capacityBufferStatus } from "#controller/controllers/capacity-buffer";
import { observe } from "#controller/controllers/observation";
import { after } from "#controller/runtime/reconciler";
import { bufferOf, virtualPods } from "#controller/simulation/virtual-pods";
import { capacityBuffer } from "#support/builders";
import { STARTING_MS } from "#support/control-plane";
import { ControllerWorld } from "#support/controller-world";
import { nextName } from "#support/names";

const unit = (cpu: string) => ({
  metadata: { labels: { app: "buffered" } },
  // What Kubernetes wants beside what we read: an image, and a node that nobody has.
  spec: {
    nodeSelector: { "test.example/nowhere": "true" },
    containers: [{ name: "main", image: "none", resources: { requests: { cpu } } }],
  },
});
const selector = { matchLabels: { app: "buffered" } };

describe("the status of a buffer", function () {
  this.timeout(60_000);
  let world: ControllerWorld;
  let woken: string[];
  before(async function () {
    this.timeout(STARTING_MS);
    await ControllerWorld.open();
  });
  beforeEach(async () => {
    world = await ControllerWorld.open();
    woken = [];
  });
  afterEach(() => world.close());

  const reconciler = () =>
    capacityBufferStatus(world.context, {
      trigger: (key) => {
        woken.push(key);
      },
    });
  const newTemplate = (cpu: string): Promise<PodTemplate> =>
    world.create("PodTemplate", {
      metadata: { name: nextName("template"), namespace: "default" },
      template: unit(cpu),
    });
  type Spec = { readonly [Field in keyof CapacityBufferSpec]?: CapacityBufferSpec[Field] | undefined };
  const newBuffer = (spec: Spec): Promise<CapacityBuffer> => world.create("CapacityBuffer", capacityBuffer({ spec }));
  const settled = async ({ metadata }: CapacityBuffer): Promise<CapacityBuffer> => {
    const found = await world.settle(reconciler(), metadata);
    assert.ok(found);
    return found;
  };
  const readiness = (buffer: CapacityBuffer): readonly (string | undefined)[] => {
    const { status, reason } = conditionOf(buffer, "ReadyForProvisioning") ?? {};
    return [status, reason, conditionOf(buffer, "Provisioning")?.reason];
  };
  const naming = ({ metadata: { name } }: PodTemplate) => ({ podTemplateRef: { name } });
  const shapedAfter = (kind: string, name: string, apiGroup = "apps"): Spec => ({
    podTemplateRef: undefined,
    scalableRef: { apiGroup, kind, name },
  });
  /** Buffers that the planner keeps room for, once for each unit. */
  const kept = (): readonly (string | undefined)[] =>
    virtualPods(observe(world.withGates("CapacityBuffer=true"))).map(bufferOf);

  it("BUF-005 says which template it looked at, how many units it keeps, and is looked at again in half a minute", async () => {
    const template = await newTemplate("1");
    const buffer = await newBuffer({ ...naming(template), replicas: 5, limits: { cpu: "3" } });
    const { status } = await settled(buffer);

    assert.deepEqual(status?.podTemplateRef, naming(template).podTemplateRef);
    assert.equal(status.podTemplateGeneration, 1);
    assert.equal(status.replicas, 3);
    assert.equal(status.provisioningStrategy, activeCapacity);
    assert.deepEqual(readiness(await settled(buffer)), ["True", "Resolved", undefined]);
    assert.deepEqual(await world.reconcile(reconciler(), buffer.metadata), after(30_000));
  });

  it("BUF-005 BUF-009 says that its template is missing, and wakes nobody", async () => {
    const buffer = await newBuffer({ podTemplateRef: { name: "nowhere" } });

    assert.deepEqual(readiness(await settled(buffer)), ["False", "PodTemplateNotFound", "NotReadyForProvisioning"]);
    assert.deepEqual(woken, []);
    assert.equal(world.logged.filter(({ message }) => message === "capacitybuffer cannot be kept").length, 1);
  });

  it("BUF-009 wakes the provisioner whenever it is looked at and can be told", async () => {
    const buffer = await newBuffer({ ...naming(await newTemplate("1")) });
    await world.reconcile(reconciler(), buffer.metadata);
    await world.reconcile(reconciler(), buffer.metadata);

    assert.deepEqual(woken, [buffer.metadata.uid, buffer.metadata.uid]);
  });

  it("BUF-006 BUF-007 follows the size of a Deployment or a StatefulSet; without one it counts as 1", async () => {
    const name = nextName("workload");
    const metadata = { name, namespace: "default" };
    // Paused, so that no pods are made.
    const paused = { paused: true, selector, replicas: 10, template: unit("1") } as Deployment["spec"] & object;
    await world.create("Deployment", { metadata, spec: paused });
    const buffer = await newBuffer({ ...shapedAfter("Deployment", name), replicas: undefined, percentage: 25 });
    const { status } = await settled(buffer);
    assert.equal(status?.replicas, 3);
    assert.equal(status.podTemplateRef, undefined);

    await world.kube.patch("Deployment", metadata, { spec: { replicas: 40 } });
    await world.shown("Deployment", metadata);
    assert.equal((await settled(buffer)).status?.replicas, 10);
    const set = { serviceName: name, selector, template: unit("1") } as StatefulSet["spec"];
    await world.create("StatefulSet", { metadata, spec: set });
    const other = await newBuffer({ ...shapedAfter("StatefulSet", name), replicas: undefined, percentage: 100 });
    assert.equal((await settled(other)).status?.replicas, 1);
  });

  it("BUF-006 says what is wrong with a workload that is missing, of another kind, or of another group", async () => {
    const table: readonly (readonly [Spec, string])[] = [
      [shapedAfter("Deployment", "nowhere"), "ScalableRefNotFound"],
      [shapedAfter("Job", "nightly", "batch"), "ResolutionFailed"],
      [shapedAfter("Deployment", "nowhere", "batch"), "ResolutionFailed"],
      [{ podTemplateRef: undefined }, "ResolutionFailed"],
    ];
    for (const [spec, reason] of table) {
      const buffer = await newBuffer({ ...spec, replicas: 3 });
      assert.deepEqual(readiness(await settled(buffer)), ["False", reason, "NotReadyForProvisioning"]);
    }
  });

  it("says that it is empty, and no longer which template it looked at when it now follows a workload", async () => {
    const template = await newTemplate("1");
    const buffer = await newBuffer({ ...naming(template), replicas: 0 });
    assert.deepEqual(readiness(await settled(buffer)), ["True", "Resolved", "BufferEmpty"]);

    const name = nextName("workload");
    const spec = { paused: true, selector, replicas: 4, template: unit("1") } as Deployment["spec"] & object;
    await world.create("Deployment", { metadata: { name, namespace: "default" }, spec });
    const { scalableRef } = shapedAfter("Deployment", name);
    await world.kube.patch("CapacityBuffer", buffer.metadata, { spec: { podTemplateRef: null, scalableRef } });
    await world.shown("CapacityBuffer", buffer.metadata);
    const { status } = await settled(buffer);
    assert.deepEqual([status?.podTemplateRef, status?.podTemplateGeneration], [undefined, undefined]);
  });

  it("BUF-008 BUF-010 follows its template, in what it says and in what is planned", async () => {
    const template = await newTemplate("1");
    const buffer = await newBuffer({ ...naming(template), replicas: undefined, limits: { cpu: "4" } });
    await settled(buffer);
    const key = keyOf(buffer);
    assert.deepEqual(kept(), [key, key, key, key]);

    await world.kube.patch("PodTemplate", template.metadata, { template: unit("2") });
    await world.shown("PodTemplate", template.metadata);
    const { status } = await settled(buffer);
    assert.equal(status?.podTemplateGeneration, 2);
    assert.equal(status.replicas, 2);
    assert.deepEqual(kept(), [key, key]);
  });

  it("BUF-010 is planned for no longer when its template or itself is gone, and never when it refers to nothing", async () => {
    const template = await newTemplate("1");
    const [lasting, going] = [await newBuffer(naming(template)), await newBuffer(naming(await newTemplate("1")))];
    const idle = await newBuffer({ podTemplateRef: undefined });
    for (const buffer of [lasting, going, idle]) await settled(buffer);
    assert.deepEqual(kept().toSorted(), [keyOf(lasting), keyOf(going)].toSorted());

    await world.kube.delete("CapacityBuffer", going.metadata);
    await world.found("CapacityBuffer", going.metadata);
    assert.deepEqual(kept(), [keyOf(lasting)]);
    await world.kube.delete("PodTemplate", template.metadata);
    await world.found("PodTemplate", template.metadata);
    assert.deepEqual(kept(), []);
    assert.deepEqual(readiness(await settled(lasting)), ["False", "PodTemplateNotFound", "NotReadyForProvisioning"]);
  });

  it("BUF-011 is looked at when the template changes that it names, in its own namespace", async () => {
    const template = await newTemplate("1");
    const [one, other] = [await newBuffer(naming(template)), await newBuffer(naming(template))];
    await newBuffer({ podTemplateRef: { name: "another" } });
    await newBuffer(shapedAfter("Deployment", template.metadata.name));
    const watch = reconciler().watches?.find(({ kind }) => kind === "PodTemplate");
    assert.ok(watch?.kind === "PodTemplate");

    assert.deepEqual([...watch.keys(template)].toSorted(), [keyOf(one), keyOf(other)].toSorted());
    assert.deepEqual(watch.keys({ metadata: { ...template.metadata, namespace: "other" } }), []);
    assert.deepEqual(watch.keys({ metadata: { name: "unknown", namespace: "default" } }), []);
  });
});
