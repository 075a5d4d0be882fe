import {
  DeleteLaunchTemplateCommand,
  DeleteNetworkInterfaceCommand,
  paginateDescribeLaunchTemplates,
  paginateDescribeNetworkInterfaces,
} from "@aws-sdk/client-ec2";
import type { EC2Client, Filter, NetworkInterface } from "@aws-sdk/client-ec2";
import {
  DeleteInstanceProfileCommand,
  paginateListInstanceProfiles,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import type { IAMClient, InstanceProfile } from "@aws-sdk/client-iam";
import { instanceProfilePath } from "../../controller/contract/names";
import { tags } from "../../controller/contract/tags";
import { codeOf } from "../resources/aws";
import { machinesOf, ofCluster } from "./machines";

/** Each removes what is left of one kind, once the machines are gone, and answers with the names of what it removed. */

export async function removeLaunchTemplates(ec2: EC2Client, cluster: string): Promise<readonly string[]> {
  const removed: string[] = [];
  const ours = { Filters: ofCluster(cluster) };
  for await (const { LaunchTemplates = [] } of paginateDescribeLaunchTemplates({ client: ec2 }, ours)) {
    for (const { LaunchTemplateId } of LaunchTemplates) {
      if (LaunchTemplateId === undefined) continue;
      await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId })).catch(unless(/NotFound/));
      removed.push(LaunchTemplateId);
    }
  }
  return removed;
}

export async function removeInstanceProfiles(
  iam: IAMClient,
  { region, cluster }: { readonly region: string; readonly cluster: string },
): Promise<readonly string[]> {
  const profiles: InstanceProfile[] = [];
  const PathPrefix = instanceProfilePath(region, cluster);
  for await (const { InstanceProfiles = [] } of paginateListInstanceProfiles({ client: iam }, { PathPrefix })) {
    // Looked at again, since not everything that speaks IAM's language heeds the prefix; the rest is somebody else's.
    profiles.push(...InstanceProfiles.filter(({ Path = "" }) => Path.startsWith(PathPrefix)));
  }
  const removed: string[] = [];
  for (const { InstanceProfileName, Roles = [] } of profiles) {
    if (InstanceProfileName === undefined) continue;
    for (const { RoleName } of Roles) {
      await iam
        .send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }))
        .catch(unless(/NoSuchEntity/));
    }
    await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })).catch(unless(/NoSuchEntity/));
    removed.push(InstanceProfileName);
  }
  return removed;
}

/** Interfaces that no machine holds: our own, and those that the VPC CNI made for our machines. */
export async function removeNetworkInterfaces(ec2: EC2Client, cluster: string): Promise<readonly string[]> {
  const machines = new Set((await machinesOf(ec2, cluster)).map(({ id }) => id));
  const ofCni = await available(ec2, [
    { Name: `tag:${tags.cniClusterName}`, Values: [cluster] },
    { Name: "tag-key", Values: [tags.cniInstance] },
  ]);
  const idle = [
    ...(await available(ec2, ofCluster(cluster))),
    ...ofCni.filter((networkInterface) => machines.has(tagOf(networkInterface, tags.cniInstance))),
  ];
  const ids = [...new Set(idle.flatMap(({ NetworkInterfaceId }) => NetworkInterfaceId ?? []))];
  for (const NetworkInterfaceId of ids) {
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })).catch(unless(/NotFound/));
  }
  return ids;
}

async function available(ec2: EC2Client, filters: readonly Filter[]): Promise<readonly NetworkInterface[]> {
  const Filters = [...filters, { Name: "status", Values: ["available"] }];
  const found: NetworkInterface[] = [];
  for await (const { NetworkInterfaces = [] } of paginateDescribeNetworkInterfaces({ client: ec2 }, { Filters })) {
    found.push(...NetworkInterfaces);
  }
  return found;
}

const tagOf = ({ TagSet = [] }: NetworkInterface, key: string): string =>
  TagSet.find(({ Key }) => Key === key)?.Value ?? "";

/** Rethrows every error but the expected one. */
const unless =
  (expected: RegExp) =>
  (error: unknown): undefined => {
    if (expected.test(codeOf(error))) return undefined;
    throw error;
  };
