import type {
  Cluster,
  CreateClusterRequest,
  EKS,
  UpdateClusterConfigRequest,
  VpcConfigRequest,
} from "@aws-sdk/client-eks";
import type { ClusterArgs, ClusterState } from "@pulumi/aws/eks/cluster";
import { present, unless } from "./aws";
import { gone, retagEks, timing } from "./eks";
import { define, fixed, named, required, requiredFixed } from "./resource";
import type { Change, Plain } from "./resource";

type Args = Plain<ClusterArgs>;

/** Id: the name. */
export const cluster = define<ClusterArgs, ClusterState>({
  inputs: {
    accessConfig: { as: "block", computed: true },
    bootstrapSelfManagedAddons: { ...fixed, remembered: true },
    deletionProtection: {},
    enabledClusterLogTypes: { as: "set" },
    encryptionConfig: { ...fixed, as: "block" },
    kubernetesNetworkConfig: { ...fixed, as: "block", computed: true },
    name: named(100),
    roleArn: requiredFixed,
    tags: {},
    upgradePolicy: { as: "block", computed: true },
    version: { computed: true },
    vpcConfig: { ...required, as: "block" },
  },

  async create(inputs, aws) {
    const eks = await aws.eks();
    await eks.createCluster(toCluster(inputs));
    const name = present(inputs.name, "a cluster name");
    await eks.waitUntilClusterActive({ name }, timing);
    return name;
  },

  async read(id, aws) {
    const eks = await aws.eks();
    const found = await unless(gone, eks.describeCluster({ name: id }));
    return found?.cluster && describe(found.cluster);
  },

  async update(id, { olds, news }, aws) {
    const eks = await aws.eks();
    // EKS takes one kind of change at a time, and the next when the cluster is active again.
    for (const change of configChanges({ olds, news })) {
      await eks.updateClusterConfig({ name: id, ...change });
      await eks.waitUntilClusterActive({ name: id }, timing);
    }
    if (news.version !== undefined && news.version !== olds.version) {
      await eks.updateClusterVersion({ name: id, version: news.version });
      await eks.waitUntilClusterActive({ name: id }, timing);
    }
    await retagCluster(eks, id, { olds, news });
  },

  async delete(id, aws) {
    const eks = await aws.eks();
    if (await unless(gone, eks.deleteCluster({ name: id }))) await eks.waitUntilClusterDeleted({ name: id }, timing);
  },
});

function toCluster(inputs: Args): CreateClusterRequest {
  const { accessConfig, encryptionConfig, kubernetesNetworkConfig: network } = inputs;
  return {
    accessConfig: accessConfig && {
      authenticationMode: mode(accessConfig.authenticationMode),
      bootstrapClusterCreatorAdminPermissions: accessConfig.bootstrapClusterCreatorAdminPermissions,
    },
    bootstrapSelfManagedAddons: inputs.bootstrapSelfManagedAddons,
    deletionProtection: inputs.deletionProtection,
    encryptionConfig: encryptionConfig && [{ provider: { keyArn: encryptionConfig.provider.keyArn } }],
    kubernetesNetworkConfig: network && {
      ipFamily: network.ipFamily === "ipv6" ? "ipv6" : "ipv4",
      serviceIpv4Cidr: network.serviceIpv4Cidr,
    },
    logging: logging(inputs.enabledClusterLogTypes),
    name: inputs.name,
    resourcesVpcConfig: toVpcConfig(inputs.vpcConfig),
    roleArn: inputs.roleArn,
    tags: inputs.tags,
    upgradePolicy: inputs.upgradePolicy && { supportType: support(inputs.upgradePolicy.supportType) },
    version: inputs.version,
  };
}

const toVpcConfig = (vpc: Args["vpcConfig"]): VpcConfigRequest => ({
  endpointPrivateAccess: vpc.endpointPrivateAccess,
  endpointPublicAccess: vpc.endpointPublicAccess,
  publicAccessCidrs: vpc.publicAccessCidrs,
  securityGroupIds: vpc.securityGroupIds,
  subnetIds: vpc.subnetIds,
});

