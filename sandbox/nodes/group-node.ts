import type { Nodegroup, TaintEffect } from "@aws-sdk/client-eks";
import { readyStatus } from "./node-status";

/** https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html */
export const groupLabel = "eks.amazonaws.com/nodegroup";
export const groupNodePrefix = "group-ip-";

export interface GroupNode {
  readonly group: Nodegroup;
  /** That no other node has. */
  readonly ip: string;
  readonly zone: string;
  readonly at: Date;
}

const effects: Readonly<Record<TaintEffect, string>> = {
  NO_EXECUTE: "NoExecute",
  NO_SCHEDULE: "NoSchedule",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/** A node as its group has it: labels, taints, and the room of an m5.large. It is Ready from the start. */
export function groupNode({ group, ip, zone, at }: GroupNode): object {
  const name = `${groupNodePrefix}${ip.replaceAll(".", "-")}.ec2.internal`;
  const resources = { cpu: "1930m", memory: "7Gi", "ephemeral-storage": "18Gi", pods: "29" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        ...group.labels,
        [groupLabel]: group.nodegroupName ?? "",
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": group.amiType?.includes("ARM") === true ? "arm64" : "amd64",
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": zone.replace(/[a-z]$/, ""),
        "topology.kubernetes.io/zone": zone,
      },
    },
    spec: {
      providerID: `aws:///${zone}/${name}`,
      taints: (group.taints ?? []).map(({ key, value, effect = "NO_SCHEDULE" }) => ({
        key,
        value,
        effect: effects[effect],
      })),
    },
    status: readyStatus({ name, ip, resources, at }),
  };
}
