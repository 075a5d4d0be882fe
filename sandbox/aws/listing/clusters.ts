import {
  DescribeClusterCommand,
  type EKSClient,
  ListAccessEntriesCommand,
  paginateListAddons,
  paginateListAssociatedAccessPolicies,
  paginateListClusters,
  paginateListFargateProfiles,
  paginateListNodegroups,
  paginateListPodIdentityAssociations,
} from "@aws-sdk/client-eks";
import { collect, line } from "./line";

/** EKS clusters and all that belongs to them. */
export async function listClusters(client: EKSClient): Promise<Record<string, string[]>> {
  const names = await collect(paginateListClusters({ client }, {}), (page) => page.clusters);
  const clusters: string[] = [];
  const members: Record<string, string[]> = {
    fargateProfiles: [],
    nodegroups: [],
    addons: [],
    podIdentityAssociations: [],
    accessEntries: [],
  };
  for (const clusterName of names) {
    const { cluster } = await client.send(new DescribeClusterCommand({ name: clusterName }));
    const mode = cluster?.accessConfig?.authenticationMode;
    clusters.push(line(clusterName, { mode, tags: cluster?.tags, network: cluster?.resourcesVpcConfig }));
    const found = {
      ...(await listMembers(client, clusterName)),
      accessEntries: await listEntries(client, clusterName, mode),
    };
    for (const [kind, lines] of Object.entries(found))
      members[kind]?.push(...lines.map((each) => `${clusterName}/${each}`));
  }
  return { clusters, ...members };
}

async function listMembers(client: EKSClient, clusterName: string): Promise<Record<string, string[]>> {
  const of = { clusterName };
  const associations = await collect(paginateListPodIdentityAssociations({ client }, of), (page) => page.associations);
  return {
    fargateProfiles: await collect(paginateListFargateProfiles({ client }, of), (page) => page.fargateProfileNames),
    nodegroups: await collect(paginateListNodegroups({ client }, of), (page) => page.nodegroups),
    addons: await collect(paginateListAddons({ client }, of), (page) => page.addons),
    podIdentityAssociations: associations.map(({ associationId, namespace, serviceAccount }) =>
      line(associationId, { namespace, serviceAccount }),
    ),
  };
}

async function listEntries(client: EKSClient, clusterName: string, mode: string | undefined): Promise<string[]> {
  // EKS refuses to list what the cluster does not use.
  if (mode === "CONFIG_MAP") return [];
  const { accessEntries = [] } = await client.send(new ListAccessEntriesCommand({ clusterName }));
  return Promise.all(
    accessEntries.map(async (principalArn) => {
      const policies = await collect(
        paginateListAssociatedAccessPolicies({ client }, { clusterName, principalArn }),
        (page) => page.associatedAccessPolicies,
      );
      return line(principalArn, { policies: policies.map(({ policyArn }) => policyArn).sort() });
    }),
  );
}
