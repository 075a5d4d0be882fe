/** What connects a role to something that may use it: a machine, an identity provider, an AWS service. */
import type { InstanceProfileArgs, InstanceProfileState } from "@pulumi/aws/iam/instanceProfile";
import type { OpenIdConnectProviderArgs, OpenIdConnectProviderState } from "@pulumi/aws/iam/openIdConnectProvider";
import type { ServiceLinkedRoleArgs, ServiceLinkedRoleState } from "@pulumi/aws/iam/serviceLinkedRole";
import { lastSegment, present, unless } from "./aws";
import { define, fixed, named, prefix, required, requiredFixed } from "./resource";
import { gone } from "./role-grants";
import { fromTagList, retag, toTagList } from "./tags";

/** Id: the name. */
export const instanceProfile = define<InstanceProfileArgs, InstanceProfileState>({
  global: true,
  completes: true,
  inputs: { name: named(128), namePrefix: prefix, path: { ...fixed, fallback: "/" }, role: {}, tags: {} },

  async create({ name, path, tags }, aws) {
    const iam = await aws.iam();
    await iam.createInstanceProfile({ InstanceProfileName: name, Path: path, Tags: toTagList(tags) });
    return present(name, "a profile name");
  },

  async read(id, aws) {
    const iam = await aws.iam();
    const found = await unless(gone, iam.getInstanceProfile({ InstanceProfileName: id }));
    if (!found?.InstanceProfile) return undefined;
    const profile = found.InstanceProfile;
    return {
      arn: profile.Arn,
      createDate: profile.CreateDate?.toISOString(),
      name: id,
      path: profile.Path,
      role: profile.Roles?.[0]?.RoleName,
      tags: fromTagList(profile.Tags),
      uniqueId: profile.InstanceProfileId,
    };
  },

  async update(id, { olds, news }, aws) {
    const iam = await aws.iam();
    const profile = { InstanceProfileName: id };
    if (olds.role !== news.role) {
      if (olds.role) await unless(gone, iam.removeRoleFromInstanceProfile({ ...profile, RoleName: olds.role }));
      if (news.role) await iam.addRoleToInstanceProfile({ ...profile, RoleName: news.role });
    }
    if (Object.keys(olds).length === 0) return;
    await retag(
      { olds, news },
      {
        tag: (added) => iam.tagInstanceProfile({ ...profile, Tags: toTagList(added) }),
        untag: (TagKeys) => iam.untagInstanceProfile({ ...profile, TagKeys }),
      },
    );
  },

  async delete(id, aws) {
    const iam = await aws.iam();
    const profile = { InstanceProfileName: id };
    const found = await unless(gone, iam.getInstanceProfile(profile));
    for (const { RoleName } of found?.InstanceProfile?.Roles ?? []) {
      await unless(gone, iam.removeRoleFromInstanceProfile({ ...profile, RoleName }));
    }
    await unless(gone, iam.deleteInstanceProfile(profile));
  },
});

/** Id: the ARN. */
export const openIdConnectProvider = define<OpenIdConnectProviderArgs, OpenIdConnectProviderState>({
  global: true,
  inputs: {
    clientIdLists: { ...required, as: "set" },
    tags: {},
    thumbprintLists: { computed: true },
    url: requiredFixed,
  },

  async create({ url, clientIdLists, thumbprintLists, tags }, aws) {
    const iam = await aws.iam();
    const { OpenIDConnectProviderArn } = await iam.createOpenIDConnectProvider({
      Url: url.startsWith("https://") ? url : `https://${url}`,
      ClientIDList: clientIdLists,
      ThumbprintList: thumbprintLists ?? [],
      Tags: toTagList(tags),
    });
    return present(OpenIDConnectProviderArn, "a provider ARN");
  },

  async read(id, aws, { url: written }) {
    const iam = await aws.iam();
    const found = await unless(gone, iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn: id }));
    // AWS keeps the URL without its scheme, which the program may have written either way.
    const withScheme = written?.startsWith("https://") && !found?.Url?.startsWith("https://");
    return (
      found && {
        arn: id,
        clientIdLists: found.ClientIDList,
        tags: fromTagList(found.Tags),
        thumbprintLists: found.ThumbprintList,
        url: withScheme ? `https://${found.Url ?? ""}` : found.Url,
      }
    );
  },

  async update(id, { olds, news }, aws) {
    const iam = await aws.iam();
    const provider = { OpenIDConnectProviderArn: id };
    const { clientIdLists: clients = [] } = olds;
    for (const ClientID of clients.filter((client) => !news.clientIdLists.includes(client))) {
      await iam.removeClientIDFromOpenIDConnectProvider({ ...provider, ClientID });
    }
    for (const ClientID of news.clientIdLists.filter((client) => !clients.includes(client))) {
      await iam.addClientIDToOpenIDConnectProvider({ ...provider, ClientID });
    }
    if (news.thumbprintLists) {
      await iam.updateOpenIDConnectProviderThumbprint({ ...provider, ThumbprintList: news.thumbprintLists });
    }
    await retag(
      { olds, news },
      {
        tag: (added) => iam.tagOpenIDConnectProvider({ ...provider, Tags: toTagList(added) }),
        untag: (TagKeys) => iam.untagOpenIDConnectProvider({ ...provider, TagKeys }),
      },
    );
  },

  async delete(id, aws) {
    const iam = await aws.iam();
    await unless(gone, iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn: id }));
  },
});

/** Id: the ARN. The account has one per service, so creating it where it exists fails with AWS's own error. */
export const serviceLinkedRole = define<ServiceLinkedRoleArgs, ServiceLinkedRoleState>({
  global: true,
  inputs: { awsServiceName: requiredFixed, customSuffix: fixed, description: {}, tags: {} },

  async create({ awsServiceName, customSuffix, description, tags }, aws) {
    const iam = await aws.iam();
    const { Role } = await iam.createServiceLinkedRole({
      AWSServiceName: awsServiceName,
      CustomSuffix: customSuffix,
      Description: description,
    });
    const name = present(Role?.RoleName, "a role name");
    if (tags) await iam.tagRole({ RoleName: name, Tags: toTagList(tags) });
    return present(Role?.Arn, "a role ARN");
  },

  async read(id, aws) {
    const iam = await aws.iam();
    const found = await unless(gone, iam.getRole({ RoleName: lastSegment(id) }));
    if (!found?.Role) return undefined;
    const { Role } = found;
    return {
      arn: id,
      awsServiceName: Role.Path?.split("/").at(-2),
      createDate: Role.CreateDate?.toISOString(),
      customSuffix: Role.RoleName?.split("_")[1],
      description: Role.Description,
      name: Role.RoleName,
      path: Role.Path,
      tags: fromTagList(Role.Tags),
      uniqueId: Role.RoleId,
    };
  },

  async update(id, { olds, news }, aws) {
    const iam = await aws.iam();
    const RoleName = lastSegment(id);
    await iam.updateRole({ RoleName, Description: news.description ?? "" });
    await retag(
      { olds, news },
      {
        tag: (added) => iam.tagRole({ RoleName, Tags: toTagList(added) }),
        untag: (TagKeys) => iam.untagRole({ RoleName, TagKeys }),
      },
    );
  },

  async delete(id, aws) {
    const iam = await aws.iam();
    await unless(gone, iam.deleteServiceLinkedRole({ RoleName: lastSegment(id) }));
  },
});
