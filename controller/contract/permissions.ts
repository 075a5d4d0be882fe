/**
 * What the controller may do in an AWS account: the statements of its six policies, as upstream publishes them, so that
 * what is written about those policies is true of ours.
 *
 * @see https://karpenter.sh/docs/reference/cloudformation/#controller-authorization
 */
import { clusterTag, owned, tags } from "./tags";

/** Where a policy applies. */
export interface PolicyScope {
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly cluster: string;
  readonly nodeRoleArn: string;
  /** Without it the controller reads no queue. */
  readonly queueArn?: string | undefined;
}

export interface Statement {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Operator → condition key → value or values. */
  readonly conditions?: Conditions;
}
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Policy name, without the cluster → its statements. None where the scope leaves nothing to allow. */
export const controllerPolicies: Readonly<Record<string, (scope: PolicyScope) => readonly Statement[]>> = {
  KarpenterControllerNodeLifecyclePolicy: nodeLifecycle,
  KarpenterControllerIAMIntegrationPolicy: iamIntegration,
  KarpenterControllerEKSIntegrationPolicy: eksIntegration,
  KarpenterControllerInterruptionPolicy: interruption,
  KarpenterControllerZonalShiftPolicy: zonalShift,
  KarpenterControllerResourceDiscoveryPolicy: resourceDiscovery,
};

const resourceTag = (key: string): string => `aws:ResourceTag/${key}`;
const requestTag = (key: string): string => `aws:RequestTag/${key}`;

const launch = ["ec2:RunInstances", "ec2:CreateFleet"] as const;
const launchWithTemplate = [...launch, "ec2:CreateLaunchTemplate"] as const;

function nodeLifecycle({ partition, region, cluster }: PolicyScope): readonly Statement[] {
  const ec2 = `arn:${partition}:ec2:${region}`;
  const made = ["fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request"].map(
    (kind) => `${ec2}:*:${kind}/*`,
  );
  const used = ["security-group", "subnet", "capacity-reservation", "placement-group"].map((k) => `${ec2}:*:${k}/*`);
  const ofOurPools = {
    StringEquals: { [resourceTag(clusterTag(cluster))]: owned },
    StringLike: { [resourceTag(tags.nodePool)]: "*" },
  };
  const taggedOurs = { [requestTag(clusterTag(cluster))]: owned, [requestTag(tags.clusterName)]: cluster };
  const withAPool = { [requestTag(tags.nodePool)]: "*" };
  return [
    {
      sid: "AllowScopedEC2InstanceAccessActions",
      actions: launch,
      resources: [`${ec2}::image/*`, `${ec2}::snapshot/*`, ...used],
    },
    {
      sid: "AllowScopedEC2LaunchTemplateAccessActions",
      actions: launch,
      resources: [`${ec2}:*:launch-template/*`],
      conditions: ofOurPools,
    },
    {
      sid: "AllowScopedEC2InstanceActionsWithTags",
      actions: launchWithTemplate,
      resources: made,
      conditions: { StringEquals: taggedOurs, StringLike: withAPool },
    },
    {
      sid: "AllowScopedResourceCreationTagging",
      actions: ["ec2:CreateTags"],
      resources: made,
      conditions: {
        StringEquals: { ...taggedOurs, "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"] },
        StringLike: withAPool,
      },
    },
    {
      sid: "AllowScopedResourceTagging",
      actions: ["ec2:CreateTags"],
      resources: [`${ec2}:*:instance/*`],
      conditions: {
        ...ofOurPools,
        StringEqualsIfExists: { [requestTag(tags.clusterName)]: cluster },
        "ForAllValues:StringEquals": { "aws:TagKeys": [tags.clusterName, tags.nodeClaim, tags.name] },
      },
    },
    {
      sid: "AllowScopedDeletion",
      actions: ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
      resources: [`${ec2}:*:instance/*`, `${ec2}:*:launch-template/*`],
      conditions: ofOurPools,
    },
  ];
}

function iamIntegration({ partition, region, account, cluster, nodeRoleArn }: PolicyScope): readonly Statement[] {
  const resources = [`arn:${partition}:iam::${account}:instance-profile/*`];
  const isOurs = { [resourceTag(clusterTag(cluster))]: owned, [resourceTag(tags.region)]: region };
  const becomesOurs = {
    [requestTag(clusterTag(cluster))]: owned,
    [requestTag(tags.clusterName)]: cluster,
    [requestTag(tags.region)]: region,
  };
  const hasClass = { [resourceTag(tags.nodeClass)]: "*" };
  const getsClass = { [requestTag(tags.nodeClass)]: "*" };
  return [
    {
      sid: "AllowPassingInstanceRole",
      actions: ["iam:PassRole"],
      resources: [nodeRoleArn],
      conditions: { StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"] } },
    },
    {
      sid: "AllowScopedInstanceProfileCreationActions",
      actions: ["iam:CreateInstanceProfile"],
      resources,
      conditions: { StringEquals: becomesOurs, StringLike: getsClass },
    },
    {
      sid: "AllowScopedInstanceProfileTagActions",
      actions: ["iam:TagInstanceProfile"],
      resources,
      conditions: { StringEquals: { ...isOurs, ...becomesOurs }, StringLike: { ...hasClass, ...getsClass } },
    },
    {
      sid: "AllowScopedInstanceProfileActions",
      actions: ["iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"],
      resources,
      conditions: { StringEquals: isOurs, StringLike: hasClass },
    },
  ];
}

/** What EKS calls the cluster. */
export const clusterArn = ({ partition, region, account, cluster }: Omit<PolicyScope, "nodeRoleArn">): string =>
  `arn:${partition}:eks:${region}:${account}:cluster/${cluster}`;

function eksIntegration(scope: PolicyScope): readonly Statement[] {
  return [{ sid: "AllowAPIServerEndpointDiscovery", actions: ["eks:DescribeCluster"], resources: [clusterArn(scope)] }];
}

function interruption({ queueArn }: PolicyScope): readonly Statement[] {
  if (queueArn === undefined) return [];
  return [
    {
      sid: "AllowInterruptionQueueActions",
      actions: ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
      resources: [queueArn],
    },
  ];
}

function zonalShift(scope: PolicyScope): readonly Statement[] {
  return [
    {
      sid: "AllowZonalShiftStatusReadOnly",
      actions: ["arc-zonal-shift:GetManagedResource"],
      resources: ["*"],
      conditions: { StringEquals: { "arc-zonal-shift:ResourceIdentifier": clusterArn(scope) } },
    },
  ];
}

function resourceDiscovery({ partition, region, account }: PolicyScope): readonly Statement[] {
  return [
    {
      sid: "AllowRegionalReadActions",
      actions: [
        "ec2:DescribeCapacityReservations",
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribePlacementGroups",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSpotPriceHistory",
        "ec2:DescribeSubnets",
      ],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      sid: "AllowSSMReadActions",
      actions: ["ssm:GetParameter"],
      resources: [`arn:${partition}:ssm:${region}::parameter/aws/service/*`],
    },
    { sid: "AllowPricingReadActions", actions: ["pricing:GetProducts"], resources: ["*"] },
    { sid: "AllowUnscopedInstanceProfileListAction", actions: ["iam:ListInstanceProfiles"], resources: ["*"] },
    {
      sid: "AllowInstanceProfileReadActions",
      actions: ["iam:GetInstanceProfile"],
      resources: [`arn:${partition}:iam::${account}:instance-profile/*`],
    },
  ];
}
