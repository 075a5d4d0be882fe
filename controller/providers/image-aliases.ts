import type { AmiFamily } from "../api/ec2-node-class";
import { labels } from "../api/labels";
import type { RequirementSpec } from "../api/requirement";
import { TerminalError } from "../ports/errors";
import type { Alias } from "./ami-family";

/** An SSM parameter that names an image, and the machines that the image is for. */
export interface ImageParameter {
  readonly name: string;
  readonly requirements: readonly RequirementSpec[];
}

type Variant = "standard" | "nvidia" | "neuron";

const GPUS = "karpenter.k8s.aws/instance-gpu-count";
const ACCELERATORS = "karpenter.k8s.aws/instance-accelerator-count";

const variants: Readonly<Record<Variant, readonly RequirementSpec[]>> = {
  standard: [
    { key: ACCELERATORS, operator: "DoesNotExist" },
    { key: GPUS, operator: "DoesNotExist" },
  ],
  nvidia: [{ key: GPUS, operator: "Exists" }],
  neuron: [{ key: ACCELERATORS, operator: "Exists" }],
};

/** The same image for several kinds of machines stands here once for each. */
const parameter = (name: string, arch: "amd64" | "arm64", variant: Variant): ImageParameter => ({
  name,
  requirements: [{ key: labels.arch, operator: "In", values: [arch] }, ...variants[variant]],
});

/** Where AWS publishes the images of each family, for a Kubernetes minor version. */
const published: Readonly<Record<AmiFamily, (minor: string, version: string) => readonly ImageParameter[]>> = {
  AL2: al2,
  AL2023: al2023,
  Bottlerocket: bottlerocket,
  Windows2019: (minor) => windows(minor, "2019"),
  Windows2022: (minor) => windows(minor, "2022"),
  Windows2025: (minor) => windows(minor, "2025"),
  Custom: () => [],
};

/** @throws TerminalError when the cluster's Kubernetes version has no such images. */
export function imageParameters({ family, version }: Alias, kubernetes: string): readonly ImageParameter[] {
  const minor = Number(kubernetes.split(".")[1]);
  if (family === "AL2" && minor >= 33) {
    throw new TerminalError(
      `alias al2@${version}: AL2 has no images for Kubernetes ${kubernetes}; use al2023 or bottlerocket`,
    );
  }
  if (family === "Windows2025" && minor < 35) {
    throw new TerminalError(
      `alias windows2025@${version}: Kubernetes ${kubernetes} has no such images; 1.35 is the first`,
    );
  }
  return published[family](kubernetes, version);
}

/** https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html */
function al2023(minor: string, version: string): readonly ImageParameter[] {
  const at = (arch: "x86_64" | "arm64", variant: Variant): ImageParameter => {
    const release =
      version === "latest" ? "recommended" : `amazon-eks-node-al2023-${arch}-${variant}-${minor}-${version}`;
    const name = `/aws/service/eks/optimized-ami/${minor}/amazon-linux-2023/${arch}/${variant}/${release}/image_id`;
    return parameter(name, arch === "arm64" ? "arm64" : "amd64", variant);
  };
  return [
    at("x86_64", "standard"),
    at("arm64", "standard"),
    at("x86_64", "nvidia"),
    at("arm64", "nvidia"),
    at("x86_64", "neuron"),
  ];
}

function al2(minor: string, version: string): readonly ImageParameter[] {
  const at = (suffix: "" | "arm64" | "gpu"): string => {
    const folder = suffix === "" ? "amazon-linux-2" : `amazon-linux-2-${suffix}`;
    const node = suffix === "" ? "amazon-eks-node" : `amazon-eks-${suffix}-node`;
    const release = version === "latest" ? "recommended" : `${node}-${minor}-${version}`;
    return `/aws/service/eks/optimized-ami/${minor}/${folder}/${release}/image_id`;
  };
  return [
    parameter(at(""), "amd64", "standard"),
    parameter(at("arm64"), "arm64", "standard"),
    parameter(at("gpu"), "amd64", "nvidia"),
    parameter(at("gpu"), "amd64", "neuron"),
  ];
}

/** https://bottlerocket.dev/en/os/latest/api/ami-ssm/ */
function bottlerocket(minor: string, version: string): readonly ImageParameter[] {
  const release = version.replace(/^v/, "");
  const at = (arch: "x86_64" | "arm64", suffix = ""): string =>
    `/aws/service/bottlerocket/aws-k8s-${minor}${suffix}/${arch}/${release}/image_id`;
  return [
    parameter(at("x86_64"), "amd64", "standard"),
    parameter(at("arm64"), "arm64", "standard"),
    parameter(at("x86_64", "-nvidia"), "amd64", "nvidia"),
    parameter(at("arm64", "-nvidia"), "arm64", "nvidia"),
    parameter(at("x86_64"), "amd64", "neuron"),
  ];
}

function windows(minor: string, year: string): readonly ImageParameter[] {
  const name = `/aws/service/ami-windows-latest/Windows_Server-${year}-English-Core-EKS_Optimized-${minor}/image_id`;
  return [{ name, requirements: [{ key: labels.arch, operator: "In", values: ["amd64"] }] }];
}
