/**
 * Rules of a security group that another resource made: the older form (several sources) and the newer ones (one each).
 */
import type { EC2, IpPermission, SecurityGroupRule } from "@aws-sdk/client-ec2";
import type { SecurityGroupRuleArgs, SecurityGroupRuleState } from "@pulumi/aws/ec2/securityGroupRule";
import type {
  SecurityGroupEgressRuleArgs,
  SecurityGroupEgressRuleState,
} from "@pulumi/aws/vpc/securityGroupEgressRule";
import type {
  SecurityGroupIngressRuleArgs,
  SecurityGroupIngressRuleState,
} from "@pulumi/aws/vpc/securityGroupIngressRule";
import { present, unless } from "./aws";
import type { Aws } from "./aws";
import { retagResource, tagged } from "./ec2";
import { define, fixed, requiredFixed } from "./resource";
import type { Plain, Resource } from "./resource";
import { toPermission } from "./security-group";
import { fromTagList } from "./tags";

const gone = ["InvalidSecurityGroupRuleId.NotFound", "InvalidGroup.NotFound", "InvalidPermission.NotFound"];

interface Grant {
  readonly outward: boolean;
  readonly GroupId: string;
  readonly permission: IpPermission;
}

/** Lets something in or out, and says under which ids EC2 keeps it: one for each source. */
async function grant(ec2: EC2, { outward, GroupId, permission }: Grant): Promise<string[]> {
  const request = { GroupId, IpPermissions: [permission] };
  const { SecurityGroupRules = [] } = outward
    ? await ec2.authorizeSecurityGroupEgress(request)
    : await ec2.authorizeSecurityGroupIngress(request);
  return SecurityGroupRules.flatMap(({ SecurityGroupRuleId }) => SecurityGroupRuleId ?? []);
}

async function find(aws: Aws, ids: readonly string[]): Promise<SecurityGroupRule[]> {
  const ec2 = await aws.ec2();
  const request = ec2.describeSecurityGroupRules({ SecurityGroupRuleIds: [...ids] });
  return (await unless(gone, request))?.SecurityGroupRules ?? [];
}

async function revoke(aws: Aws, ids: readonly string[]): Promise<void> {
  const ec2 = await aws.ec2();
  for (const { GroupId, IsEgress, SecurityGroupRuleId } of await find(aws, ids)) {
    if (GroupId === undefined || SecurityGroupRuleId === undefined) continue;
    const request = { GroupId, SecurityGroupRuleIds: [SecurityGroupRuleId] };
    await unless(gone, IsEgress ? ec2.revokeSecurityGroupEgress(request) : ec2.revokeSecurityGroupIngress(request));
  }
}

/** Id: the EC2 rules that it became, joined by commas. */
export const securityGroupRule = define<SecurityGroupRuleArgs, SecurityGroupRuleState>({
  deleteBeforeReplace: true,
  inputs: {
    cidrBlocks: fixed,
    description: fixed,
    fromPort: requiredFixed,
    ipv6CidrBlocks: fixed,
    prefixListIds: fixed,
    protocol: requiredFixed,
    securityGroupId: requiredFixed,
    self: fixed,
    sourceSecurityGroupId: fixed,
    toPort: requiredFixed,
    type: requiredFixed,
  },

  async create({ securityGroupId, sourceSecurityGroupId, type, ...rule }, aws) {
    const securityGroups = sourceSecurityGroupId ? [sourceSecurityGroupId] : [];
    const permission = toPermission({ ...rule, securityGroups }, securityGroupId);
    const ids = await grant(await aws.ec2(), { outward: type === "egress", GroupId: securityGroupId, permission });
    return ids.join(",");
  },

  async read(id, aws) {
    const rules = await find(aws, id.split(","));
    const [first] = rules;
    if (!first) return undefined;
    const groups = rules.flatMap(({ ReferencedGroupInfo }) => ReferencedGroupInfo?.GroupId ?? []);
    return {
      cidrBlocks: rules.flatMap(({ CidrIpv4 }) => CidrIpv4 ?? []),
      description: first.Description,
      fromPort: Math.max(first.FromPort ?? 0, 0),
      ipv6CidrBlocks: rules.flatMap(({ CidrIpv6 }) => CidrIpv6 ?? []),
      prefixListIds: rules.flatMap(({ PrefixListId }) => PrefixListId ?? []),
      protocol: first.IpProtocol,
      securityGroupId: first.GroupId,
      securityGroupRuleId: rules.length === 1 ? first.SecurityGroupRuleId : undefined,
      self: groups.some((group) => group === first.GroupId),
      sourceSecurityGroupId: groups.find((group) => group !== first.GroupId),
      toPort: Math.max(first.ToPort ?? 0, 0),
      type: first.IsEgress ? "egress" : "ingress",
    };
  },

  delete: (id, aws) => revoke(aws, id.split(",")),
});

