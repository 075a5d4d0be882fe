import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface VpcEndpointsSettings {
  /** Of nodes and pods; in one zone no more than one. @default the cluster's private subnets */
  readonly subnetIds?: readonly string[];
  /** By which those subnets find S3, where ECR keeps the layers of images. @default all of the VPC's */
  readonly routeTableIds?: readonly string[];
  /** @default ec2, ecr.api, ecr.dkr, eks, eks-auth, sqs, ssm, sts */
  readonly services?: readonly string[];
}

export interface VpcEndpointsArgs extends VpcEndpointsSettings {
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: readonly string[];
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * What the controller and its nodes call: machines, images, the cluster and its pod identities, warnings of
 * interruptions, AMIs, and tokens of service accounts. IAM and pricing have no endpoints.
 * @see https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
 */
const neededServices = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sqs", "ssm", "sts"] as const;

/**
 * Ways to AWS out of a VPC that has no way to the internet. A VPC has at most one endpoint of a service under the
 * service's own name: leave out by `services` what is there. In China some services have names of another form; make
 * those endpoints by yourself.
 */
export class VpcEndpoints extends pulumi.ComponentResource {
  readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: VpcEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:VpcEndpoints", name, args, opts);
    const { vpcId, subnetIds, services = neededServices, tags = {} } = args;
    const own = { parent: this };
    const { region } = aws.getRegionOutput({}, own);
    const routeTableIds = args.routeTableIds ?? aws.ec2.getRouteTablesOutput({ vpcId }, own).ids;
    const { cidrBlockAssociations } = aws.ec2.getVpcOutput({ id: vpcId }, own);
    const cidrBlocks = cidrBlockAssociations.apply((blocks) => blocks.map(({ cidrBlock }) => cidrBlock));

    const group = new aws.ec2.SecurityGroup(
      name,
      {
        vpcId,
        description: "HTTPS from the VPC to AWS services",
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks }],
        tags,
      },
      own,
    );
    for (const service of services) {
      new aws.ec2.VpcEndpoint(
        `${name}-${service}`,
        {
          vpcId,
          serviceName: pulumi.interpolate`com.amazonaws.${region}.${service}`,
          vpcEndpointType: "Interface",
          subnetIds: [...subnetIds],
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
          tags,
        },
        own,
      );
    }
    new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId,
        serviceName: pulumi.interpolate`com.amazonaws.${region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: pulumi.output(routeTableIds).apply((ids) => [...ids]),
        tags,
      },
      own,
    );

    this.securityGroupId = group.id;
    this.registerOutputs({ securityGroupId: this.securityGroupId });
  }
}
