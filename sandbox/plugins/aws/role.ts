import type { IAM } from "@aws-sdk/client-iam";
import type { RoleArgs, RoleState } from "@pulumi/aws/iam/role";
import { present, unless } from "./aws";
import { define, fixed, named, prefix } from "./resource";
import { attachedArns, attachExactly, gone, inlinePolicies, putExactly } from "./role-grants";
import { fromTagList, retag, toTagList } from "./tags";

export const role = define<RoleArgs, RoleState>({
  global: true,
  completes: true,
  inputs: {
    assumeRolePolicy: { required: true, as: "json" },
    description: {},
    forceDetachPolicies: { remembered: true },
    inlinePolicies: { as: "set", computed: true },
    managedPolicyArns: { as: "set", computed: true },
    maxSessionDuration: { fallback: 3600 },
    name: named(64),
    namePrefix: prefix,
    path: { ...fixed, fallback: "/" },
    permissionsBoundary: {},
    tags: {},
  },

  async create(inputs, aws) {
    const iam = await aws.iam();
    await iam.createRole({
      RoleName: inputs.name,
      AssumeRolePolicyDocument: inputs.assumeRolePolicy,
      Description: inputs.description,
      MaxSessionDuration: inputs.maxSessionDuration,
      Path: inputs.path,
      PermissionsBoundary: inputs.permissionsBoundary,
      Tags: toTagList(inputs.tags),
    });
    return present(inputs.name, "a role name");
  },

  async read(id, aws) {
    const iam = await aws.iam();
    const found = await unless(gone, iam.getRole({ RoleName: id }));
    if (!found?.Role) return undefined;
    const { Role } = found;
    return {
      arn: Role.Arn,
      assumeRolePolicy: decodeURIComponent(Role.AssumeRolePolicyDocument ?? ""),
      createDate: Role.CreateDate?.toISOString(),
      description: Role.Description,
      inlinePolicies: await inlinePolicies(iam, id),
      managedPolicyArns: await attachedArns(iam, id),
      maxSessionDuration: Role.MaxSessionDuration ?? 3600,
      name: id,
      path: Role.Path,
      permissionsBoundary: Role.PermissionsBoundary?.PermissionsBoundaryArn,
      tags: fromTagList(Role.Tags),
      uniqueId: Role.RoleId,
    };
  },

  async update(id, { olds, news }, aws) {
    const iam = await aws.iam();
    const isNew = Object.keys(olds).length === 0;
    if (!isNew) {
      const { description = "", maxSessionDuration = 3600 } = news;
      await iam.updateAssumeRolePolicy({ RoleName: id, PolicyDocument: news.assumeRolePolicy });
      await iam.updateRole({ RoleName: id, Description: description, MaxSessionDuration: maxSessionDuration });
      await setBoundary(iam, id, news.permissionsBoundary);
      await retag(
        { olds, news },
        {
          tag: (added) => iam.tagRole({ RoleName: id, Tags: toTagList(added) }),
          untag: (TagKeys) => iam.untagRole({ RoleName: id, TagKeys }),
        },
      );
    }
    if (news.managedPolicyArns ?? olds.managedPolicyArns) await attachExactly(iam, id, news.managedPolicyArns ?? []);
    if (news.inlinePolicies ?? olds.inlinePolicies) await putExactly(iam, id, news.inlinePolicies ?? []);
  },

  async delete(id, aws, { forceDetachPolicies = false, managedPolicyArns = [], inlinePolicies: written = [] }) {
    const iam = await aws.iam();
    if (!(await unless(gone, iam.getRole({ RoleName: id })))) return;
    // What was last seen on the role goes with it; what came since only on request, else AWS refuses.
    const attached = forceDetachPolicies ? await attachedArns(iam, id) : managedPolicyArns;
    for (const PolicyArn of attached) await unless(gone, iam.detachRolePolicy({ RoleName: id, PolicyArn }));
    const inline = forceDetachPolicies ? await inlinePolicies(iam, id) : written;
    for (const { name } of inline) await unless(gone, iam.deleteRolePolicy({ RoleName: id, PolicyName: name }));
    await unless(gone, iam.deleteRole({ RoleName: id }));
  },
});

async function setBoundary(iam: IAM, role: string, arn: string | undefined): Promise<void> {
  if (arn === undefined) await unless(gone, iam.deleteRolePermissionsBoundary({ RoleName: role }));
  else await iam.putRolePermissionsBoundary({ RoleName: role, PermissionsBoundary: arn });
}