type OneRule = Plain<SecurityGroupIngressRuleArgs> & Plain<SecurityGroupEgressRuleArgs>;

/** Id: the EC2 rule. */
export const securityGroupIngressRule = oneRule(false);
export const securityGroupEgressRule = oneRule(true);

function oneRule(outward: boolean): Resource {
  return define<
    SecurityGroupIngressRuleArgs & SecurityGroupEgressRuleArgs,
    SecurityGroupIngressRuleState & SecurityGroupEgressRuleState
  >({
    deleteBeforeReplace: true,
    inputs: {
      cidrIpv4: fixed,
      cidrIpv6: fixed,
      description: fixed,
      fromPort: fixed,
      ipProtocol: requiredFixed,
      prefixListId: fixed,
      referencedSecurityGroupId: fixed,
      securityGroupId: requiredFixed,
      tags: {},
      toPort: fixed,
    },

    async create(inputs, aws) {
      const ec2 = await aws.ec2();
      const GroupId = inputs.securityGroupId;
      const [id] = await grant(ec2, { outward, GroupId, permission: permissionOf(inputs) });
      const [specification] = tagged("security-group-rule", inputs.tags) ?? [];
      const made = present(id, "a rule id");
      if (specification) await ec2.createTags({ Resources: [made], Tags: specification.Tags });
      return made;
    },

    async read(id, aws) {
      const [found] = await find(aws, [id]);
      const noPorts = found?.IpProtocol === "-1";
      return (
        found && {
          arn: found.SecurityGroupRuleArn,
          cidrIpv4: found.CidrIpv4,
          cidrIpv6: found.CidrIpv6,
          description: found.Description,
          fromPort: noPorts ? undefined : found.FromPort,
          ipProtocol: found.IpProtocol,
          prefixListId: found.PrefixListId,
          referencedSecurityGroupId: found.ReferencedGroupInfo?.GroupId,
          securityGroupId: found.GroupId,
          securityGroupRuleId: id,
          tags: fromTagList(found.Tags),
          toPort: noPorts ? undefined : found.ToPort,
        }
      );
    },

    update: (id, change, aws) => retagResource(id, change, aws),

    delete: (id, aws) => revoke(aws, [id]),
  });
}

function permissionOf({ securityGroupId, ...rule }: OneRule): IpPermission {
  return toPermission(
    {
      cidrBlocks: rule.cidrIpv4 ? [rule.cidrIpv4] : [],
      description: rule.description,
      fromPort: rule.fromPort ?? 0,
      ipv6CidrBlocks: rule.cidrIpv6 ? [rule.cidrIpv6] : [],
      prefixListIds: rule.prefixListId ? [rule.prefixListId] : [],
      protocol: rule.ipProtocol,
      securityGroups: rule.referencedSecurityGroupId ? [rule.referencedSecurityGroupId] : [],
      toPort: rule.toPort ?? 0,
    },
    securityGroupId,
  );
}
