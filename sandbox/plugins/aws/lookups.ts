/** Functions that find what is there: each answers with what the resource type of that name would read. */
import type { Filter } from "@aws-sdk/client-ec2";
import type { Properties, Value } from "../provider";
import { present } from "./aws";
import type { Aws } from "./aws";
import { cluster } from "./cluster";
import { only } from "./ec2";
import { openIdConnectProvider } from "./identity";
import { subnet, vpc } from "./network";
import type { Invoke } from "./plugin";
import type { Resource } from "./resource";
import { role } from "./role";
import { securityGroup } from "./security-group";

/** What AWS is asked for: the program's own filters, its tags, and arguments that stand for a filter. */
function filters(args: Properties, named: Readonly<Record<string, string>> = {}): Filter[] {
  const given = (args["filters"] ?? []) as readonly { readonly name: string; readonly values: string[] }[];
  const tags = Object.entries((args["tags"] ?? {}) as Record<string, string>);
  const plain = Object.entries(named).filter(([name]) => args[name] !== undefined && args[name] !== null);
  return [
    ...given.map(({ name, values }) => ({ Name: name, Values: values })),
    ...tags.map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
    ...plain.map(([name, filter]) => ({ Name: filter, Values: [String(args[name] as string | boolean)] })),
  ];
}

/** @throws Error unless exactly one was found, as the published provider does. */
function one<T>(found: readonly T[], kind: string): T {
  const first = only(found);
  if (first === undefined) throw new Error(`no matching ${kind} found`);
  if (found.length > 1) throw new Error(`${found.length} ${kind}s match; use more specific criteria`);
  return first;
}

/** Reads it as the resource type does, and says where. */
async function detail(resource: Resource, id: string, aws: Aws): Promise<Record<string, Value>> {
  const found = await resource.read(id, aws, {});
  return { ...present(found, `the details of ${id}`), id, ...(!resource.global && { region: aws.region }) };
}

const idFilter = (args: Properties): string[] | undefined =>
  typeof args["id"] === "string" && args["id"] !== "" ? [args["id"]] : undefined;

/** EC2 refuses an empty list of filters beside ids. */
const asked = (list: Filter[]): Filter[] | undefined => (list.length > 0 ? list : undefined);

const getSubnets: Invoke = async (args, aws) => {
  const ec2 = await aws.ec2();
  const ids: string[] = [];
  for await (const { Subnets = [] } of ec2.paginateDescribeSubnets({ Filters: asked(filters(args)) })) {
    ids.push(...Subnets.flatMap(({ SubnetId }) => SubnetId ?? []));
  }
  return { ...args, id: aws.region, ids, region: aws.region, tags: args["tags"] ?? {} };
};

const getSubnet: Invoke = async (args, aws) => {
  const ec2 = await aws.ec2();
  const names = {
    availabilityZone: "availability-zone",
    availabilityZoneId: "availability-zone-id",
    cidrBlock: "cidr-block",
    defaultForAz: "default-for-az",
    state: "state",
    vpcId: "vpc-id",
  };
  const { Subnets = [] } = await ec2.describeSubnets({
    Filters: asked(filters(args, names)),
    SubnetIds: idFilter(args),
  });
  const found = one(Subnets, "subnet");
  return {
    ...(await detail(subnet, present(found.SubnetId, "a subnet id"), aws)),
    availableIpAddressCount: found.AvailableIpAddressCount,
    defaultForAz: found.DefaultForAz,
    filters: args["filters"],
    state: found.State,
  };
};

const getVpc: Invoke = async (args, aws) => {
  const ec2 = await aws.ec2();
  const names = { cidrBlock: "cidr", default: "is-default", dhcpOptionsId: "dhcp-options-id", state: "state" };
  const { Vpcs = [] } = await ec2.describeVpcs({ Filters: asked(filters(args, names)), VpcIds: idFilter(args) });
  const found = one(Vpcs, "VPC");
  return {
    ...(await detail(vpc, present(found.VpcId, "a VPC id"), aws)),
    cidrBlockAssociations: (found.CidrBlockAssociationSet ?? []).map((association) => ({
      associationId: association.AssociationId,
      cidrBlock: association.CidrBlock,
      state: association.CidrBlockState?.State,
    })),
    default: found.IsDefault,
    filters: args["filters"],
    state: found.State,
  };
};

