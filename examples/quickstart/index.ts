import * as pulumi from "@pulumi/pulumi";
import { Karpenter, lookUpCluster } from "pulumi-karpenter";

const karpenter = lookUpCluster(new pulumi.Config().require("clusterName")).then(
  (cluster) =>
    new Karpenter("karpenter", {
      cluster,
      nodePools: { default: { limits: { cpu: "100" } } },
    }),
);
export const nodeRoleName = karpenter.then((made) => made.nodeRoleName);
