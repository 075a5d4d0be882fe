import assert from "node:assert/strict";
import type { BufferTarget, CapacityBuffer } from "#controller/api/capacity-buffer";
import { isProvisionable } from "#controller/api/pod-state";
import type { Pod, PodSpec } from "#controller/api/pod";
import { podsToPlace } from "#controller/simulation/problem";
import { bufferOf, isVirtual, virtualPods } from "#controller/simulation/virtual-pods";
import { Intentions } from "#controller/state/intentions";
import { capacityBuffer, nodeClaim, pod } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { snapshot } from "#support/snapshots";

const unit: PodSpec = { containers: [{ name: "main", resources: { requests: { cpu: "1" } } }] };
const target = (spec: PodSpec = unit, more: Partial<BufferTarget> = {}): BufferTarget => ({
  metadata: { name: "small", namespace: "default" },
  template: { metadata: { labels: { app: "web" } }, spec },
  ...more,
});
const ready = { type: "ReadyForProvisioning", status: "True", reason: "Resolved" } as const;
const keeping = (replicas: number, ...more: readonly DeepPartial<CapacityBuffer>[]): CapacityBuffer =>
  capacityBuffer({ status: { replicas, conditions: [ready] } }, ...more);
const podsOf = (buffer: CapacityBuffer, referent: BufferTarget | undefined = target()): readonly Pod[] =>
  virtualPods({ buffers: [{ buffer, target: referent }] });
const oddPod = (annotations: Readonly<Record<string, string>>): Pod => pod({ metadata: { annotations } });

