import type { Meta } from "../control-plane/kube-api";
import { readyStatus } from "../nodes/node-status";

/** https://docs.aws.amazon.com/eks/latest/userguide/fargate.html */
export const computeType = { key: "eks.amazonaws.com/compute-type", value: "fargate" } as const;
export const nodePrefix = "fargate-ip-";

export interface FargateNode {
  readonly metadata: Meta;
}

/** A node for one pod, named by an address that no other has. It is Ready from the start. */
export function fargateNode(ip: string, zone: string, at: Date): object {
  const name = `${nodePrefix}${ip.replaceAll(".", "-")}.ec2.internal`;
  const resources = { cpu: "2", memory: "4Gi", "ephemeral-storage": "20Gi", pods: "1" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        [computeType.key]: computeType.value,
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": zone.replace(/[a-z]$/, ""),
        "topology.kubernetes.io/zone": zone,
      },
    },
    spec: {
      providerID: `aws:///${zone}/${name}`,
      taints: [{ ...computeType, effect: "NoSchedule" }],
    },
    status: readyStatus({ name, ip, resources, at }),
  };
}

/** Tells the control plane that the node lives. https://kubernetes.io/docs/concepts/architecture/leases/ */
export const nodeLease = (node: string, uid: string, at: Date): object => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: {
    name: node,
    namespace: "kube-node-lease",
    // Goes with its node.
    ownerReferences: [{ apiVersion: "v1", kind: "Node", name: node, uid }],
  },
  spec: { holderIdentity: node, leaseDurationSeconds: 40, renewTime: at.toISOString().replace("Z", "000Z") },
});
