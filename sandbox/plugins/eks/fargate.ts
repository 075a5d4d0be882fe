import * as aws from "@pulumi/aws";
import type { ClusterArgs } from "@pulumi/eks/cluster";
import * as pulumi from "@pulumi/pulumi";

interface FargateNeeds {
  readonly args: ClusterArgs;
  readonly cluster: aws.eks.Cluster;
  readonly subnetIds: pulumi.Output<string[]>;
  readonly parent: pulumi.Resource;
}

type Profile = Exclude<pulumi.UnwrappedObject<Pick<ClusterArgs, "fargate">>["fargate"], boolean | undefined>;

/**
 * The profile that `fargate` asks for: `true`, or what it should select. By default it takes default and kube-system.
 */
export function fargateProfile(name: string, needs: FargateNeeds): aws.eks.FargateProfile | undefined {
  const { args, cluster, parent } = needs;
  if (!args.fargate) return undefined;

  // Whatever of the profile comes from elsewhere is known only later; that there is one is known now.
  const profile = pulumi
    .output(args.fargate)
    .apply((given): Partial<Profile> => (typeof given === "object" ? given : {}));
  const roleArn =
    typeof args.fargate === "object" && "podExecutionRoleArn" in args.fargate
      ? args.fargate.podExecutionRoleArn
      : undefined;
  const subnets = pulumi.all([profile, args.privateSubnetIds, needs.subnetIds]);
  return new aws.eks.FargateProfile(
    `${name}-fargateProfile`,
    {
      clusterName: cluster.name,
      podExecutionRoleArn: roleArn ?? executionRole(name, needs).arn,
      selectors: profile.apply(
        ({ selectors }) => selectors ?? [{ namespace: "default" }, { namespace: "kube-system" }],
      ),
      subnetIds: subnets.apply(([given, own, all]) => given.subnetIds ?? own ?? all),
      tags: args.tags,
    },
    { parent },
  );
}

function executionRole(name: string, { args, parent }: FargateNeeds): aws.iam.Role {
  const role = new aws.iam.Role(
    `${name}-podExecutionRole-role`,
    {
      assumeRolePolicy: {
        Version: "2012-10-17",
        Statement: [
          { Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "eks-fargate-pods.amazonaws.com" } },
        ],
      },
      tags: args.tags,
    },
    { parent },
  );
  const { partition } = aws.getPartitionOutput({}, { parent });
  const policyArn = pulumi.interpolate`arn:${partition}:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy`;
  new aws.iam.RolePolicyAttachment(`${name}-podExecutionRole`, { role: role.name, policyArn }, { parent });
  return role;
}
