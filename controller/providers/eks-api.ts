import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
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
      const { cluster = {} } = await client.send(new DescribeClusterCommand({ name }));
      const network = cluster.kubernetesNetworkConfig;
      const serviceCidr = network?.serviceIpv4Cidr ?? network?.serviceIpv6Cidr;
      return {
        endpoint: cluster.endpoint ?? "",
        certificateAuthority: cluster.certificateAuthority?.data ?? "",
        version: cluster.version ?? "",
        ipv6: network?.ipFamily === "ipv6",
        ...(serviceCidr !== undefined && { serviceCidr }),
      };
    },
  };
}
