import {
  DescribeClusterCommand,
  EKSClient,
  type Cluster,
  type KubernetesNetworkConfigResponse,
} from "@aws-sdk/client-eks";
import { clientConfig, type AwsConnection } from "./aws-connection";

/** What a machine must know of its cluster to join it. */
export interface ClusterFacts {
  readonly endpoint: string;
  /** PEM, in base64. */
  readonly certificateAuthority: string;
  /** Kubernetes major.minor. */
  readonly version: string;
  /** The service network: IPv4 where there is one. */
  readonly serviceCidr?: string;
  readonly ipv6: boolean;
}

export interface EksApi {
  /** @throws what EKS says when there is no such cluster. */
  cluster(name: string): Promise<ClusterFacts>;
}

export function eksApi(connection: AwsConnection): EksApi {
  const client = new EKSClient(clientConfig(connection));
  return {
    cluster: async (name) => {
      const { cluster } = await client.send(new DescribeClusterCommand({ name }));
      return factsOf(cluster ?? {});
    },
  };
}

const factsOf = ({
  endpoint = "",
  certificateAuthority,
  version = "",
  kubernetesNetworkConfig,
}: Cluster): ClusterFacts => ({
  ...{ endpoint, version },
  certificateAuthority: certificateAuthority?.data ?? "",
  ...networkOf(kubernetesNetworkConfig),
});

function networkOf({ serviceIpv4Cidr, serviceIpv6Cidr, ipFamily }: KubernetesNetworkConfigResponse = {}) {
  const serviceCidr = serviceIpv4Cidr ?? serviceIpv6Cidr;
  return { ipv6: ipFamily === "ipv6", ...(serviceCidr !== undefined && { serviceCidr }) };
}
