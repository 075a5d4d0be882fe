import * as aws from "@pulumi/aws";
import type { ClusterArgs } from "@pulumi/eks/cluster";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { accessEntries, awsAuth } from "./access";
import { fargateProfile } from "./fargate";
import { refuseUnknown } from "./inputs";
import { kubeconfigOf } from "./kubeconfig";
import { clusterGroup, nodeGroups } from "./security-groups";
import type { SecurityGroups } from "./security-groups";

/**
 * `eks:index:Cluster`: an EKS cluster with what it needs, under the names and outputs of the published component
 * (https://www.pulumi.com/registry/packages/eks/api-docs/cluster). Its default node group and add-ons are left out.
 */
export class ClusterComponent extends pulumi.ComponentResource {
  readonly outputs: pulumi.Inputs;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("eks:index:Cluster", name, {}, opts);
    refuseUnknown(name, args);
    const parent = { parent: this };
    const network = networkOf(args, this);
    const role = args.serviceRole ? pulumi.output(args.serviceRole) : clusterRole(name, args, this);
    const control = clusterGroup(name, args, { ...parent, vpcId: network.vpcId });
    const cluster = eksCluster(name, { args, control, role, subnetIds: network.subnetIds }, this);
    const groups = nodeGroups(
      name,
      { clusterGroup: control, cluster, inputs: args },
      { ...parent, vpcId: network.vpcId },
    );

    const kubeconfig = kubeconfigOf(cluster);
    const kubeconfigJson = kubeconfig.apply((content) => JSON.stringify(content));
    const provider = new k8s.Provider(`${name}-eks-k8s`, { kubeconfig: kubeconfigJson }, parent);
    const instanceRoles = rolesOf(args);
    const access = { cluster, inputs: args, instanceRoles, provider, parent: this };
    const oidcProvider = args.createOidcProvider ? identityProvider(name, { args, cluster }, this) : undefined;
    const fargate = fargateProfile(name, { args, cluster, subnetIds: network.subnetIds, parent: this });

    const core = {
      accessEntries: accessEntries(name, access).length > 0 ? Object.values(args.accessEntries ?? {}) : undefined,
      cluster,
      clusterIamRole: role,
      clusterSecurityGroup: groups.cluster,
      eksNodeAccess: awsAuth(name, access),
      endpoint: cluster.endpoint,
      fargateProfile: fargate,
      instanceRoles,
      kubeconfig,
      nodeGroupOptions: { nodeSecurityGroup: groups.node, clusterIngressRule: groups.ingressRule },
      nodeSecurityGroupTags: args.nodeSecurityGroupTags,
      oidcProvider,
      privateSubnetIds: args.privateSubnetIds,
      provider,
      publicSubnetIds: args.publicSubnetIds,
      subnetIds: network.subnetIds,
      tags: args.tags,
      vpcId: network.vpcId,
    };
    this.outputs = {
      ...groupOutputs(groups, cluster),
      ...identityOutputs(cluster, oidcProvider),
      autoModeNodeRoleName: "",
      core,
      defaultNodeGroupAsgName: "",
      eksCluster: cluster,
      fargateProfileId: fargate?.id ?? "",
      fargateProfileStatus: fargate?.status ?? "",
      instanceRoles,
      kubeconfig,
      kubeconfigJson,
    };
    this.registerOutputs(this.outputs);
  }
}

interface Network {
  readonly vpcId: pulumi.Output<string>;
  readonly subnetIds: pulumi.Output<string[]>;
}

/** What is given, or the default VPC with its subnets. */
function networkOf(args: ClusterArgs, parent: pulumi.Resource): Network {
  const vpcId = args.vpcId ? pulumi.output(args.vpcId) : aws.ec2.getVpcOutput({ default: true }, { parent }).id;
  const given = args.subnetIds ?? args.publicSubnetIds ?? args.privateSubnetIds;
  const subnetIds = given
    ? pulumi
        .all([args.subnetIds, args.publicSubnetIds, args.privateSubnetIds])
        .apply((lists) => [...new Set(lists.flatMap((list) => list ?? []))])
    : aws.ec2.getSubnetsOutput({ filters: [{ name: "vpc-id", values: [vpcId] }] }, { parent }).ids;
  return { vpcId, subnetIds };
}

