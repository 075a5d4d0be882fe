import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as pulumi from "@pulumi/pulumi";
import type { IpFamily } from "./network-plugin";

/** How a cluster lets identities in; EKS's own words. */
export type AuthenticationMode = "API" | "API_AND_CONFIG_MAP" | "CONFIG_MAP";

/** What has to be known of a cluster to run Karpenter in it. */
export interface ClusterFacts {
  readonly name: pulumi.Input<string>;
  readonly endpoint: pulumi.Input<string>;
  readonly oidcIssuer: pulumi.Input<string>;
  /** @default found by the issuer, or created */
  readonly oidcProviderArn?: pulumi.Input<string>;
  readonly authenticationMode: AuthenticationMode;
  readonly privateSubnetIds: readonly string[];
  readonly publicSubnetIds: readonly string[];
  /** The group that EKS makes for control plane and nodes, in which both may talk to each other. */
  readonly securityGroupId: pulumi.Input<string>;
  /** Where endpoints of AWS services are to be made. @default not known */
  readonly vpcId?: pulumi.Input<string>;
  /** Of the addresses that pods get, for which nodes need their rights. @default "ipv4" */
  readonly ipFamily?: IpFamily;
}

/**
 * An existing cluster.
 * @throws pulumi.RunError, one line, when there is none of that name or it may not be looked at
 */
export async function lookUpCluster(name: string, opts?: pulumi.InvokeOptions): Promise<ClusterFacts> {
  const cluster = await aws.eks.getCluster({ name }, opts).catch((error: unknown) => {
    throw noSuchCluster(name, error);
  });
  const subnets = await lookUpSubnets(cluster.vpcConfig.subnetIds, opts);
  return {
    name,
    endpoint: cluster.endpoint,
    oidcIssuer: cluster.identities[0]?.oidcs[0]?.issuer ?? "",
    authenticationMode: authenticationMode(cluster.accessConfigs[0]?.authenticationMode),
    ...subnets,
    securityGroupId: cluster.vpcConfig.clusterSecurityGroupId,
    vpcId: cluster.vpcConfig.vpcId,
    ipFamily: cluster.kubernetesNetworkConfigs[0]?.ipFamily === "ipv6" ? "ipv6" : "ipv4",
  };
}

type Subnets = Pick<ClusterFacts, "privateSubnetIds" | "publicSubnetIds">;

/** Told apart by what they are marked for, else by whether machines get a public address there. */
export async function lookUpSubnets(ids: readonly string[], opts?: pulumi.InvokeOptions): Promise<Subnets> {
  const subnets = await Promise.all([...ids].sort().map((id) => aws.ec2.getSubnet({ id }, opts)));
  const idsWhere = (wanted: boolean): string[] =>
    subnets.filter((subnet) => isPublic(subnet) === wanted).map(({ id }) => id);
  return { privateSubnetIds: idsWhere(false), publicSubnetIds: idsWhere(true) };
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html */
const roleTags = { ofPrivate: "kubernetes.io/role/internal-elb", ofPublic: "kubernetes.io/role/elb" } as const;

/**
 * Few networks give public addresses to every machine in a public subnet, but nearly all mark it for load balancers.
 */
function isPublic({ tags, mapPublicIpOnLaunch }: aws.ec2.GetSubnetResult): boolean {
  const [forPrivate, forPublic] = [tags[roleTags.ofPrivate] === "1", tags[roleTags.ofPublic] === "1"];
  return forPrivate === forPublic ? mapPublicIpOnLaunch : forPublic;
}

/** EKS names no mode for clusters that are older than the choice. */
const authenticationMode = (mode: string | undefined): AuthenticationMode =>
  mode === "API" || mode === "API_AND_CONFIG_MAP" ? mode : "CONFIG_MAP";

function noSuchCluster(name: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const missing = /couldn't find resource|ResourceNotFoundException|No cluster found/i.test(message);
  return new pulumi.RunError(
    missing
      ? `clusterName: there is no EKS cluster "${name}" in this account and region`
      : `clusterName: EKS cluster "${name}" cannot be looked up: ${message.split("\n")[0] ?? message}`,
  );
}

export interface ClusterArgs {
  readonly name: string;
  /** Kubernetes version, such as "1.34". @default EKS's newest */
  readonly version?: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** Subnets for nodes and control plane, which needs two zones. */
  readonly privateSubnetIds: readonly string[];
  /** @default none */
  readonly publicSubnetIds?: readonly string[];
  /** Of the addresses that pods get; for ipv6 the subnets must have such. @default "ipv4" */
  readonly ipFamily?: IpFamily;
  /** @default "API" */
  readonly authenticationMode?: Exclude<AuthenticationMode, "CONFIG_MAP">;
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** A new cluster without nodes of its own, with the OIDC provider that its service accounts' roles need. */
export class Cluster extends pulumi.ComponentResource {
  readonly facts: ClusterFacts;
  readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:Cluster", name, args, opts);
    const { authenticationMode: mode = "API", privateSubnetIds, publicSubnetIds = [] } = args;

    const cluster = new eks.Cluster(
      name,
      {
        name: args.name,
        version: args.version,
        vpcId: args.vpcId,
        privateSubnetIds: [...privateSubnetIds],
        publicSubnetIds: [...publicSubnetIds],
        authenticationMode: mode,
        ipFamily: args.ipFamily,
        createOidcProvider: true,
        skipDefaultNodeGroup: true,
        // Else `clusterSecurityGroupId` is a group of the component's own, in which nodes could not reach each other.
        skipDefaultSecurityGroups: true,
        tags: args.tags,
      },
      { parent: this },
    );

    this.kubeconfig = pulumi.secret(cluster.kubeconfigJson);
    this.facts = {
      name: cluster.eksCluster.name,
      endpoint: cluster.eksCluster.endpoint,
      oidcIssuer: cluster.oidcProviderUrl,
      oidcProviderArn: cluster.oidcProviderArn,
      authenticationMode: mode,
      privateSubnetIds,
      publicSubnetIds,
      securityGroupId: cluster.clusterSecurityGroupId,
      vpcId: args.vpcId,
      ipFamily: args.ipFamily,
    };
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }
}
