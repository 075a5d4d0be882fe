import assert from "node:assert/strict";
import { stored, storedPod } from "../../../bench/peer/stored";
import type { KubeObject } from "#controller/api/kube-object";
import type { Container, Pod, PodSpec } from "#controller/api/pod";
import { podAsking } from "#support/builders";

describe("an object as the API server stores it", () => {
  it("has the namespace and uid that it was given, and else those of the API server", () => {
    const given = { metadata: { name: "a", namespace: "here", uid: "1234" } };

    assert.deepEqual(stored(given), given);
    assert.deepEqual(stored({ metadata: { name: "a" } }).metadata, { name: "a", namespace: "default", uid: "a" });
  });

  it("is told apart from its namesake in another namespace", () => {
    const twins = ["here", "there"].map((namespace): KubeObject => ({ metadata: { name: "twin", namespace } }));
    const [here, there] = twins.map(stored);

    assert.notEqual(here?.metadata.uid, there?.metadata.uid);
  });
});

describe("a pod as the API server stores it", () => {
  it("is as it was written when that says everything", () => {
    const pod = podAsking({ cpu: "1" });

    assert.deepEqual(storedPod(pod), pod);
  });

  it("requests what it is limited to, where it requests nothing else", () => {
    const resources = { requests: { cpu: "1" }, limits: { cpu: "2", memory: "1Gi" } };
    const container: Container = { name: "main", resources };
    const { containers, initContainers } = specOf({ containers: [container], initContainers: [container] });

    for (const [each] of [containers, initContainers ?? []])
      assert.deepEqual(each?.resources, { ...resources, requests: { cpu: "1", memory: "1Gi" } });
  });

  it("opens TCP ports, and the host's own when it is on the host's network", () => {
    const dns = { containerPort: 53, protocol: "UDP", hostPort: 5353 };
    const containers = [{ name: "main", ports: [{ containerPort: 80 }, dns] }];

    assert.deepEqual(specOf({ containers }).containers[0]?.ports, [{ containerPort: 80, protocol: "TCP" }, dns]);
    assert.deepEqual(specOf({ containers, hostNetwork: true }).containers[0]?.ports, [
      { containerPort: 80, protocol: "TCP", hostPort: 80 },
      dns,
    ]);
  });
});

const specOf = (spec: PodSpec): PodSpec => storedPod({ metadata: { name: "pod" }, spec } satisfies Pod).spec;
