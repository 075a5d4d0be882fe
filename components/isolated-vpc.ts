/** Clusters whose VPC has no way to the internet: AWS is reached by VPC endpoints, or not at all. */
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterFacts } from "./cluster";
import type { ImageArgs } from "./controller-image";
import type { Problem } from "./problem";
import { problem } from "./problem";
import { VpcEndpoints } from "./vpc-endpoints";
import type { VpcEndpointsArgs, VpcEndpointsSettings } from "./vpc-endpoints";

export interface IsolatedVpcArgs {
  /**
   * Whether the VPC has no way to the internet. The controller then asks neither for prices, which it has with it, nor
   * IAM: classes get the stack's own instance profile. Needs an image that can be reached: `controller.image` or
   * `controller.imageMirror`.
   * @default false
   */
  readonly isolatedVpc?: boolean;
  /** Whether the VPC gets the endpoints that this takes. @default false: they are there */
  readonly vpcEndpoints?: boolean | VpcEndpointsSettings;
}

type Surroundings = IsolatedVpcArgs & {
  readonly cluster: Pick<ClusterFacts, "privateSubnetIds" | "vpcId">;
};

export function isolatedVpcProblems({
  isolatedVpc = false,
  vpcEndpoints = false,
  cluster,
  controller = {},
}: Surroundings & { readonly controller?: ImageArgs }): readonly Problem[] {
  const { image, imageMirror } = controller;
  const nowhere = vpcEndpoints !== false && endpointSubnets(vpcEndpoints, cluster).length === 0;
  return [
    ...problem(
      "image",
      "is required in an isolated VPC, which does not reach Docker Hub; or controller.imageMirror",
      isolatedVpc && image === undefined && imageMirror === undefined,
    ),
    ...problem("cluster.vpcId", "is required for vpcEndpoints", vpcEndpoints !== false && cluster.vpcId === undefined),
    ...problem("vpcEndpoints.subnetIds", "must not be empty, and the cluster has no private subnets", nowhere),
  ];
}

type Endpoints = Exclude<IsolatedVpcArgs["vpcEndpoints"], false | undefined>;

const endpointSubnets = (endpoints: Endpoints, cluster: Surroundings["cluster"]): readonly string[] =>
  (endpoints === true ? undefined : endpoints.subnetIds) ?? cluster.privateSubnetIds;

/** The endpoints that are asked for. */
export function vpcEndpointsOf(
  name: string,
  { cluster, vpcEndpoints = false, tags }: Surroundings & Pick<VpcEndpointsArgs, "tags">,
  opts: pulumi.ComponentResourceOptions,
): readonly VpcEndpoints[] {
  const { vpcId } = cluster;
  // Without the VPC nothing comes so far: `isolatedVpcProblems` refuses it.
  if (vpcEndpoints === false || vpcId === undefined) return [];
  const settings = vpcEndpoints === true ? {} : vpcEndpoints;
  const subnetIds = endpointSubnets(vpcEndpoints, cluster);
  return [new VpcEndpoints(name, { ...settings, vpcId, subnetIds, tags }, opts)];
}
