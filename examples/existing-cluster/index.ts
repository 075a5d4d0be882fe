/**
 * A program of one's own: Karpenter on a cluster that is there, with pools from a dictionary and one made by itself.
 */
import * as pulumi from "@pulumi/pulumi";
import { EC2NodeClass, Karpenter, lookUpCluster, NodePool } from "pulumi-karpenter";

async function install(): Promise<Karpenter> {
  const cluster = await lookUpCluster(new pulumi.Config().require("clusterName"));
  const karpenter = new Karpenter("karpenter", {
    cluster,
    nodePools: {
      default: {
        requirements: [
          { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
          { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["4"] },
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot", "on-demand"] },
        ],
        limits: { cpu: "200", memory: "800Gi" },
        disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "30s" },
      },
    },
  });

  // In Karpenter's own words, for what the dictionary does not say.
  const discovery = { tags: { "karpenter.sh/discovery": karpenter.clusterName } };
  const arm = new EC2NodeClass(
    "arm",
    {
      spec: {
        role: karpenter.nodeRoleName,
        amiSelectorTerms: [{ alias: "bottlerocket@latest" }],
        subnetSelectorTerms: [discovery],
        securityGroupSelectorTerms: [discovery],
        metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      },
    },
    { dependsOn: karpenter.ready },
  );
  new NodePool(
    "arm",
    {
      spec: {
        template: {
          metadata: { labels: { team: "builds" } },
          spec: {
            nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: arm.name },
            requirements: [{ key: "kubernetes.io/arch", operator: "In", values: ["arm64"] }],
            taints: [{ key: "arch", value: "arm64", effect: "NoSchedule" }],
            expireAfter: "72h",
          },
        },
        limits: { cpu: "64" },
      },
    },
    { dependsOn: karpenter.ready },
  );
  return karpenter;
}

const karpenter = install();
export const nodeRoleArn = karpenter.then((made) => made.nodeRoleArn);
export const queueName = karpenter.then((made) => made.queueName);