/** The role of the control plane. @see https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html */
function clusterRole(name: string, args: ClusterArgs, parent: pulumi.Resource): aws.iam.Role {
  const role = new aws.iam.Role(
    `${name}-eksRole-role`,
    {
      assumeRolePolicy: {
        Version: "2012-10-17",
        Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "eks.amazonaws.com" } }],
      },
      description: "Allows EKS to manage clusters on your behalf.",
      tags: args.tags,
    },
    { parent },
  );
  const { partition } = aws.getPartitionOutput({}, { parent });
  new aws.iam.RolePolicyAttachment(
    `${name}-eksRole-4b490823`,
    { role: role.name, policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/AmazonEKSClusterPolicy` },
    { parent },
  );
  return role;
}

interface ClusterNeeds {
  readonly args: ClusterArgs;
  readonly control: SecurityGroups["cluster"];
  readonly role: aws.iam.Role | pulumi.Output<aws.iam.Role>;
  readonly subnetIds: pulumi.Output<string[]>;
}

function eksCluster(name: string, needs: ClusterNeeds, parent: pulumi.Resource): aws.eks.Cluster {
  const { args, control, role, subnetIds } = needs;
  const { authenticationMode, kubernetesServiceIpAddressRange: serviceIpv4Cidr } = args;
  return new aws.eks.Cluster(
    `${name}-eksCluster`,
    {
      accessConfig: authenticationMode && { authenticationMode },
      bootstrapSelfManagedAddons: args.bootstrapSelfManagedAddons,
      deletionProtection: args.deletionProtection,
      enabledClusterLogTypes: args.enabledClusterLogTypes,
      kubernetesNetworkConfig: serviceIpv4Cidr === undefined ? undefined : { serviceIpv4Cidr },
      name: args.name,
      roleArn: role.arn,
      tags: pulumi.all([args.tags, args.clusterTags]).apply(([all, own]) => ({ ...all, ...own })),
      upgradePolicy: args.upgradePolicy,
      version: args.version,
      vpcConfig: {
        endpointPrivateAccess: args.endpointPrivateAccess,
        endpointPublicAccess: args.endpointPublicAccess,
        publicAccessCidrs: args.publicAccessCidrs,
        securityGroupIds: control && [pulumi.output(control).id],
        subnetIds,
      },
    },
    { parent },
  );
}

interface ClusterWithArgs {
  readonly args: ClusterArgs;
  readonly cluster: aws.eks.Cluster;
}

const issuerOf = (cluster: aws.eks.Cluster): pulumi.Output<string> =>
  cluster.identities.apply((identities) => identities[0]?.oidcs[0]?.issuer ?? "");

function identityProvider(
  name: string,
  { args, cluster }: ClusterWithArgs,
  parent: pulumi.Resource,
): aws.iam.OpenIdConnectProvider {
  return new aws.iam.OpenIdConnectProvider(
    `${name}-oidcProvider`,
    { clientIdLists: ["sts.amazonaws.com"], url: issuerOf(cluster), tags: args.tags },
    { parent },
  );
}

function rolesOf({ instanceRole, instanceRoles }: ClusterArgs): pulumi.Output<aws.iam.Role[]> {
  return pulumi.output(instanceRole ? [instanceRole] : (instanceRoles ?? []));
}

/** Without groups of the component's own, those that EKS made. */
const groupOutputs = (groups: SecurityGroups, { vpcConfig }: aws.eks.Cluster): pulumi.Inputs => ({
  clusterIngressRuleId: groups.ingressRule?.id ?? "",
  clusterSecurityGroup: groups.cluster,
  clusterSecurityGroupId: groups.cluster ? pulumi.output(groups.cluster).id : vpcConfig.clusterSecurityGroupId,
  eksClusterIngressRule: groups.ingressRule,
  nodeSecurityGroup: groups.node,
  nodeSecurityGroupId: groups.node?.id ?? vpcConfig.clusterSecurityGroupId,
});

function identityOutputs(cluster: aws.eks.Cluster, provider: aws.iam.OpenIdConnectProvider | undefined): pulumi.Inputs {
  const issuer = issuerOf(cluster);
  return {
    oidcIssuer: issuer.apply((url) => url.replace(/^https:\/\//, "")),
    oidcProviderArn: provider?.arn ?? "",
    oidcProviderUrl: issuer,
  };
}
