import * as pulumi from "@pulumi/pulumi";
import type { ClusterFacts } from "./cluster";
import { controllerSettingsProblems } from "./controller-environment";
import type { KarpenterArgs } from "./karpenter-args";
import { nodePoolsProblems } from "./node-pools";
import type { Problem } from "./problem";

type KarpenterSettings = Pick<KarpenterArgs, "nodePools" | "controller" | "fargate"> & {
  readonly cluster: Pick<ClusterFacts, "name" | "privateSubnetIds" | "publicSubnetIds">;
};

/** Looked for before anything is created; the components look again when they are used by themselves. */
export function karpenterProblems(args: KarpenterSettings): readonly Problem[] {
  const { cluster, nodePools = {}, controller, fargate = true } = args;
  return [
    ...(fargate && cluster.privateSubnetIds.length === 0 ? [noPlaceOnFargate] : []),
    ...nodePoolsProblems({ nodePools, cluster, nodeRoleName: pulumi.output("") }),
    ...controllerSettingsProblems(controller?.settings ?? {}),
  ];
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html */
const noPlaceOnFargate: Problem = {
  path: "fargate",
  reason: "needs private subnets, of which the cluster has none; false lets the controller run on nodes",
};