describe("virtual pods", () => {
  it("BUF-020 are as many as the buffer keeps, always the same ones, and wait like pods that fit nowhere", () => {
    const buffer = keeping(2, { metadata: { name: "web", namespace: "shop", uid: "u1" } });
    const [first, second, ...more] = podsOf(buffer);

    assert.equal(more.length, 0);
    assert.deepEqual(first?.metadata, {
      name: "capacity-buffer-web-1",
      namespace: "shop",
      uid: "u1-1",
      creationTimestamp: "9999-12-31T23:59:59Z",
      labels: { app: "web" },
      annotations: {
        "karpenter.sh/capacity-buffer-fake-pod": "true",
        "karpenter.sh/capacity-buffer-namespace": "shop",
        "karpenter.sh/capacity-buffer-name": "web",
      },
    });
    assert.equal(second?.metadata.uid, "u1-2");
    assert.ok(isProvisionable(first));
    assert.equal(first.spec.priority, -2147483648);
    const again = target();
    assert.deepEqual(podsOf(buffer, again), podsOf(buffer));
    assert.equal(podsOf(keeping(1, { metadata: buffer.metadata }), again)[0], podsOf(buffer, again)[0]);
    assert.deepEqual(podsOf(keeping(0)), []);
  });

  it("BUF-021 leave claimed volumes and their mounts behind, and keep what says where they may go", () => {
    const mounts = [{ name: "data" }, { name: "scratch" }, { name: "config" }];
    const spec = {
      nodeName: "node-1",
      nodeSelector: { disk: "ssd" },
      tolerations: [{ operator: "Exists" }],
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" }],
      containers: [{ name: "main", volumeMounts: mounts }, { name: "bare" }],
      initContainers: [{ name: "init", volumeMounts: mounts.slice(0, 1) }],
      volumes: [
        { name: "data", persistentVolumeClaim: { claimName: "data" } },
        { name: "scratch", ephemeral: { volumeClaimTemplate: { spec: {} } } },
        { name: "config" },
      ],
    } as const;
    const [made] = podsOf(keeping(1), target(spec));

    assert.deepEqual(made?.spec, {
      ...spec,
      nodeName: "",
      priority: -2147483648,
      containers: [{ name: "main", volumeMounts: [{ name: "config" }] }, { name: "bare" }],
      initContainers: [{ name: "init", volumeMounts: [] }],
      volumes: [{ name: "config" }],
    });
    assert.equal(spec.volumes.length, 3);
  });

  it("BUF-022 BUF-027 are there for buffers that are ready, keep something, and refer to something that is there", () => {
    const count = (buffer: CapacityBuffer, referent?: BufferTarget): number =>
      virtualPods({ buffers: [{ buffer, target: referent }] }).length;
    const unready = { status: { conditions: [{ ...ready, status: "False" as const }] } };

    assert.equal(count(keeping(3), target()), 3);
    assert.equal(count(capacityBuffer(), target()), 0);
    assert.equal(count(keeping(3, unready), target()), 0);
    assert.equal(count(keeping(3, { status: { replicas: undefined } }), target()), 0);
    assert.equal(count(keeping(3, { spec: { podTemplateRef: undefined } }), target()), 0);
    assert.equal(count(keeping(3, { metadata: { deletionTimestamp: "2026-01-05T11:00:00Z" } }), target()), 0);
    assert.equal(count(keeping(3), undefined), 0);
    assert.deepEqual(virtualPods({}), []);
  });

  it("BUF-023 are shaped after a workload in the same way", () => {
    const scalableRef = { apiGroup: "apps", kind: "Deployment", name: "web" };
    const buffer = keeping(2, { metadata: { name: "b" }, spec: { podTemplateRef: undefined, scalableRef } });
    const pods = podsOf(buffer, target(unit, { replicas: 10 }));

    assert.deepEqual(
      pods.map((each) => [each.metadata.name, bufferOf(each), each.spec.containers]),
      [1, 2].map((i) => [`capacity-buffer-b-${i}`, "default/b", unit.containers]),
    );
  });

  it("BUF-025 BUF-026 BUF-027 follow what the caches show, buffer by buffer, and nothing else", () => {
    const [one, other] = [keeping(2), keeping(1)];
    const names = (...buffers: readonly CapacityBuffer[]) =>
      podsToPlace(snapshot({ buffers: buffers.map((buffer) => ({ buffer, target: target() })) })).map(bufferOf);
    const [a, b] = [one, other].map(({ metadata }) => `default/${metadata.name}`);

    assert.deepEqual(names(), []);
    assert.deepEqual(names(one, other), [a, a, b]);
    const smaller = { ...one, status: { ...one.status, replicas: 1 } };
    assert.deepEqual(names(smaller, other), [a, b]);
    const failed = { ...one, status: { ...one.status, conditions: [{ ...ready, status: "False" as const }] } };
    assert.deepEqual(names(failed, other), [b]);
    assert.deepEqual(names(other), [b]);
  });

  it("are planned together with pods that wait, except those that a node is being launched for", () => {
    const intentions = new Intentions();
    const buffer = keeping(2);
    const [first, second] = podsOf(buffer);
    const waiting = pod();
    assert.ok(first && second);
    intentions.launching(nodeClaim(), { pods: [first], capacity: {} });
    const look = snapshot({ pods: [waiting], buffers: [{ buffer, target: target() }] }, intentions);

    assert.deepEqual(
      podsToPlace(look).map(({ metadata }) => metadata.uid),
      [waiting.metadata.uid, second.metadata.uid],
    );
  });

  it("BUF-013 are told by their annotation alone", () => {
    assert.equal(isVirtual(oddPod({ "karpenter.sh/capacity-buffer-fake-pod": "true" })), true);
    assert.equal(isVirtual(oddPod({ "karpenter.sh/capacity-buffer-fake-pod": "yes" })), false);
    assert.equal(isVirtual(oddPod({ "karpenter.sh/capacity-buffer-name": "web" })), false);
    assert.equal(isVirtual(pod()), false);
  });

  it("BUF-012 say which buffer they stand for, when they say all of it", () => {
    const fake = { "karpenter.sh/capacity-buffer-fake-pod": "true" };
    const named = { "karpenter.sh/capacity-buffer-name": "web" };
    const placed = { "karpenter.sh/capacity-buffer-namespace": "shop" };

    assert.equal(bufferOf(oddPod({ ...fake, ...named, ...placed })), "shop/web");
    for (const some of [{ ...named, ...placed }, { ...fake, ...named }, { ...fake, ...placed }, fake]) {
      assert.equal(bufferOf(oddPod(some)), undefined);
    }
    assert.equal(bufferOf(pod()), undefined);
  });
});
