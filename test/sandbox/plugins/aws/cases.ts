import { type Case, made, otherTags, tags, trust, type World } from "./case";
import { clusters } from "./cluster-cases";
import { network } from "./network-cases";

const allow = (...actions: readonly string[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] });
const workerPolicy = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy";
const role = (world: World, service = "ec2.amazonaws.com"): Promise<string> =>
  made(world, "aws:iam/role:Role", { assumeRolePolicy: trust(service) });
const queue = (world: World): Promise<string> => made(world, "aws:sqs/queue:Queue", {});
const rule = (world: World): Promise<string> =>
  made(world, "aws:cloudwatch/eventRule:EventRule", { eventPattern: JSON.stringify({ source: ["aws.ec2"] }) });

const cloudwatch: Record<string, Case> = {
  "aws:cloudwatch/eventRule:EventRule": {
    inputs: () => ({ eventPattern: JSON.stringify({ source: ["aws.ec2"] }), description: "one", tags }),
    change: { eventPattern: JSON.stringify({ source: ["aws.health"] }), description: "two", tags: otherTags },
    output: "arn",
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    inputs: async (world) => ({ rule: await rule(world), arn: `arn:aws:sqs:us-east-1:123456789012:one` }),
    change: { arn: "arn:aws:sqs:us-east-1:123456789012:two" },
    output: "targetId",
  },
};

const identity: Record<string, Case> = {
  "aws:iam/role:Role": {
    inputs: () => ({
      assumeRolePolicy: trust("ec2.amazonaws.com"),
      managedPolicyArns: [workerPolicy],
      inlinePolicies: [{ name: "inline", policy: allow("ec2:DescribeSubnets") }],
      path: "/team/",
      permissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess",
      tags,
    }),
    change: {
      assumeRolePolicy: trust("eks.amazonaws.com"),
      description: "changed",
      maxSessionDuration: 7200,
      managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"],
      inlinePolicies: [{ name: "inline", policy: allow("ec2:DescribeVpcs") }],
      permissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess",
      tags: otherTags,
    },
    output: "uniqueId",
  },
  "aws:iam/rolePolicy:RolePolicy": {
    inputs: async (world) => ({ role: await role(world), policy: allow("ec2:RunInstances") }),
    change: { policy: allow("ec2:CreateFleet") },
    output: "name",
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    inputs: async (world) => ({ role: await role(world), policyArn: workerPolicy }),
    output: "policyArn",
  },
  "aws:iam/policy:Policy": {
    inputs: () => ({ policy: allow("ec2:RunInstances"), description: "one", tags }),
    change: { policy: allow("ec2:CreateFleet"), tags: otherTags },
    output: "policyId",
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    inputs: async (world) => ({ role: await role(world), tags }),
    change: { tags: otherTags },
    output: "arn",
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    inputs: () => ({ url: "https://oidc.example.com/id/1", clientIdLists: ["sts.amazonaws.com"], tags }),
    change: { tags: otherTags },
    output: "arn",
  },
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": {
    inputs: () => ({ awsServiceName: "spot.amazonaws.com", description: "one" }),
    change: { description: "two" },
    output: "name",
  },
};

const queues: Record<string, Case> = {
  "aws:sqs/queue:Queue": {
    inputs: () => ({ messageRetentionSeconds: 300, sqsManagedSseEnabled: true, tags }),
    change: { messageRetentionSeconds: 600, visibilityTimeoutSeconds: 60, tags: otherTags },
    output: "arn",
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    inputs: async (world) => ({ queueUrl: await queue(world), policy: allow("sqs:SendMessage") }),
    change: { policy: allow("sqs:ReceiveMessage") },
    output: "queueUrl",
  },
};

export const cases: Readonly<Record<string, Case>> = { ...cloudwatch, ...network, ...identity, ...queues, ...clusters };