const getSecurityGroup: Invoke = async (args, aws) => {
  const ec2 = await aws.ec2();
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
    Filters: asked(filters(args, { name: "group-name", vpcId: "vpc-id" })),
    GroupIds: idFilter(args),
  });
  const found = one(SecurityGroups, "security group");
  return { ...(await detail(securityGroup, present(found.GroupId, "a group id"), aws)), filters: args["filters"] };
};

const getSecurityGroups: Invoke = async (args, aws) => {
  const ec2 = await aws.ec2();
  const ids: string[] = [];
  for await (const { SecurityGroups = [] } of ec2.paginateDescribeSecurityGroups({ Filters: asked(filters(args)) })) {
    ids.push(...SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []));
  }
  const groups = await Promise.all(ids.map((id) => detail(securityGroup, id, aws)));
  return {
    ...args,
    arns: groups.map(({ arn }) => arn),
    id: aws.region,
    ids,
    region: aws.region,
    tags: args["tags"] ?? {},
    vpcIds: groups.map(({ vpcId }) => vpcId),
  };
};

const getRole: Invoke = async (args, aws) => {
  const name = args["name"] as string;
  if (!(await role.read(name, aws, {}))) throw new Error(`role ${name} not found`);
  return detail(role, name, aws);
};

const getRoles: Invoke = async (args, aws) => {
  const iam = await aws.iam();
  const { nameRegex, pathPrefix } = args;
  const wanted = typeof nameRegex === "string" ? new RegExp(nameRegex) : /^/;
  const found: { readonly arn: string; readonly name: string }[] = [];
  const request = typeof pathPrefix === "string" ? { PathPrefix: pathPrefix } : {};
  for await (const { Roles = [] } of iam.paginateListRoles(request)) {
    for (const { Arn: arn = "", RoleName: name = "" } of Roles) if (wanted.test(name)) found.push({ arn, name });
  }
  return { ...args, id: aws.region, arns: found.map(({ arn }) => arn), names: found.map(({ name }) => name) };
};

const getOpenIdConnectProvider: Invoke = async (args, aws) => {
  const iam = await aws.iam();
  const url = typeof args["url"] === "string" ? args["url"].replace(/^https:\/\//, "") : undefined;
  const { OpenIDConnectProviderList = [] } = await iam.listOpenIDConnectProviders({});
  const arns = OpenIDConnectProviderList.flatMap(({ Arn }) => Arn ?? []);
  const found = arns.filter(
    (arn) => arn === args["arn"] || (url !== undefined && arn.endsWith(`:oidc-provider/${url}`)),
  );
  return detail(openIdConnectProvider, one(found, "OIDC provider"), aws);
};

/** The data source speaks in lists where the resource type has one block. */
const getCluster: Invoke = async (args, aws) => {
  const name = args["name"] as string;
  if (!(await cluster.read(name, aws, {}))) throw new Error(`reading EKS Cluster (${name}): couldn't find resource`);
  const { accessConfig, certificateAuthority, kubernetesNetworkConfig, upgradePolicy, ...found } = await detail(
    cluster,
    name,
    aws,
  );
  return {
    ...found,
    accessConfigs: accessConfig ? [accessConfig] : [],
    certificateAuthorities: [certificateAuthority],
    kubernetesNetworkConfigs: kubernetesNetworkConfig ? [kubernetesNetworkConfig] : [],
    upgradePolicies: upgradePolicy ? [upgradePolicy] : [],
  };
};

export const lookups: Readonly<Record<string, Invoke>> = {
  "aws:ec2/getSecurityGroup:getSecurityGroup": getSecurityGroup,
  "aws:ec2/getSecurityGroups:getSecurityGroups": getSecurityGroups,
  "aws:ec2/getSubnet:getSubnet": getSubnet,
  "aws:ec2/getSubnets:getSubnets": getSubnets,
  "aws:ec2/getVpc:getVpc": getVpc,
  "aws:eks/getCluster:getCluster": getCluster,
  "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": getOpenIdConnectProvider,
  "aws:iam/getRole:getRole": getRole,
  "aws:iam/getRoles:getRoles": getRoles,
};
