import type { Properties } from "#sandbox/plugins/provider";
import type { TestAccount } from "../../aws/account";
import type { Program } from "./program";

/** One resource type: what to make of it, and what to change in place, if anything can be. */
export interface Case {
  readonly inputs: (world: World) => Promise<Properties> | Properties;
  readonly change?: Properties;
  /** Name of an output that AWS gives and nobody else can. */
  readonly output: string;
}

export interface World extends Pick<TestAccount, "aws" | "seed"> {
  readonly program: Program;
}

const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
const allow = (...actions: readonly string[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] });

const workerPolicy = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy";
const adminPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
const tags = { team: "a", stage: "test" };
const otherTags = { team: "b", extra: "1" };

const made = async ({ program }: World, type: string, inputs: Properties): Promise<string> =>
  (await program.make(type, inputs, "needed")).id;
const role = (world: World, service = "ec2.amazonaws.com"): Promise<string> =>
  made(world, "aws:iam/role:Role", { assumeRolePolicy: trust(service) });
const roleArn = async (world: World, service: string): Promise<string> => {
  const needed = await world.program.make("aws:iam/role:Role", { assumeRolePolicy: trust(service) }, "needed");
  return needed.output("arn");
};
const vpc = (world: World): Promise<string> => made(world, "aws:ec2/vpc:Vpc", { cidrBlock: "10.9.0.0/16" });
const queue = (world: World): Promise<string> => made(world, "aws:sqs/queue:Queue", {});
const rule = (world: World): Promise<string> =>
  made(world, "aws:cloudwatch/eventRule:EventRule", { eventPattern: JSON.stringify({ source: ["aws.ec2"] }) });
const group = async (world: World): Promise<string> =>
  made(world, "aws:ec2/securityGroup:SecurityGroup", { vpcId: await vpc(world) });
const gateway = async (world: World, vpcId: string): Promise<string> =>
  made(world, "aws:ec2/internetGateway:InternetGateway", { vpcId });
const clusterName = "demo";

const cloudwatch: Record<string, Case> = {
  "aws:cloudwatch/eventRule:EventRule": {
    inputs: () => ({ eventPattern: JSON.stringify({ source: ["aws.ec2"] }), description: "one", tags }),
    change: { eventPattern: JSON.stringify({ source: ["aws.health"] }), description: "two", tags: otherTags },
    output: "arn",
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    inputs: async (world) => ({ rule: await rule(world), arn: `arn:aws:sqs:us-east-1:123456789012:one` }),
    change: { arn: "arn:aws:sqs:us-east-1:123456789012:two" },
    output: "targetId",
  },
};

