/** The stack: reads its configuration, makes one Karpenter, and says where it is. */
import * as pulumi from "@pulumi/pulumi";
import { Karpenter } from "./components";
import { clusterOf, plainly, readStackConfig } from "./components/stack-config";

const stack = plainly(async () => {
  const config = readStackConfig(new pulumi.Config());
  const { cluster, kubeconfig } = await clusterOf(config);
  return { karpenter: new Karpenter("karpenter", { ...config.karpenter, cluster, kubeconfig }), kubeconfig };
});

export const clusterName = stack.then(({ karpenter }) => karpenter.clusterName);
export const namespace = stack.then(({ karpenter }) => karpenter.namespace);
export const nodeRoleName = stack.then(({ karpenter }) => karpenter.nodeRoleName);
export const controllerRoleArn = stack.then(({ karpenter }) => karpenter.controllerRoleArn);
export const interruptionQueue = stack.then(({ karpenter }) => karpenter.queueName);
/** What each pool can launch, and what that may cost. */
export const pools = stack.then(({ karpenter }) => karpenter.pools);
export const kubeconfig = stack.then((made) => made.kubeconfig ?? "ambient");
