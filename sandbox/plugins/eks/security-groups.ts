import * as aws from "@pulumi/aws";
import type { ClusterArgs } from "@pulumi/eks/cluster";
import * as pulumi from "@pulumi/pulumi";

export interface SecurityGroups {
  readonly cluster?: pulumi.Input<aws.ec2.SecurityGroup>;
  readonly node?: aws.ec2.SecurityGroup;
  /** Lets nodes reach the API server. */
  readonly ingressRule?: aws.ec2.SecurityGroupRule;
}

const anywhere = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };

/** The control plane's group, unless one is brought, and the nodes', once the cluster's name is known. */
export function clusterGroup(name: string, args: ClusterArgs, opts: GroupOptions): SecurityGroups["cluster"] {
  if (args.skipDefaultSecurityGroups) return undefined;
  if (args.clusterSecurityGroup) return args.clusterSecurityGroup;
  const { vpcId, ...parent } = opts;
  const tags = pulumi.all([args.tags, args.clusterSecurityGroupTags]).apply(([all, own]) => ({ ...all, ...own }));
  const group = new aws.ec2.SecurityGroup(
    `${name}-eksClusterSecurityGroup`,
    { vpcId, revokeRulesOnDelete: true, tags },
    parent,
  );
  new aws.ec2.SecurityGroupRule(
    `${name}-eksClusterInternetEgressRule`,
    { ...anywhere, type: "egress", securityGroupId: group.id },
    parent,
  );
  return group;
}

export function nodeGroups(name: string, args: NodeArgs, opts: GroupOptions): SecurityGroups {
  const { vpcId, ...parent } = opts;
  const { clusterGroup: control, cluster, inputs } = args;
  if (!control) return {};
  const owned = pulumi.interpolate`kubernetes.io/cluster/${cluster.name}`;
  const tags = pulumi
    .all([inputs.tags, inputs.nodeSecurityGroupTags, owned])
    .apply(([all, own, key]) => ({ ...all, ...own, [key]: "owned" }));
  const node = new aws.ec2.SecurityGroup(
    `${name}-nodeSecurityGroup`,
    { vpcId, revokeRulesOnDelete: true, tags },
    parent,
  );
  const controlId = pulumi.output(control).id;
  const rule = (suffix: string, rest: RuleArgs): aws.ec2.SecurityGroupRule =>
    new aws.ec2.SecurityGroupRule(`${name}-${suffix}`, { type: "ingress", securityGroupId: node.id, ...rest }, parent);
  rule("eksNodeIngressRule", { protocol: "-1", fromPort: 0, toPort: 0, self: true });
  rule("eksNodeClusterIngressRule", {
    protocol: "tcp",
    fromPort: 1025,
    toPort: 65_535,
    sourceSecurityGroupId: controlId,
  });
  rule("eksExtApiServerClusterIngressRule", {
    protocol: "tcp",
    fromPort: 443,
    toPort: 443,
    sourceSecurityGroupId: controlId,
  });
  rule("eksNodeInternetEgressRule", { ...anywhere, type: "egress" });
  const https = { protocol: "tcp", fromPort: 443, toPort: 443 };
  const ingressRule = rule("eksClusterIngressRule", {
    ...https,
    securityGroupId: controlId,
    sourceSecurityGroupId: node.id,
  });
  return { cluster: control, node, ingressRule };
}

type RuleArgs = Partial<aws.ec2.SecurityGroupRuleArgs> &
  Pick<aws.ec2.SecurityGroupRuleArgs, "protocol" | "fromPort" | "toPort">;

export interface GroupOptions extends pulumi.CustomResourceOptions {
  readonly vpcId: pulumi.Input<string>;
}

export interface NodeArgs {
  readonly clusterGroup: SecurityGroups["cluster"];
  readonly cluster: aws.eks.Cluster;
  readonly inputs: ClusterArgs;
}
