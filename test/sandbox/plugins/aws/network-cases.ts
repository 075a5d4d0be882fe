import { type Case, made, otherTags, tags, type World } from "./case";

const vpc = (world: World): Promise<string> => made(world, "aws:ec2/vpc:Vpc", { cidrBlock: "10.9.0.0/16" });
const group = async (world: World): Promise<string> =>
  made(world, "aws:ec2/securityGroup:SecurityGroup", { vpcId: await vpc(world) });
const gateway = async (world: World, vpcId: string): Promise<string> =>
  made(world, "aws:ec2/internetGateway:InternetGateway", { vpcId });

export const network: Readonly<Record<string, Case>> = {
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