const network: Record<string, Case> = {
  "aws:ec2/vpc:Vpc": {
    inputs: () => ({ cidrBlock: "10.9.0.0/16", enableDnsHostnames: true, tags }),
    change: { enableDnsHostnames: false, tags: otherTags },
    output: "defaultSecurityGroupId",
  },
  "aws:ec2/subnet:Subnet": {
    inputs: async (world) => ({ vpcId: await vpc(world), cidrBlock: "10.9.1.0/24", tags }),
    change: { mapPublicIpOnLaunch: true, tags: otherTags },
    output: "availabilityZone",
  },
  "aws:ec2/internetGateway:InternetGateway": {
    inputs: async (world) => ({ vpcId: await vpc(world), tags }),
    change: { tags: otherTags },
    output: "ownerId",
  },
  "aws:ec2/eip:Eip": {
    inputs: () => ({ domain: "vpc", tags }),
    change: { tags: otherTags },
    output: "publicIp",
  },
  "aws:ec2/natGateway:NatGateway": {
    inputs: async (world) => ({
      subnetId: world.seed.publicSubnetIds[0],
      allocationId: await made(world, "aws:ec2/eip:Eip", {}),
      tags,
    }),
    change: { tags: otherTags },
    output: "publicIp",
  },
  "aws:ec2/routeTable:RouteTable": {
    inputs: async (world) => {
      const vpcId = await vpc(world);
      return { vpcId, routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: await gateway(world, vpcId) }], tags };
    },
    change: { routes: [], tags: otherTags },
    output: "ownerId",
  },
  "aws:ec2/route:Route": {
    inputs: async (world) => {
      const vpcId = await vpc(world);
      const gatewayId = await gateway(world, vpcId);
      const routeTableId = await made(world, "aws:ec2/routeTable:RouteTable", { vpcId });
      return { routeTableId, gatewayId, destinationCidrBlock: "0.0.0.0/0" };
    },
    output: "state",
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    inputs: async (world) => {
      const vpcId = await vpc(world);
      const subnetId = await made(world, "aws:ec2/subnet:Subnet", { vpcId, cidrBlock: "10.9.1.0/24" });
      return { subnetId, routeTableId: await made(world, "aws:ec2/routeTable:RouteTable", { vpcId }) };
    },
    output: "routeTableId",
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    inputs: async (world) => ({
      vpcId: await vpc(world),
      ingress: [
        { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/8"] },
        { protocol: "-1", fromPort: 0, toPort: 0, self: true },
      ],
      egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
      tags,
    }),
    change: { ingress: [{ protocol: "tcp", fromPort: 80, toPort: 81, cidrBlocks: ["10.0.0.0/8"] }], tags: otherTags },
    output: "ownerId",
  },
  "aws:ec2/securityGroupRule:SecurityGroupRule": {
    inputs: async (world) => ({
      securityGroupId: await group(world),
      type: "ingress",
      protocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrBlocks: ["10.1.0.0/16", "10.2.0.0/16"],
    }),
    output: "securityGroupId",
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    inputs: async (world) => ({
      securityGroupId: await group(world),
      ipProtocol: "tcp",
      fromPort: 80,
      toPort: 80,
      cidrIpv4: "10.1.0.0/16",
      tags,
    }),
    change: { tags: otherTags },
    output: "securityGroupRuleId",
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    inputs: async (world) => ({ securityGroupId: await group(world), ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" }),
    change: { tags: otherTags },
    output: "securityGroupRuleId",
  },
  "aws:ec2/tag:Tag": {
    inputs: ({ seed }) => ({ resourceId: seed.privateSubnetIds[0], key: "karpenter.sh/discovery", value: "demo" }),
    change: { value: "other" },
    output: "value",
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    inputs: () => ({
      instanceType: "m5.large",
      userData: Buffer.from("#!/bin/sh").toString("base64"),
      blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 20, volumeType: "gp3", encrypted: "true" } }],
      tags,
    }),
    change: { instanceType: "m5.xlarge", updateDefaultVersion: true, tags: otherTags },
    output: "latestVersion",
  },
};

const identity: Record<string, Case> = {
  "aws:iam/role:Role": {
    inputs: () => ({
      assumeRolePolicy: trust("ec2.amazonaws.com"),
      managedPolicyArns: [workerPolicy],
      inlinePolicies: [{ name: "inline", policy: allow("ec2:DescribeSubnets") }],
      path: "/team/",
      permissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess",
      tags,
    }),
    change: {
      assumeRolePolicy: trust("eks.amazonaws.com"),
      description: "changed",
      maxSessionDuration: 7200,
      managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"],
      inlinePolicies: [{ name: "inline", policy: allow("ec2:DescribeVpcs") }],
      permissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess",
      tags: otherTags,
    },
    output: "uniqueId",
  },
  "aws:iam/rolePolicy:RolePolicy": {
    inputs: async (world) => ({ role: await role(world), policy: allow("ec2:RunInstances") }),
    change: { policy: allow("ec2:CreateFleet") },
    output: "name",
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    inputs: async (world) => ({ role: await role(world), policyArn: workerPolicy }),
    output: "policyArn",
  },
  "aws:iam/policy:Policy": {
    inputs: () => ({ policy: allow("ec2:RunInstances"), description: "one", tags }),
    change: { policy: allow("ec2:CreateFleet"), tags: otherTags },
    output: "policyId",
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    inputs: async (world) => ({ role: await role(world), tags }),
    change: { tags: otherTags },
    output: "arn",
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    inputs: () => ({ url: "https://oidc.example.com/id/1", clientIdLists: ["sts.amazonaws.com"], tags }),
    change: { tags: otherTags },
    output: "arn",
  },
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": {
    inputs: () => ({ awsServiceName: "spot.amazonaws.com", description: "one" }),
    change: { description: "two" },
    output: "name",
  },
};

