import {
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListRoleTagsCommand,
  paginateListAttachedRolePolicies,
  paginateListInstanceProfiles,
  paginateListPolicies,
  paginateListRolePolicies,
  paginateListRoles,
  type Policy,
  type Role,
} from "@aws-sdk/client-iam";
import { collect, line, tagsOf } from "./line";

/** Roles, policies, instance profiles and token issuers. */
export async function listIdentity(iam: IAMClient): Promise<Record<string, string[]>> {
  const paging = { client: iam };
  const roles = await collect(paginateListRoles(paging, {}), (page) => page.Roles);
  const policies = await collect(paginateListPolicies(paging, { Scope: "Local" }), (page) => page.Policies);
  const profiles = await collect(paginateListInstanceProfiles(paging, {}), (page) => page.InstanceProfiles);
  const issuers = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  return {
    roles: await Promise.all(roles.map((role) => roleLine(iam, role))),
    policies: await Promise.all(policies.map((policy) => policyLine(iam, policy))),
    instanceProfiles: profiles.map(({ Arn, Roles }) =>
      line(Arn, { roles: (Roles ?? []).map(({ RoleName }) => RoleName) }),
    ),
    oidcProviders: (issuers.OpenIDConnectProviderList ?? []).map(({ Arn }) => line(Arn)),
  };
}

async function roleLine(iam: IAMClient, { Arn, RoleName, AssumeRolePolicyDocument }: Role): Promise<string> {
  const of = { RoleName };
  const attached = await collect(
    paginateListAttachedRolePolicies({ client: iam }, of),
    (page) => page.AttachedPolicies,
  );
  const names = await collect(paginateListRolePolicies({ client: iam }, of), (page) => page.PolicyNames);
  const inline = await Promise.all(
    names.map((PolicyName) => iam.send(new GetRolePolicyCommand({ ...of, PolicyName }))),
  );
  const { Tags } = await iam.send(new ListRoleTagsCommand(of));
  return line(Arn, {
    trust: decodeURIComponent(AssumeRolePolicyDocument ?? ""),
    attached: attached.map(({ PolicyArn }) => PolicyArn).sort(),
    inline: inline.map(({ PolicyName, PolicyDocument }) => `${PolicyName ?? ""}: ${PolicyDocument ?? ""}`).sort(),
    tags: tagsOf(Tags),
  });
}

async function policyLine(iam: IAMClient, { Arn, DefaultVersionId }: Policy): Promise<string> {
  const { PolicyVersion } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn: Arn, VersionId: DefaultVersionId }),
  );
  return line(Arn, { document: decodeURIComponent(PolicyVersion?.Document ?? "") });
}
