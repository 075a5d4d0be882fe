import {
  DescribeAddressesCommand,
  type EC2Client,
  paginateDescribeInstances,
  paginateDescribeInternetGateways,
  paginateDescribeLaunchTemplates,
  paginateDescribeNatGateways,
  paginateDescribeNetworkInterfaces,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVolumes,
  paginateDescribeVpcs,
  type SecurityGroupRule,
} from "@aws-sdk/client-ec2";
import { collect, line, tagsOf } from "./line";

/** Machines and what hangs on them, launch templates, and the network with its tags. Terminated instances are gone. */
export async function listCompute(ec2: EC2Client): Promise<Record<string, string[]>> {
  const [machines, network] = await Promise.all([listMachines(ec2), listNetwork(ec2)]);
  return { ...machines, ...network };
}

async function listMachines(client: EC2Client): Promise<Record<string, string[]>> {
  const reservations = await collect(paginateDescribeInstances({ client }, {}), (page) => page.Reservations);
  const instances = reservations
    .flatMap(({ Instances }) => Instances ?? [])
    .filter(({ State }) => State?.Name !== "terminated");
  const volumes = await collect(paginateDescribeVolumes({ client }, {}), (page) => page.Volumes);
  const interfaces = await collect(paginateDescribeNetworkInterfaces({ client }, {}), (page) => page.NetworkInterfaces);
  const templates = await collect(paginateDescribeLaunchTemplates({ client }, {}), (page) => page.LaunchTemplates);
  return {
    instances: instances.map(({ InstanceId, InstanceType, Tags }) =>
      line(InstanceId, { type: InstanceType, tags: tagsOf(Tags) }),
    ),
    volumes: volumes.map(({ VolumeId, Tags }) => line(VolumeId, { tags: tagsOf(Tags) })),
    networkInterfaces: interfaces.map(({ NetworkInterfaceId, TagSet }) =>
      line(NetworkInterfaceId, { tags: tagsOf(TagSet) }),
    ),
    launchTemplates: templates.map(({ LaunchTemplateId, LaunchTemplateName, LatestVersionNumber }) =>
      line(LaunchTemplateId, { name: LaunchTemplateName, version: LatestVersionNumber }),
    ),
  };
}

async function listNetwork(client: EC2Client): Promise<Record<string, string[]>> {
  const vpcs = await collect(paginateDescribeVpcs({ client }, {}), (page) => page.Vpcs);
  const subnets = await collect(paginateDescribeSubnets({ client }, {}), (page) => page.Subnets);
  const groups = await collect(paginateDescribeSecurityGroups({ client }, {}), (page) => page.SecurityGroups);
  const rules = await collect(paginateDescribeSecurityGroupRules({ client }, {}), (page) => page.SecurityGroupRules);
  const tables = await collect(paginateDescribeRouteTables({ client }, {}), (page) => page.RouteTables);
  const gateways = await collect(paginateDescribeInternetGateways({ client }, {}), (page) => page.InternetGateways);
  const nats = await collect(paginateDescribeNatGateways({ client }, {}), (page) => page.NatGateways);
  const { Addresses = [] } = await client.send(new DescribeAddressesCommand({}));
  return {
    vpcs: vpcs.map(({ VpcId, CidrBlock, Tags }) => line(VpcId, { cidr: CidrBlock, tags: tagsOf(Tags) })),
    subnets: subnets.map(({ SubnetId, CidrBlock, Tags }) => line(SubnetId, { cidr: CidrBlock, tags: tagsOf(Tags) })),
    securityGroups: groups.map(({ GroupId, GroupName, Tags }) =>
      line(GroupId, { name: GroupName, tags: tagsOf(Tags), rules: rulesOf(rules, GroupId) }),
    ),
    routeTables: tables.map(({ RouteTableId, Tags }) => line(RouteTableId, { tags: tagsOf(Tags) })),
    internetGateways: gateways.map(({ InternetGatewayId }) => line(InternetGatewayId)),
    natGateways: nats.filter(({ State }) => State !== "deleted").map(({ NatGatewayId }) => line(NatGatewayId)),
    elasticIps: Addresses.map(({ AllocationId }) => line(AllocationId)),
  };
}

const rulesOf = (rules: readonly SecurityGroupRule[], group: string | undefined): string[] =>
  rules
    .filter(({ GroupId }) => GroupId === group)
    .map(({ IsEgress, IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6, ReferencedGroupInfo }) =>
      JSON.stringify([IsEgress, IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6, ReferencedGroupInfo?.GroupId]),
    )
    .sort();
