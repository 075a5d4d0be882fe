import { parse, stringify } from "yaml";
import { NodeClassNotReadyError } from "../ports/errors";
import { joined } from "./kubelet-arguments";
import { isMime, mimeDocument, mimeParts, type Part } from "./mime";
import type { Boot } from "./boot";

const NODE_CONFIG = "application/node.eks.aws";

/**
 * Amazon Linux 2023: a NodeConfig for nodeadm, after whatever the user wrote.
 * https://awslabs.github.io/amazon-eks-ami/nodeadm/
 */
export const al2023 = (boot: Boot): string =>
  mimeDocument([...customParts(boot.custom), { contentType: NODE_CONFIG, content: stringify(nodeConfig(boot)) }]);

function nodeConfig(boot: Boot): object {
  const { cluster, clusterName, kubelet, maxPods, clusterDns } = boot;
  if (cluster.serviceCidr === undefined) {
    throw new NodeClassNotReadyError(`cluster ${clusterName} reports no service network, which AL2023 needs to join`);
  }
  const clusterDNS = kubelet.clusterDNS ?? (clusterDns === undefined ? undefined : [clusterDns]);
  return {
    apiVersion: "node.eks.aws/v1alpha1",
    kind: "NodeConfig",
    metadata: {},
    spec: {
      cluster: {
        name: clusterName,
        apiServerEndpoint: cluster.endpoint,
        certificateAuthority: cluster.certificateAuthority,
        cidr: cluster.serviceCidr,
      },
      kubelet: {
        config: { ...kubelet, maxPods, ...(clusterDNS && { clusterDNS }), registerWithTaints: boot.taints },
        flags: [`--node-labels="${joined(boot.labels, "=")}"`],
      },
      ...(boot.raid0 && { instance: { localStorage: { strategy: "RAID0" } } }),
    },
  };
}

/** MIME as it is, a NodeConfig as such, anything else as a shell script. */
function customParts(custom: string): readonly Part[] {
  if (custom.trim() === "") return [];
  if (isMime(custom)) return mimeParts(custom);
  return [
    { contentType: isNodeConfig(custom) ? NODE_CONFIG : 'text/x-shellscript; charset="us-ascii"', content: custom },
  ];
}

function isNodeConfig(text: string): boolean {
  if (!/^\s*kind:\s*["']?NodeConfig\b/m.test(text)) return false;
  const document: unknown = parse(text);
  return typeof document === "object" && document !== null && "kind" in document && document.kind === "NodeConfig";
}
