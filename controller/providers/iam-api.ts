import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  GetInstanceProfileCommand,
  IAMClient,
  paginateListInstanceProfiles,
  RemoveRoleFromInstanceProfileCommand,
  type InstanceProfile as SdkProfile,
} from "@aws-sdk/client-iam";
import type { Labels } from "../api/kube-object";
import { clientConfig, type AwsConnection } from "./aws-connection";
import { sdkTags } from "./ec2-instances-api";

export interface InstanceProfile {
  readonly name: string;
  /** Names, without path; IAM allows one at most. */
  readonly roles: readonly string[];
}

export interface NewInstanceProfile {
  readonly name: string;
  readonly path: string;
  readonly tags: Labels;
}

/** Instance profiles. Errors are IAM's; see `meaningOf`. */
export interface IamApi {
  create(profile: NewInstanceProfile): Promise<void>;
  get(name: string): Promise<InstanceProfile>;
  /** Profiles under a path such as `/karpenter/us-east-1/`. */
  list(path: string): Promise<readonly InstanceProfile[]>;
  addRole(profile: string, role: string): Promise<void>;
  removeRole(profile: string, role: string): Promise<void>;
  delete(profile: string): Promise<void>;
}

export function iamApi(connection: AwsConnection): IamApi {
  const client = new IAMClient(clientConfig(connection));
  return {
    create: async ({ name, path, tags }) => {
      const input = { InstanceProfileName: name, Path: path, Tags: sdkTags(tags) };
      await client.send(new CreateInstanceProfileCommand(input));
    },
    get: async (name) => {
      const answer = await client.send(new GetInstanceProfileCommand({ InstanceProfileName: name }));
      return profileOf(answer.InstanceProfile, name);
    },
    list: async (path) => {
      const found: InstanceProfile[] = [];
      for await (const { InstanceProfiles = [] } of paginateListInstanceProfiles({ client }, { PathPrefix: path })) {
        found.push(...InstanceProfiles.map((profile) => profileOf(profile, "")));
      }
      return found;
    },
    addRole: async (InstanceProfileName, RoleName) => {
      await client.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    },
    removeRole: async (InstanceProfileName, RoleName) => {
      await client.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    },
    delete: async (InstanceProfileName) => {
      await client.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    },
  };
}

const profileOf = (profile: SdkProfile | undefined, name: string): InstanceProfile => ({
  name: profile?.InstanceProfileName ?? name,
  roles: (profile?.Roles ?? []).flatMap(({ RoleName }) => RoleName ?? []),
});
