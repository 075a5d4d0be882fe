import {
  DescribeFargateProfileCommand,
  type EKSClient,
  type FargateProfileSelector,
  paginateListClusters,
  paginateListFargateProfiles,
  ResourceNotFoundException,
} from "@aws-sdk/client-eks";

/** Which pods of the cluster run on Fargate. */
export interface FargateProfile {
  readonly name: string;
  readonly selectors: readonly Selector[];
}

interface Selector {
  /** May hold `*` and `?`, as may the labels' values. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Pods carry the name of their profile under this key. */
export const profileLabel = "eks.amazonaws.com/fargate-profile";

/** By name those of every cluster of the account: all of them are the one API server. */
export async function listProfiles(client: EKSClient): Promise<FargateProfile[]> {
  const clusters: string[] = [];
  for await (const page of paginateListClusters({ client }, {})) clusters.push(...(page.clusters ?? []));
  const profiles = await Promise.all(clusters.map((clusterName) => profilesOf(client, clusterName)));
  return profiles.flat().sort((a, b) => a.name.localeCompare(b.name));
}

async function profilesOf(client: EKSClient, clusterName: string): Promise<FargateProfile[]> {
  const names: string[] = [];
  for await (const page of paginateListFargateProfiles({ client }, { clusterName })) {
    names.push(...(page.fargateProfileNames ?? []));
  }
  const profiles = await Promise.all(names.map((name) => describe(client, clusterName, name)));
  return profiles.filter((profile) => profile !== undefined);
}

async function describe(client: EKSClient, clusterName: string, name: string): Promise<FargateProfile | undefined> {
  const command = new DescribeFargateProfileCommand({ clusterName, fargateProfileName: name });
  try {
    const { fargateProfile } = await client.send(command);
    return { name, selectors: (fargateProfile?.selectors ?? []).map(selectorOf) };
  } catch (error) {
    // Deleted since it was listed.
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

const selectorOf = ({ namespace = "", labels = {} }: FargateProfileSelector): Selector => ({ namespace, labels });

/** As a regular expression that both JavaScript and CEL understand. */
export const patternOf = (text: string): string =>
  `^${text
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".")}$`;

interface Selectable {
  readonly metadata: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
}

/** The first profile, by name, that wants the pod. */
export const profileOf = (profiles: readonly FargateProfile[], pod: Selectable): FargateProfile | undefined =>
  profiles.find(({ selectors }) => selectors.some((selector) => selects(selector, pod)));

const selects = ({ namespace, labels }: Selector, { metadata }: Selectable): boolean =>
  matches(namespace, metadata.namespace) &&
  Object.entries(labels).every(([key, value]) => matches(value, metadata.labels?.[key]));

const matches = (pattern: string, value: string | undefined): boolean =>
  value !== undefined && new RegExp(patternOf(pattern)).test(value);
