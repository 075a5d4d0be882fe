import * as pulumi from "@pulumi/pulumi";
import { admissionProblems } from "./admission-problems";
import type { ClusterFacts } from "./cluster";
import { controllerOptionsProblems, unknownControllerOptions } from "./controller-options";
import { identityProblems } from "./identity";
import { isolatedVpcProblems } from "./isolated-vpc";
import type { KarpenterArgs } from "./karpenter-args";
import { nodePoolsProblems } from "./node-pools";
import { catalogArgsProblems } from "./pool-catalog";
import { placementOf, placementProblems } from "./placement";
import type { Problem } from "./problem";
import { surveyProblems } from "./survey";

type KarpenterSettings = Pick<
  KarpenterArgs,
  | "nodePools"
  | "catalog"
  | "controller"
  | "placement"
  | "fargate"
  | "isolatedVpc"
  | "vpcEndpoints"
  | "survey"
  | "identity"
  | "admission"
> & {
  readonly cluster: Pick<ClusterFacts, "name" | "privateSubnetIds" | "publicSubnetIds" | "vpcId"> &
    Partial<Pick<ClusterFacts, "oidcIssuer">>;
};

/** Looked for before anything is created; the components look again when they are used by themselves. */
export function karpenterProblems(args: KarpenterSettings): readonly Problem[] {
  const { cluster, nodePools = {}, catalog, controller = {}, isolatedVpc = false } = args;
  const later = pulumi.output("");
  const catalogProblems = catalogArgsProblems(catalog);
  const pools = {
    nodePools,
    cluster,
    catalog: catalogProblems.length === 0 ? catalog : { compare: false },
    nodeRoleName: later,
    instanceProfileName: isolatedVpc ? later : undefined,
  };
  return [
    ...placementProblems({ ...args, replicas: controller.replicas }),
    ...catalogProblems,
    ...nodePoolsProblems(pools),
    ...isolatedVpcProblems(args),
    ...controllerOptionsProblems(controller, placementOf(args)),
    ...unknownControllerOptions(controller),
    ...identityProblems(args.identity ?? {}, placementOf(args)),
    ...surveyProblems(args.survey),
    ...admissionProblems(args.admission, pools),
  ];
}
