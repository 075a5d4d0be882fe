import type { Manifest } from "#sandbox/control-plane/operator";

/** A pool as `kubectl apply` makes it. */
export const poolByHand = (name: string, nodeClass: string, requirements: readonly object[]): Manifest<"NodePool"> => ({
  kind: "NodePool",
  metadata: { name },
  spec: {
    template: {
      spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: nodeClass }, requirements },
    },
  },
});
export const amd64 = { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] };
