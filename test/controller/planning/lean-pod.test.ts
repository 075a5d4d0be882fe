import assert from "node:assert/strict";
import { leanPod } from "#controller/planning/lean-pod";
import { pod } from "#support/builders";

describe("a lean pod", () => {
  it("has everything of a pod that our types declare, and nothing else", () => {
    const declared = pod({
      metadata: { labels: { app: "web" }, annotations: { note: "kept" } },
      spec: {
        ...{ nodeName: "node", hostNetwork: true, priority: 7, overhead: { cpu: "1" } },
        tolerations: [{ operator: "Exists" }],
        containers: [
          { name: "main", ports: [{ containerPort: 80, hostPort: 80 }], resources: { requests: { cpu: "1" } } },
        ],
        initContainers: [{ name: "sidecar", restartPolicy: "Always" }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      },
      status: { containerStatuses: [{ name: "main", allocatedResources: { cpu: "2" } }] },
    });
    const { spec, status } = declared;
    const bulky = {
      ...declared,
      spec: {
        ...{ ...spec, dnsPolicy: "ClusterFirst", serviceAccountName: "web" },
        containers: spec.containers.map((each) => ({ ...each, env: [{ name: "A", value: "b" }] })),
        initContainers: spec.initContainers?.map((each) => ({ ...each, imagePullPolicy: "Always" })) ?? [],
        volumes: spec.volumes?.map((each) => ({ ...each, configMap: { name: "web" } })) ?? [],
      },
      status: {
        ...status,
        podIP: "10.0.0.1",
        containerStatuses: status?.containerStatuses?.map((each) => ({ ...each, ready: true })) ?? [],
      },
    };

    assert.deepEqual(leanPod(bulky), declared);
    assert.deepEqual(leanPod(declared), declared);
  });
});