type State = Partial<Plain<ClusterState>>;

function describe(found: Cluster): State {
  return {
    ...(found.accessConfig && { accessConfig: found.accessConfig }),
    arn: found.arn,
    certificateAuthority: { data: present(found.certificateAuthority?.data, "a certificate authority") },
    createdAt: found.createdAt?.toISOString(),
    deletionProtection: found.deletionProtection,
    enabledClusterLogTypes: logTypesOf(found),
    encryptionConfig: encryptionOf(found),
    endpoint: found.endpoint,
    identities: [{ oidcs: [{ issuer: present(found.identity?.oidc?.issuer, "an OIDC issuer") }] }],
    kubernetesNetworkConfig: networkOf(found),
    name: found.name,
    platformVersion: found.platformVersion,
    roleArn: found.roleArn,
    status: found.status,
    tags: found.tags ?? {},
    upgradePolicy: found.upgradePolicy,
    version: found.version,
    vpcConfig: { ...found.resourcesVpcConfig, subnetIds: found.resourcesVpcConfig?.subnetIds ?? [] },
  };
}

function encryptionOf({ encryptionConfig: [encryption] = [] }: Cluster): State["encryptionConfig"] {
  const keyArn = encryption?.provider?.keyArn;
  // Everything is encrypted with the key by now, and secrets were all that one could name.
  return keyArn === undefined ? undefined : { provider: { keyArn }, resources: ["secrets"] };
}

const networkOf = ({ kubernetesNetworkConfig: network }: Cluster): State["kubernetesNetworkConfig"] =>
  network && { ipFamily: network.ipFamily, serviceIpv4Cidr: network.serviceIpv4Cidr };

const logTypesOf = ({ logging: logs }: Cluster): string[] =>
  (logs?.clusterLogging ?? []).filter(({ enabled }) => enabled).flatMap(({ types = [] }) => types);

/** One request for each kind of setting that differs. */
function configChanges({ olds, news }: Change<Args>): Omit<UpdateClusterConfigRequest, "name">[] {
  const differs = (name: keyof Args): boolean => JSON.stringify(olds[name]) !== JSON.stringify(news[name]);
  const { securityGroupIds, subnetIds, ...endpoint } = toVpcConfig(news.vpcConfig);
  return [
    ...(differs("accessConfig") && news.accessConfig
      ? [{ accessConfig: { authenticationMode: mode(news.accessConfig.authenticationMode) } }]
      : []),
    ...(differs("vpcConfig")
      ? [{ resourcesVpcConfig: endpoint }, { resourcesVpcConfig: { securityGroupIds, subnetIds } }]
      : []),
    ...(differs("enabledClusterLogTypes") ? [{ logging: logging(news.enabledClusterLogTypes ?? []) }] : []),
    ...(differs("upgradePolicy") ? [{ upgradePolicy: { supportType: support(news.upgradePolicy?.supportType) } }] : []),
    ...(differs("deletionProtection") ? [{ deletionProtection: news.deletionProtection ?? false }] : []),
  ];
}

async function retagCluster(eks: EKS, name: string, change: Change<Args>): Promise<void> {
  const { cluster: found } = await eks.describeCluster({ name });
  await retagEks(eks, found?.arn, change);
}

const modes = ["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"] as const;
const supports = ["STANDARD", "EXTENDED"] as const;
const mode = (text: string | undefined): (typeof modes)[number] | undefined => modes.find((known) => known === text);
const support = (text: string | undefined): (typeof supports)[number] | undefined =>
  supports.find((known) => known === text);

const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"] as const;

/** On for those named, off for the rest. */
function logging(names: readonly string[] | undefined): CreateClusterRequest["logging"] {
  if (!names) return undefined;
  const chosen = logTypes.filter((type) => names.includes(type));
  const others = logTypes.filter((type) => !names.includes(type));
  const groups = [
    { enabled: true, types: chosen },
    { enabled: false, types: others },
  ];
  return { clusterLogging: groups.filter(({ types }) => types.length > 0) };
}
