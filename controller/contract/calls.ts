/**
 * What the controller asks of AWS, and the permissions that each request takes: a request may touch several resources,
 * and be an action on each. Tests hold this table against the code that makes the requests, and against the policies.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */

/** Operation of an API → actions of IAM, its own first. */
export const calls = {
  AddRoleToInstanceProfile: ["iam:AddRoleToInstanceProfile", "iam:PassRole"],
  CreateFleet: ["ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"],
  CreateInstanceProfile: ["iam:CreateInstanceProfile", "iam:TagInstanceProfile"],
  CreateLaunchTemplate: ["ec2:CreateLaunchTemplate", "ec2:CreateTags"],
  CreateTags: ["ec2:CreateTags"],
  DeleteInstanceProfile: ["iam:DeleteInstanceProfile"],
  DeleteLaunchTemplate: ["ec2:DeleteLaunchTemplate"],
  DeleteMessage: ["sqs:DeleteMessage"],
  DescribeCapacityReservations: ["ec2:DescribeCapacityReservations"],
  DescribeCluster: ["eks:DescribeCluster"],
  DescribeImages: ["ec2:DescribeImages"],
  DescribeInstances: ["ec2:DescribeInstances"],
  DescribeInstanceTypeOfferings: ["ec2:DescribeInstanceTypeOfferings"],
  DescribeInstanceTypes: ["ec2:DescribeInstanceTypes"],
  DescribeLaunchTemplates: ["ec2:DescribeLaunchTemplates"],
  DescribeSecurityGroups: ["ec2:DescribeSecurityGroups"],
  DescribeSpotPriceHistory: ["ec2:DescribeSpotPriceHistory"],
  DescribeSubnets: ["ec2:DescribeSubnets"],
  GetInstanceProfile: ["iam:GetInstanceProfile"],
  GetParameter: ["ssm:GetParameter"],
  GetProducts: ["pricing:GetProducts"],
  GetQueueUrl: ["sqs:GetQueueUrl"],
  ListInstanceProfiles: ["iam:ListInstanceProfiles"],
  ReceiveMessage: ["sqs:ReceiveMessage"],
  RemoveRoleFromInstanceProfile: ["iam:RemoveRoleFromInstanceProfile"],
  RunInstances: ["ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"],
  TerminateInstances: ["ec2:TerminateInstances"],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;

/** Actions that the published policies allow, and ours with them, though no request takes them → why they stay. */
export const unused: Readonly<Record<string, string>> = {
  "arc-zonal-shift:GetManagedResource":
    "zonal shifts are not looked at; the policy says no more than whether one is on for this cluster",
  "ec2:DescribeInstanceStatus":
    "status checks are not looked at, and scheduled events come by the interruption queue; nothing can be changed by it",
  "ec2:DescribePlacementGroups": "placement groups are not looked up; nothing can be changed by it",
};
