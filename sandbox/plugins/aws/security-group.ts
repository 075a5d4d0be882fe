import type { IpPermission } from "@aws-sdk/client-ec2";
import type { SecurityGroupArgs, SecurityGroupState } from "@pulumi/aws/ec2/securityGroup";
import { present, unless } from "./aws";
import type { Aws } from "./aws";
import { arnOf, only, retagResource, tagged } from "./ec2";
import { define, fixed, named, prefix } from "./resource";
import type { Plain } from "./resource";
import { fromTagList } from "./tags";

const gone = ["InvalidGroup.NotFound", "InvalidGroupId.Malformed"];

type Args = Plain<SecurityGroupArgs>;
type Rule = NonNullable<Args["ingress"]>[number];

/**
 * `ingress` and `egress` are exclusive lists where they are given; a group that leaves them out may get its rules as
 * resources. The rule with which EC2 lets everything out of a new group is taken away, as the published provider does.
 */
export const securityGroup = define<SecurityGroupArgs, SecurityGroupState>({
  completes: true,
  inputs: {
    description: { ...fixed, fallback: "Managed by Pulumi" },
    egress: { as: "set", computed: true },
    ingress: { as: "set", computed: true },
    name: named(255),
    namePrefix: prefix,
    revokeRulesOnDelete: { remembered: true },
    tags: {},
    vpcId: { ...fixed, computed: true },
  },

  async create({ description = "Managed by Pulumi", name, tags, vpcId }, aws) {
    const ec2 = await aws.ec2();
    const { GroupId } = await ec2.createSecurityGroup({
      Description: description,
      GroupName: name,
      TagSpecifications: tagged("security-group", tags),
      VpcId: vpcId,
    });
    const id = present(GroupId, "a group id");
    await setRules(id, { egress: [] }, aws);
    return id;
  },

  async read(id, aws) {
    const ec2 = await aws.ec2();
    const found = only((await unless(gone, ec2.describeSecurityGroups({ GroupIds: [id] })))?.SecurityGroups);
    return (
      found && {
        arn: arnOf(aws, { owner: found.OwnerId, kind: "security-group", id }),
        description: found.Description,
        egress: (found.IpPermissionsEgress ?? []).flatMap((permission) => fromPermission(permission, id)),
        ingress: (found.IpPermissions ?? []).flatMap((permission) => fromPermission(permission, id)),
        name: found.GroupName,
        ownerId: found.OwnerId,
        tags: fromTagList(found.Tags),
        vpcId: found.VpcId,
      }
    );
  },

  async update(id, { olds, news }, aws) {
    await setRules(
      id,
      { ingress: news.ingress ?? (olds.ingress && []), egress: news.egress ?? (olds.egress && []) },
      aws,
    );
    await retagResource(id, { olds, news }, aws);
  },

  async delete(id, aws, { revokeRulesOnDelete = false }) {
    const ec2 = await aws.ec2();
    if (!(await unless(gone, ec2.describeSecurityGroups({ GroupIds: [id] })))) return;
    if (revokeRulesOnDelete) await setRules(id, { ingress: [], egress: [] }, aws);
    await unless(gone, ec2.deleteSecurityGroup({ GroupId: id }));
  },
});

interface Rules {
  readonly ingress?: readonly Rule[] | undefined;
  readonly egress?: readonly Rule[] | undefined;
}

/** Brings the lists that are given to exactly these rules. */
async function setRules(id: string, { ingress, egress }: Rules, aws: Aws): Promise<void> {
  const ec2 = await aws.ec2();
  const group = only((await ec2.describeSecurityGroups({ GroupIds: [id] })).SecurityGroups);
  const inward = changed(group?.IpPermissions, ingress, id);
  if (inward.revoke.length > 0) await ec2.revokeSecurityGroupIngress({ GroupId: id, IpPermissions: inward.revoke });
  if (inward.grant.length > 0) await ec2.authorizeSecurityGroupIngress({ GroupId: id, IpPermissions: inward.grant });
  const outward = changed(group?.IpPermissionsEgress, egress, id);
  if (outward.revoke.length > 0) await ec2.revokeSecurityGroupEgress({ GroupId: id, IpPermissions: outward.revoke });
  if (outward.grant.length > 0) await ec2.authorizeSecurityGroupEgress({ GroupId: id, IpPermissions: outward.grant });
}

interface PermissionChange {
  readonly revoke: IpPermission[];
  readonly grant: IpPermission[];
}

function changed(found: IpPermission[] | undefined, wanted: readonly Rule[] | undefined, id: string): PermissionChange {
  if (!wanted) return { revoke: [], grant: [] };
  const key = (permission: IpPermission): string => JSON.stringify(fromPermission(permission, id));
  const grant = wanted.map((rule) => toPermission(rule, id));
  const [there, asked] = [new Set((found ?? []).map(key)), new Set(grant.map(key))];
  return {
    revoke: (found ?? []).filter((permission) => !asked.has(key(permission))),
    grant: grant.filter((permission) => !there.has(key(permission))),
  };
}

/** `self` is the group itself among the groups of a permission. */
export function toPermission(rule: Rule, self: string): IpPermission {
  const groups = [...(rule.securityGroups ?? []), ...(rule.self ? [self] : [])];
  const Description = rule.description;
  return {
    IpProtocol: rule.protocol,
    ...(rule.protocol !== "-1" && { FromPort: rule.fromPort, ToPort: rule.toPort }),
    IpRanges: rule.cidrBlocks?.map((CidrIp) => ({ CidrIp, Description })),
    Ipv6Ranges: rule.ipv6CidrBlocks?.map((CidrIpv6) => ({ CidrIpv6, Description })),
    PrefixListIds: rule.prefixListIds?.map((PrefixListId) => ({ PrefixListId, Description })),
    UserIdGroupPairs: groups.map((GroupId) => ({ GroupId, Description })),
  };
}

function fromPermission(permission: IpPermission, self: string): Rule {
  const { FromPort = 0, ToPort = 0, IpProtocol = "-1" } = permission;
  const { IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] } = permission;
  const groups = UserIdGroupPairs.flatMap(({ GroupId }) => GroupId ?? []);
  const described = [...IpRanges, ...Ipv6Ranges, ...UserIdGroupPairs].find(({ Description }) => Description);
  return {
    cidrBlocks: IpRanges.flatMap(({ CidrIp }) => CidrIp ?? []),
    description: described?.Description,
    fromPort: Math.max(FromPort, 0),
    ipv6CidrBlocks: Ipv6Ranges.flatMap(({ CidrIpv6 }) => CidrIpv6 ?? []),
    prefixListIds: PrefixListIds.flatMap(({ PrefixListId }) => PrefixListId ?? []),
    protocol: IpProtocol,
    securityGroups: groups.filter((group) => group !== self),
    self: groups.includes(self),
    toPort: Math.max(ToPort, 0),
  };
}
