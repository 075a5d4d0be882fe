import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { controllerLabels } from "../controller/contract/names";
import type { IamSettings } from "./iam-settings";
import { trustService } from "./policy-document";

export interface FargateProfileArgs extends IamSettings {
  readonly clusterName: pulumi.Input<string>;
  /** Private subnets: Fargate takes no others. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** @default "kube-system" */
  readonly namespace?: pulumi.Input<string>;
  /**
   * Labels of the pods that go to Fargate, one set for each kind of pod.
   * @default the controller's
   */
  readonly podLabels?: readonly Readonly<Record<string, string>>[];
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Where the controller itself runs, so that it never depends on its own nodes. */
export class FargateProfile extends pulumi.ComponentResource {
  readonly profileName: pulumi.Output<string>;
  readonly podExecutionRoleArn: pulumi.Output<string>;

  constructor(name: string, args: FargateProfileArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:FargateProfile", name, args, opts);
    const { clusterName, subnetIds, namespace = "kube-system", permissionsBoundary, path, tags = {} } = args;
    const podLabels = args.podLabels ?? [controllerLabels];
    const { partition } = aws.getPartitionOutput({}, { parent: this });

    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: trustService("eks-fargate-pods.amazonaws.com"), permissionsBoundary, path, tags },
      { parent: this },
    );
    const execution = new aws.iam.RolePolicyAttachment(
      name,
      {
        role: role.name,
        policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy`,
      },
      { parent: this },
    );
    const profile = new aws.eks.FargateProfile(
      name,
      {
        clusterName,
        podExecutionRoleArn: role.arn,
        subnetIds,
        selectors: podLabels.map((labels) => ({ namespace, labels: { ...labels } })),
        tags,
      },
      { parent: this, dependsOn: [execution] },
    );

    this.profileName = profile.fargateProfileName;
    this.podExecutionRoleArn = role.arn;
    this.registerOutputs({ profileName: this.profileName, podExecutionRoleArn: this.podExecutionRoleArn });
  }
}
