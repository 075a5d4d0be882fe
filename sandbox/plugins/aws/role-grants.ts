/** What a role may do: the managed policies attached to it and the policies written into it. */
import type { IAM } from "@aws-sdk/client-iam";

/** IAM's codes for something that is not there. */
export const gone = ["NoSuchEntity", "NoSuchEntityException"];

export interface InlinePolicy {
  readonly name: string;
  readonly policy: string;
}

export async function attachedArns(iam: IAM, role: string): Promise<string[]> {
  const arns: string[] = [];
  for await (const { AttachedPolicies = [] } of iam.paginateListAttachedRolePolicies({ RoleName: role })) {
    for (const { PolicyArn } of AttachedPolicies) if (PolicyArn !== undefined) arns.push(PolicyArn);
  }
  return arns;
}

export async function inlinePolicies(iam: IAM, role: string): Promise<InlinePolicy[]> {
  const policies: InlinePolicy[] = [];
  for await (const { PolicyNames = [] } of iam.paginateListRolePolicies({ RoleName: role })) {
    for (const name of PolicyNames) {
      const { PolicyDocument = "" } = await iam.getRolePolicy({ RoleName: role, PolicyName: name });
      policies.push({ name, policy: decodeURIComponent(PolicyDocument) });
    }
  }
  return policies;
}

/** Attaches these and detaches all others: `managedPolicyArns` on a role is an exclusive list. */
export async function attachExactly(iam: IAM, role: string, arns: readonly string[]): Promise<void> {
  const attached = await attachedArns(iam, role);
  for (const PolicyArn of attached) {
    if (!arns.includes(PolicyArn)) await iam.detachRolePolicy({ RoleName: role, PolicyArn });
  }
  for (const PolicyArn of arns) {
    if (!attached.includes(PolicyArn)) await iam.attachRolePolicy({ RoleName: role, PolicyArn });
  }
}

/** Writes these and deletes all others: `inlinePolicies` on a role is an exclusive list. */
export async function putExactly(iam: IAM, role: string, policies: readonly Partial<InlinePolicy>[]): Promise<void> {
  const wanted = policies.filter((policy) => policy.name !== undefined);
  for (const { name } of await inlinePolicies(iam, role)) {
    if (!wanted.some((policy) => policy.name === name))
      await iam.deleteRolePolicy({ RoleName: role, PolicyName: name });
  }
  for (const { name, policy } of wanted) {
    await iam.putRolePolicy({ RoleName: role, PolicyName: name, PolicyDocument: policy });
  }
}
