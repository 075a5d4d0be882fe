/** Policies on a role that another resource made, and policies that stand on their own. */
import type { PolicyArgs, PolicyState } from "@pulumi/aws/iam/policy";
import type { RolePolicyArgs, RolePolicyState } from "@pulumi/aws/iam/rolePolicy";
import type { RolePolicyAttachmentArgs, RolePolicyAttachmentState } from "@pulumi/aws/iam/rolePolicyAttachment";
import type { IAM } from "@aws-sdk/client-iam";
import { present, unless } from "./aws";
import { define, fixed, named, prefix, requiredFixed } from "./resource";
import { attachedArns, gone } from "./role-grants";
import { fromTagList, retag, toTagList } from "./tags";

/** Id: `<role>/<policy arn>`, as the published provider imports it. */
export const rolePolicyAttachment = define<RolePolicyAttachmentArgs, RolePolicyAttachmentState>({
  global: true,
  inputs: { policyArn: requiredFixed, role: requiredFixed },

  async create({ role, policyArn }, aws) {
    const iam = await aws.iam();
    await iam.attachRolePolicy({ RoleName: role, PolicyArn: policyArn });
    return `${role}/${policyArn}`;
  },

  async read(id, aws) {
    const iam = await aws.iam();
    const [role, policyArn] = split(id, "/");
    const attached = await unless(gone, attachedArns(iam, role));
    return attached?.includes(policyArn) ? { role, policyArn } : undefined;
  },

  async delete(id, aws) {
    const iam = await aws.iam();
    const [role, policyArn] = split(id, "/");
    await unless(gone, iam.detachRolePolicy({ RoleName: role, PolicyArn: policyArn }));
  },
});

/** Id: `<role>:<policy name>`. */
export const rolePolicy = define<RolePolicyArgs, RolePolicyState>({
  global: true,
  inputs: { name: named(128), namePrefix: prefix, policy: { required: true, as: "json" }, role: requiredFixed },

  async create({ role, name, policy }, aws) {
    const iam = await aws.iam();
    await iam.putRolePolicy({ RoleName: role, PolicyName: name, PolicyDocument: policy });
    return `${role}:${present(name, "a policy name")}`;
  },

  async read(id, aws) {
    const iam = await aws.iam();
    const [role, name] = split(id, ":");
    const found = await unless(gone, iam.getRolePolicy({ RoleName: role, PolicyName: name }));
    return found && { name, role, policy: decodeURIComponent(found.PolicyDocument ?? "") };
  },

  async update(id, { news: { policy } }, aws) {
    const iam = await aws.iam();
    const [role, name] = split(id, ":");
    await iam.putRolePolicy({ RoleName: role, PolicyName: name, PolicyDocument: policy });
  },

  async delete(id, aws) {
    const iam = await aws.iam();
    const [role, name] = split(id, ":");
    await unless(gone, iam.deleteRolePolicy({ RoleName: role, PolicyName: name }));
  },
});

/** Id: the ARN. */
export const policy = define<PolicyArgs, PolicyState>({
  global: true,
  inputs: {
    description: fixed,
    name: named(128),
    namePrefix: prefix,
    path: { ...fixed, fallback: "/" },
    policy: { required: true, as: "json" },
    tags: {},
  },

  async create({ name, description, path, policy: document, tags }, aws) {
    const iam = await aws.iam();
    const { Policy } = await iam.createPolicy({
      PolicyName: name,
      PolicyDocument: document,
      Description: description,
      Path: path,
      Tags: toTagList(tags),
    });
    return present(Policy?.Arn, "a policy ARN");
  },

  async read(id, aws) {
    const iam = await aws.iam();
    const found = await unless(gone, iam.getPolicy({ PolicyArn: id }));
    if (!found?.Policy) return undefined;
    const { Policy } = found;
    const version = await iam.getPolicyVersion({ PolicyArn: id, VersionId: Policy.DefaultVersionId });
    return {
      arn: id,
      attachmentCount: Policy.AttachmentCount,
      description: Policy.Description,
      name: Policy.PolicyName,
      path: Policy.Path,
      policy: decodeURIComponent(version.PolicyVersion?.Document ?? ""),
      policyId: Policy.PolicyId,
      tags: fromTagList(Policy.Tags),
    };
  },

  async update(id, { olds, news }, aws) {
    const iam = await aws.iam();
    if (olds.policy !== news.policy) {
      await makeRoomForVersion(iam, id);
      await iam.createPolicyVersion({ PolicyArn: id, PolicyDocument: news.policy, SetAsDefault: true });
    }
    await retag(
      { olds, news },
      {
        tag: (added) => iam.tagPolicy({ PolicyArn: id, Tags: toTagList(added) }),
        untag: (TagKeys) => iam.untagPolicy({ PolicyArn: id, TagKeys }),
      },
    );
  },

  async delete(id, aws) {
    const iam = await aws.iam();
    for (const VersionId of await olderVersions(iam, id)) await iam.deletePolicyVersion({ PolicyArn: id, VersionId });
    await unless(gone, iam.deletePolicy({ PolicyArn: id }));
  },
});

/** IAM keeps five versions of a policy and refuses a sixth. */
async function makeRoomForVersion(iam: IAM, arn: string): Promise<void> {
  const [oldest, ...others] = await olderVersions(iam, arn);
  if (oldest !== undefined && others.length >= 3) await iam.deletePolicyVersion({ PolicyArn: arn, VersionId: oldest });
}

/** All but the one in force, oldest first. */
async function olderVersions(iam: IAM, arn: string): Promise<string[]> {
  const found = await unless(gone, iam.listPolicyVersions({ PolicyArn: arn }));
  const versions = (found?.Versions ?? []).filter((version) => !version.IsDefaultVersion);
  const number = (id: string): number => Number(id.slice(1));
  return versions.flatMap(({ VersionId }) => VersionId ?? []).sort((a, b) => number(a) - number(b));
}

/** An id in two parts at the first separator; the second part may hold more of them. */
function split(id: string, separator: string): [string, string] {
  const at = id.indexOf(separator);
  if (at < 0) throw new Error(`id ${id} is not of the form <role>${separator}<policy>`);
  return [id.slice(0, at), id.slice(at + 1)];
}
