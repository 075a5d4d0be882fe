import {
  type AuthenticationMode,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-eks";
import { GetInstanceProfileCommand, NoSuchEntityException } from "@aws-sdk/client-iam";
import { parse } from "yaml";
import type { Clients } from "../aws/clients";
import type { KubeApi } from "../control-plane/kube-api";

/** Where identities are looked up. */
export interface Doors {
  readonly clients: Pick<Clients, "eks" | "iam">;
  readonly api: KubeApi;
  readonly clusterName: string;
}

/** Why the cluster does not let a machine with this instance profile register as a node; undefined when it does. */
export async function refusal(doors: Doors, profileArn: string | undefined): Promise<string | undefined> {
  if (profileArn === undefined) return "it has no instance profile";
  const role = await roleOf(doors, profileArn);
  if (role === undefined) return `its instance profile ${profileArn} holds no role`;
  const mode = await modeOf(doors);
  if (mode === undefined) return `there is no cluster ${doors.clusterName}`;
  if (mode !== "CONFIG_MAP" && (await hasAccessEntry(doors, role))) return undefined;
  if (mode !== "API" && (await isInAwsAuth(doors, role))) return undefined;
  return `its role ${role} has neither an access entry of type EC2_LINUX nor, in aws-auth, the groups of a node (authentication mode ${mode})`;
}

/** Undefined: there is no such cluster. */
async function modeOf({ clients, clusterName }: Doors): Promise<AuthenticationMode | undefined> {
  try {
    const { cluster } = await clients.eks.send(new DescribeClusterCommand({ name: clusterName }));
    return cluster?.accessConfig?.authenticationMode;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function roleOf({ clients }: Doors, profileArn: string): Promise<string | undefined> {
  const InstanceProfileName = profileArn.split("/").at(-1);
  try {
    const { InstanceProfile } = await clients.iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    return InstanceProfile?.Roles?.[0]?.Arn;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
}

async function hasAccessEntry({ clients, clusterName }: Doors, principalArn: string): Promise<boolean> {
  try {
    const { accessEntry } = await clients.eks.send(new DescribeAccessEntryCommand({ clusterName, principalArn }));
    return accessEntry?.kubernetesGroups?.includes("system:nodes") === true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}

interface RoleMapping {
  readonly rolearn?: string;
  readonly username?: string;
  readonly groups?: readonly string[];
}

/** https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html */
async function isInAwsAuth({ api }: Doors, roleArn: string): Promise<boolean> {
  const mappings = (parse((await readAwsAuth(api)) ?? "[]") ?? []) as readonly RoleMapping[]; // the documented shape
  // The authenticator compares ARNs without the role's path.
  const withoutPath = roleArn.replace(/:role\/.*\//, ":role/");
  return mappings.some(
    ({ rolearn, username, groups = [] }) =>
      rolearn === withoutPath &&
      username === "system:node:{{EC2PrivateDNSName}}" &&
      ["system:bootstrappers", "system:nodes"].every((group) => groups.includes(group)),
  );
}

async function readAwsAuth(api: KubeApi): Promise<string | undefined> {
  const path = "/api/v1/namespaces/kube-system/configmaps/aws-auth";
  const found = await api.get<{ readonly data?: { readonly mapRoles?: string } }>(path);
  return found?.data?.mapRoles;
}