const queues: Record<string, Case> = {
  "aws:sqs/queue:Queue": {
    inputs: () => ({ messageRetentionSeconds: 300, sqsManagedSseEnabled: true, tags }),
    change: { messageRetentionSeconds: 600, visibilityTimeoutSeconds: 60, tags: otherTags },
    output: "arn",
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    inputs: async (world) => ({ queueUrl: await queue(world), policy: allow("sqs:SendMessage") }),
    change: { policy: allow("sqs:ReceiveMessage") },
    output: "queueUrl",
  },
};

const clusters: Record<string, Case> = {
  "aws:eks/cluster:Cluster": {
    inputs: async (world) => ({
      roleArn: await roleArn(world, "eks.amazonaws.com"),
      vpcConfig: { subnetIds: world.seed.privateSubnetIds },
      accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" },
      tags,
    }),
    change: { accessConfig: { authenticationMode: "API" }, tags: otherTags },
    output: "endpoint",
  },
  "aws:eks/fargateProfile:FargateProfile": {
    inputs: async (world) => ({
      clusterName,
      podExecutionRoleArn: await roleArn(world, "eks-fargate-pods.amazonaws.com"),
      selectors: [{ namespace: "kube-system", labels: { "app.kubernetes.io/name": "karpenter" } }],
      subnetIds: world.seed.privateSubnetIds,
      tags,
    }),
    change: { tags: otherTags },
    output: "status",
  },
  "aws:eks/accessEntry:AccessEntry": {
    inputs: async (world) => ({ clusterName, principalArn: await roleArn(world, "ec2.amazonaws.com"), tags }),
    change: { kubernetesGroups: ["viewers"], tags: otherTags },
    output: "accessEntryArn",
  },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    inputs: async (world) => {
      const principalArn = await roleArn(world, "ec2.amazonaws.com");
      await made(world, "aws:eks/accessEntry:AccessEntry", { clusterName, principalArn });
      return { clusterName, principalArn, policyArn: adminPolicy, accessScope: { type: "cluster" } };
    },
    change: { accessScope: { type: "namespace", namespaces: ["default"] } },
    output: "associatedAt",
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    inputs: async (world) => ({
      clusterName,
      namespace: "kube-system",
      serviceAccount: "karpenter",
      roleArn: await roleArn(world, "pods.eks.amazonaws.com"),
      tags,
    }),
    change: { tags: otherTags },
    output: "associationArn",
  },
  "aws:eks/addon:Addon": {
    inputs: () => ({ clusterName, addonName: "eks-pod-identity-agent", tags }),
    change: { tags: otherTags },
    output: "arn",
  },
  "aws:eks/nodeGroup:NodeGroup": {
    inputs: async (world) => ({
      clusterName,
      nodeRoleArn: await roleArn(world, "ec2.amazonaws.com"),
      scalingConfig: { desiredSize: 2, minSize: 1, maxSize: 3 },
      subnetIds: world.seed.privateSubnetIds,
      labels: { role: "system" },
      tags,
    }),
    change: {
      scalingConfig: { desiredSize: 2, minSize: 2, maxSize: 4 },
      labels: { role: "other" },
      taints: [{ key: "CriticalAddonsOnly", value: "true", effect: "NO_SCHEDULE" }],
      tags: otherTags,
    },
    output: "status",
  },
};

export const cases: Readonly<Record<string, Case>> = { ...cloudwatch, ...network, ...identity, ...queues, ...clusters };
