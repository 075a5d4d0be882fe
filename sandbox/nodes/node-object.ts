import type { Instance, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { kwokAnnotation } from "../control-plane/control-plane";
import type { BootInstructions } from "./boot-instructions";
import { resourcesOf } from "./resources";

/** Kept by kubelets of a cloud's nodes until the cloud's own controller has looked at them. */
export const uninitialized = {
  key: "node.cloudprovider.kubernetes.io/uninitialized",
  value: "true",
  effect: "NoSchedule",
};

/** A machine as the sandbox knows it at its first boot. */
export interface Machine {
  readonly instance: Instance;
  readonly type: InstanceTypeInfo;
  readonly boot: BootInstructions;
  readonly zoneId: string;
  readonly diskBytes: number;
  readonly kubernetesVersion: string;
}

export const nodeNameOf = (instance: Instance): string => instance.PrivateDnsName ?? "";

/**
 * The Node that the machine's kubelet registers, with what the cloud's controller adds.
 * https://kubernetes.io/docs/reference/labels-annotations-taints/
 */
export function nodeObject(machine: Machine): object {
  const { instance, boot, type, diskBytes } = machine;
  const name = nodeNameOf(instance);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { ...boot.labels, ...labelsOf(machine) },
      annotations: { [kwokAnnotation.key]: kwokAnnotation.value },
    },
    spec: {
      providerID: `aws:///${instance.Placement?.AvailabilityZone ?? ""}/${instance.InstanceId ?? ""}`,
      taints: [...boot.taints, uninitialized].map((taint) => ({ ...taint })),
    },
    status: {
      ...resourcesOf(type, boot, diskBytes),
      addresses: [
        { type: "InternalIP", address: instance.PrivateIpAddress ?? "" },
        { type: "Hostname", address: name },
        { type: "InternalDNS", address: name },
      ],
      nodeInfo: nodeInfo(machine),
    },
  };
}

function labelsOf({ instance, type, boot, zoneId }: Machine): Record<string, string> {
  const zone = instance.Placement?.AvailabilityZone ?? "";
  const region = zone.replace(/[a-z]$/, "");
  const os = boot.family === "Windows" ? "windows" : "linux";
  const arch = architectureOf(type);
  const instanceType = instance.InstanceType ?? "";
  return {
    "kubernetes.io/hostname": nodeNameOf(instance),
    "kubernetes.io/arch": arch,
    "kubernetes.io/os": os,
    "beta.kubernetes.io/arch": arch,
    "beta.kubernetes.io/os": os,
    "beta.kubernetes.io/instance-type": instanceType,
    "node.kubernetes.io/instance-type": instanceType,
    "topology.kubernetes.io/zone": zone,
    "topology.kubernetes.io/region": region,
    "failure-domain.beta.kubernetes.io/zone": zone,
    "failure-domain.beta.kubernetes.io/region": region,
    "topology.k8s.aws/zone-id": zoneId,
    "k8s.io/cloud-provider-aws": "sandbox",
  };
}

const architectureOf = ({ ProcessorInfo }: InstanceTypeInfo): "arm64" | "amd64" =>
  ProcessorInfo?.SupportedArchitectures?.includes("arm64") === true ? "arm64" : "amd64";

const nodeInfo = ({ instance, type, boot, kubernetesVersion }: Machine): object => ({
  architecture: architectureOf(type),
  operatingSystem: boot.family === "Windows" ? "windows" : "linux",
  kubeletVersion: `v${kubernetesVersion}.0-eks-sandbox`,
  kubeProxyVersion: "",
  containerRuntimeVersion: "containerd://2.0.0",
  kernelVersion: "6.12.0",
  osImage: boot.family,
  machineID: instance.InstanceId ?? "",
  systemUUID: instance.InstanceId ?? "",
  bootID: instance.InstanceId ?? "",
});
