import { kwokAnnotation } from "#sandbox/control-plane/control-plane";
import type { Manifest } from "#sandbox/control-plane/operator";

/** A node of a group with a fixed size: nobody's claim, and nothing of Karpenter's on it. */
export const staticNode = (name: string): Manifest<"Node"> => {
  const resources = { cpu: "4", memory: "15Gi", pods: "58", "ephemeral-storage": "20Gi" };
  return {
    kind: "Node",
    metadata: {
      name,
      annotations: { [kwokAnnotation.key]: kwokAnnotation.value },
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": "us-east-1a",
        "eks.amazonaws.com/nodegroup": "static",
      },
    },
    spec: {},
    status: { capacity: resources, allocatable: resources },
  };
};

export const onStaticNodes = { nodeSelector: { "eks.amazonaws.com/nodegroup": "static" } };
