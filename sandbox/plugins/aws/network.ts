import type { SubnetArgs, SubnetState } from "@pulumi/aws/ec2/subnet";
import type { VpcArgs, VpcState } from "@pulumi/aws/ec2/vpc";
import type { EC2 } from "@aws-sdk/client-ec2";
import { present, unless } from "./aws";
import { arnOf, only, retagResource, tagged } from "./ec2";
import { define, fixed, requiredFixed } from "./resource";
import { fromTagList } from "./tags";

const noVpc = ["InvalidVpcID.NotFound"];
const noSubnet = ["InvalidSubnetID.NotFound"];

export const vpc = define<VpcArgs, VpcState>({
  completes: true,
  inputs: {
    cidrBlock: fixed,
    enableDnsHostnames: {},
    enableDnsSupport: { fallback: true },
    instanceTenancy: { ...fixed, fallback: "default" },
    tags: {},
  },

  async create({ cidrBlock, instanceTenancy, tags }, aws) {
    const ec2 = await aws.ec2();
    const { Vpc } = await ec2.createVpc({
      CidrBlock: cidrBlock,
      InstanceTenancy: instanceTenancy === "dedicated" ? "dedicated" : "default",
      TagSpecifications: tagged("vpc", tags),
    });
    return present(Vpc?.VpcId, "a VPC id");
  },

  async read(id, aws) {
    const ec2 = await aws.ec2();
    const found = only((await unless(noVpc, ec2.describeVpcs({ VpcIds: [id] })))?.Vpcs);
    if (!found) return undefined;
    const hostnames = await ec2.describeVpcAttribute({ VpcId: id, Attribute: "enableDnsHostnames" });
    const support = await ec2.describeVpcAttribute({ VpcId: id, Attribute: "enableDnsSupport" });
    return {
      ...(await defaultsOf(ec2, id)),
      arn: arnOf(aws, { owner: found.OwnerId, kind: "vpc", id }),
      cidrBlock: found.CidrBlock,
      dhcpOptionsId: found.DhcpOptionsId,
      enableDnsHostnames: hostnames.EnableDnsHostnames?.Value,
      enableDnsSupport: support.EnableDnsSupport?.Value,
      instanceTenancy: found.InstanceTenancy,
      ownerId: found.OwnerId,
      tags: fromTagList(found.Tags),
    };
  },

  async update(id, { olds, news }, aws) {
    const ec2 = await aws.ec2();
    const { enableDnsHostnames = false, enableDnsSupport = true } = news;
    await ec2.modifyVpcAttribute({ VpcId: id, EnableDnsSupport: { Value: enableDnsSupport } });
    await ec2.modifyVpcAttribute({ VpcId: id, EnableDnsHostnames: { Value: enableDnsHostnames } });
    await retagResource(id, { olds, news }, aws);
  },

  async delete(id, aws) {
    const ec2 = await aws.ec2();
    await unless(noVpc, ec2.deleteVpc({ VpcId: id }));
  },
});

/** What EC2 makes together with a VPC. */
async function defaultsOf(ec2: EC2, id: string): Promise<Record<string, string | undefined>> {
  const inVpc = { Name: "vpc-id", Values: [id] };
  const groups = await ec2.describeSecurityGroups({ Filters: [inVpc, { Name: "group-name", Values: ["default"] }] });
  const tables = await ec2.describeRouteTables({ Filters: [inVpc, { Name: "association.main", Values: ["true"] }] });
  const acls = await ec2.describeNetworkAcls({ Filters: [inVpc, { Name: "default", Values: ["true"] }] });
  const mainRouteTableId = only(tables.RouteTables)?.RouteTableId;
  return {
    defaultNetworkAclId: only(acls.NetworkAcls)?.NetworkAclId,
    defaultRouteTableId: mainRouteTableId,
    defaultSecurityGroupId: only(groups.SecurityGroups)?.GroupId,
    mainRouteTableId,
  };
}

export const subnet = define<SubnetArgs, SubnetState>({
  completes: true,
  inputs: {
    availabilityZone: { ...fixed, computed: true },
    availabilityZoneId: { ...fixed, computed: true },
    cidrBlock: fixed,
    mapPublicIpOnLaunch: {},
    tags: {},
    vpcId: requiredFixed,
  },

  async create({ availabilityZone, availabilityZoneId, cidrBlock, tags, vpcId }, aws) {
    const ec2 = await aws.ec2();
    const { Subnet } = await ec2.createSubnet({
      AvailabilityZone: availabilityZone,
      AvailabilityZoneId: availabilityZoneId,
      CidrBlock: cidrBlock,
      TagSpecifications: tagged("subnet", tags),
      VpcId: vpcId,
    });
    return present(Subnet?.SubnetId, "a subnet id");
  },

  async read(id, aws) {
    const ec2 = await aws.ec2();
    const found = only((await unless(noSubnet, ec2.describeSubnets({ SubnetIds: [id] })))?.Subnets);
    return (
      found && {
        arn: found.SubnetArn ?? arnOf(aws, { owner: found.OwnerId, kind: "subnet", id }),
        availabilityZone: found.AvailabilityZone,
        availabilityZoneId: found.AvailabilityZoneId,
        cidrBlock: found.CidrBlock,
        mapPublicIpOnLaunch: found.MapPublicIpOnLaunch,
        ownerId: found.OwnerId,
        tags: fromTagList(found.Tags),
        vpcId: found.VpcId,
      }
    );
  },

  async update(id, { olds, news }, aws) {
    const ec2 = await aws.ec2();
    const { mapPublicIpOnLaunch = false } = news;
    await ec2.modifySubnetAttribute({ SubnetId: id, MapPublicIpOnLaunch: { Value: mapPublicIpOnLaunch } });
    await retagResource(id, { olds, news }, aws);
  },

  async delete(id, aws) {
    const ec2 = await aws.ec2();
    await unless(noSubnet, ec2.deleteSubnet({ SubnetId: id }));
  },
});
