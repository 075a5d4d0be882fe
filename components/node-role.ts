import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nodeRoleName } from "../controller/contract/names";
import { AwsAuthMapping } from "./aws-auth-mapping";
import type { AuthenticationMode } from "./cluster";
import type { IamSettings } from "./iam-settings";
import type { IpFamily } from "./network-plugin";
import { grantNetworkPlugin } from "./network-plugin";
import { trustService } from "./policy-document";

export interface NodeRoleArgs extends IamSettings {
  readonly clusterName: pulumi.Input<string>;
  /** Decides how nodes are let in: `CONFIG_MAP` needs a line in aws-auth, the others an access entry. */
  readonly authenticationMode: AuthenticationMode;
  /** Of the cluster's pods. @default "ipv4" */
  readonly ipFamily?: IpFamily;
  /** How to reach the cluster's API, where aws-auth is to be written. @default the ambient kubeconfig */
  readonly kubeconfig?: pulumi.Input<string>;
  /** What the role and its profile are named after. @default the cluster */
  readonly namedAfter?: pulumi.Input<string>;
  /** @default KarpenterNodeRole-<cluster> */
  readonly roleName?: pulumi.Input<string>;
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html */
const managedPolicies = [
  "AmazonEKSWorkerNodePolicy",
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonSSMManagedInstanceCore",
] as const;

/** What the machines may do, and their way into the cluster. */
export class NodeRole extends pulumi.ComponentResource {
  readonly roleName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  readonly instanceProfileName: pulumi.Output<string>;

  constructor(name: string, args: NodeRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:NodeRole", name, args, opts);
    const { clusterName, permissionsBoundary, path, tags = {} } = args;
    const roleName = args.roleName ?? pulumi.output(args.namedAfter ?? clusterName).apply(nodeRoleName);
    const { partition, dnsSuffix } = aws.getPartitionOutput({}, { parent: this });

    const role = new aws.iam.Role(
      name,
      {
        name: roleName,
        assumeRolePolicy: dnsSuffix.apply((suffix) => trustService(`ec2.${suffix}`)),
        permissionsBoundary,
        path,
        tags,
      },
      { parent: this },
    );
    for (const policy of managedPolicies) {
      const policyArn = pulumi.interpolate`arn:${partition}:iam::aws:policy/${policy}`;
      new aws.iam.RolePolicyAttachment(`${name}-${policy}`, { role: role.name, policyArn }, { parent: this });
    }
    grantNetworkPlugin(name, { role: role.name, ipFamily: args.ipFamily }, { parent: this });
    const profile = new aws.iam.InstanceProfile(
      name,
      { name: roleName, role: role.name, path, tags },
      { parent: this },
    );

    if (args.authenticationMode === "CONFIG_MAP") {
      new AwsAuthMapping(name, { kubeconfig: args.kubeconfig, roleArn: role.arn }, { parent: this });
    } else {
      new aws.eks.AccessEntry(name, { clusterName, principalArn: role.arn, type: "EC2_LINUX" }, { parent: this });
    }

    this.roleName = role.name;
    this.roleArn = role.arn;
    this.instanceProfileName = profile.name;
    this.registerOutputs({
      roleName: this.roleName,
      roleArn: this.roleArn,
      instanceProfileName: this.instanceProfileName,
    });
  }
}
