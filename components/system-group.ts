import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { systemNodes } from "../controller/contract/names";
import type { IamSettings } from "./iam-settings";
import type { IpFamily } from "./network-plugin";
import { grantNetworkPlugin } from "./network-plugin";
import { defaultGroupSize, isArm } from "./placement";
import { trustService } from "./policy-document";

export interface SystemGroupArgs extends IamSettings {
  readonly clusterName: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** How many nodes: no fewer than the controller has replicas. @default 2 */
  readonly size?: number;
  /** All of one architecture; EKS takes the first that is to be had. @default m5.large */
  readonly instanceTypes?: readonly string[];
  /** Of the cluster's pods. @default "ipv4" */
  readonly ipFamily?: IpFamily;
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * Less than nodes of pools have: nobody needs to open a session there.
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
 */
const managedPolicies = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"] as const;

/**
 * A small managed node group for the controller, which must not depend on nodes of its own. Its nodes have the label
 * `karpenter.sh/controller` and the taint `CriticalAddonsOnly`, which CoreDNS tolerates as well. EKS lets them in and
 * drains them when the group goes.
 */
export class SystemGroup extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: SystemGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:SystemGroup", name, args, opts);
    const { clusterName, subnetIds, size = defaultGroupSize, instanceTypes = ["m5.large"], tags = {} } = args;
    const { permissionsBoundary, path } = args;
    const { partition, dnsSuffix } = aws.getPartitionOutput({}, { parent: this });

    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: dnsSuffix.apply((suffix) => trustService(`ec2.${suffix}`)), permissionsBoundary, path, tags },
      { parent: this },
    );
    const granted = managedPolicies.map((policy) => {
      const policyArn = pulumi.interpolate`arn:${partition}:iam::aws:policy/${policy}`;
      return new aws.iam.RolePolicyAttachment(`${name}-${policy}`, { role: role.name, policyArn }, { parent: this });
    });
    const network = grantNetworkPlugin(name, { role: role.name, ipFamily: args.ipFamily }, { parent: this });
    const group = new aws.eks.NodeGroup(
      name,
      {
        clusterName,
        nodeRoleArn: role.arn,
        subnetIds,
        instanceTypes: [...instanceTypes],
        amiType: instanceTypes.some(isArm) ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD",
        scalingConfig: { desiredSize: size, minSize: size, maxSize: size },
        labels: { [systemNodes.label.key]: systemNodes.label.value },
        taints: [{ ...systemNodes.taint, effect: "NO_SCHEDULE" }],
        tags,
      },
      // Without these its nodes could neither join nor leave.
      { parent: this, dependsOn: [...granted, network] },
    );

    this.groupName = group.nodeGroupName;
    this.roleArn = role.arn;
    this.registerOutputs({ groupName: this.groupName, roleArn: this.roleArn });
  }
}
