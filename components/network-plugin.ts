/** What the VPC's network plugin on a node may do, by the addresses that a cluster gives to pods. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../controller/contract/permissions";
import { policyDocument } from "./policy-document";

/** Of a cluster's pods; a cluster has one of them for good. */
export type IpFamily = "ipv4" | "ipv6";

export interface NetworkPluginArgs {
  /** Name of the nodes' role. */
  readonly role: pulumi.Input<string>;
  /** @default "ipv4", for which AWS has a managed policy */
  readonly ipFamily?: IpFamily;
}

/** Grants it to a role of nodes. */
export function grantNetworkPlugin(
  name: string,
  { role, ipFamily = "ipv4" }: NetworkPluginArgs,
  opts: { readonly parent: pulumi.Resource },
): pulumi.Resource {
  const { partition } = aws.getPartitionOutput({}, opts);
  if (ipFamily === "ipv6") {
    const policy = partition.apply((of) => policyDocument(forIpv6(of)));
    return new aws.iam.RolePolicy(`${name}-AmazonEKS_CNI_IPv6_Policy`, { role, policy }, opts);
  }
  const policyArn = pulumi.interpolate`arn:${partition}:iam::aws:policy/AmazonEKS_CNI_Policy`;
  return new aws.iam.RolePolicyAttachment(`${name}-AmazonEKS_CNI_Policy`, { role, policyArn }, opts);
}

/**
 * There is no managed policy for it.
 * @see https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html
 */
const forIpv6 = (partition: string): readonly Statement[] => [
  {
    sid: "AssignAddresses",
    actions: [
      "ec2:AssignIpv6Addresses",
      "ec2:DescribeInstances",
      "ec2:DescribeTags",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeInstanceTypes",
    ],
    resources: ["*"],
  },
  {
    sid: "TagInterfaces",
    actions: ["ec2:CreateTags"],
    resources: [`arn:${partition}:ec2:*:*:network-interface/*`],
  },
];
