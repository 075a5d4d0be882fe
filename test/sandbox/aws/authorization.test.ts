import assert from "node:assert/strict";
import {
  CreateLaunchTemplateCommand,
  CreateTagsCommand,
  DeleteLaunchTemplateCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { EKSClient, DescribeClusterCommand } from "@aws-sdk/client-eks";
import { AddRoleToInstanceProfileCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  GetInstanceProfileCommand,
  ListInstanceProfilesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { after, before, describe, it } from "mocha";
import { policyDocument } from "../../../components/policy-document";
import { controllerPolicies } from "#controller/contract/permissions";
import { type TestAccount, testAccount } from "./account";

const ours = {
  "kubernetes.io/cluster/demo": "owned",
  "eks:eks-cluster-name": "demo",
  "karpenter.sh/nodepool": "default",
};
const ofClass = {
  ...ours,
  "karpenter.k8s.aws/ec2nodeclass": "default",
  "topology.kubernetes.io/region": "us-east-1",
};
const tagList = (tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const unauthorized = { name: "UnauthorizedOperation" };
const denied = { name: /^AccessDenied/ };

describe("authorization in the sandbox's account", function () {
  this.timeout(120_000);
  let account: TestAccount;
  let ec2: EC2Client;
  let eks: EKSClient;
  let iam: IAMClient;
  let nodeRoleArn = "";

  before(async () => {
    account = await testAccount();
    const { aws } = account;
    nodeRoleArn = await role("nodes");
    const config = await actingAs("controller");
    [ec2, eks, iam] = [new EC2Client(config), new EKSClient(config), new IAMClient(config)];
    await aws.enforceIam();
  });
  after(() => account.stop());

  async function role(RoleName: string): Promise<string> {
    const Statement = [{ Effect: "Allow", Principal: { AWS: account.aws.accountId }, Action: "sts:AssumeRole" }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    const { Role } = await account.aws.clients.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    return Role?.Arn ?? "";
  }

  /** A client's configuration for a role with the controller's policies, or with what is left of them. */
  async function actingAs(RoleName: string, keeps: (resource: string) => boolean = () => true) {
    const { endpoint, region, accountId, clients, credentials: administrator } = account.aws;
    const RoleArn = await role(RoleName);
    const scope = { partition: "aws", region, account: accountId, cluster: "demo", nodeRoleArn };
    for (const [PolicyName, statementsFor] of Object.entries(controllerPolicies)) {
      const statements = statementsFor(scope).map((each) => ({ ...each, resources: each.resources.filter(keeps) }));
      if (statements.length === 0) continue;
      const PolicyDocument = policyDocument(statements);
      await clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    }
    const sts = new STSClient({ endpoint, region, credentials: administrator });
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "test" }));
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    return { endpoint, region, credentials };
  }

  const template = (name: string, tags: Readonly<Record<string, string>>): CreateLaunchTemplateCommand =>
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: name,
      LaunchTemplateData: { InstanceType: "m5.large" },
      TagSpecifications: [{ ResourceType: "launch-template", Tags: tagList(tags) }],
    });

  it("goes by resource: the policy's cluster, no other", async () => {
    await eks.send(new DescribeClusterCommand({ name: "demo" }));
    await assert.rejects(eks.send(new DescribeClusterCommand({ name: "other" })), denied);
  });

  it("goes by the tags that a call puts on what it makes", async () => {
    await ec2.send(template("ours", ours));
    await assert.rejects(
      ec2.send(template("theirs", { ...ours, "kubernetes.io/cluster/demo": "shared" })),
      unauthorized,
    );
    await assert.rejects(ec2.send(template("half", { "eks:eks-cluster-name": "demo" })), unauthorized);
  });

  it("goes by the tags of what is there", async () => {
    await account.aws.clients.ec2.send(template("not-ours", { team: "other" }));
    await assert.rejects(ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: "not-ours" })), unauthorized);
    await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: "ours" }));
    const [subnet = ""] = account.seed.privateSubnetIds;
    const onSubnet = new CreateTagsCommand({ Resources: [subnet], Tags: tagList({ Name: "taken" }) });
    await assert.rejects(ec2.send(onSubnet), unauthorized);
  });

  it("asks for all that a launch needs: tags on every part, and the machine's role", async () => {
    const [SubnetId = ""] = account.seed.privateSubnetIds;
    const run = (kinds: readonly ("instance" | "volume" | "network-interface")[]): RunInstancesCommand =>
      new RunInstancesCommand({
        ...{ DryRun: true, MinCount: 1, MaxCount: 1, InstanceType: "m5.large", SubnetId, ImageId: "ami-1" },
        TagSpecifications: kinds.map((ResourceType) => ({ ResourceType, Tags: tagList(ours) })),
      });
    await assert.rejects(ec2.send(run(["instance"])), unauthorized);
    await assert.rejects(ec2.send(run(["instance", "volume", "network-interface"])), { name: "DryRunOperation" });
  });

  it("asks for the reservation that a launch template targets", async () => {
    const CapacityReservationSpecification = { CapacityReservationTarget: { CapacityReservationId: "cr-1" } };
    const [SubnetId = ""] = account.seed.privateSubnetIds;
    await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: "targeting",
        LaunchTemplateData: { ImageId: "ami-1", CapacityReservationSpecification },
        TagSpecifications: [{ ResourceType: "launch-template", Tags: tagList(ours) }],
      }),
    );
    const launch = new RunInstancesCommand({
      ...{ DryRun: true, MinCount: 1, MaxCount: 1, InstanceType: "m5.large", SubnetId, ImageId: "ami-1" },
      LaunchTemplate: { LaunchTemplateName: "targeting" },
      TagSpecifications: (["instance", "volume", "network-interface"] as const).map((ResourceType) => ({
        ...{ ResourceType, Tags: tagList(ours) },
      })),
    });
    const unreserved = new EC2Client(
      await actingAs("unreserved", (resource) => !resource.includes("capacity-reservation")),
    );

    await assert.rejects(ec2.send(launch), { name: "DryRunOperation" });
    await assert.rejects(unreserved.send(launch), { ...unauthorized, message: /capacity-reservation\/cr-1/ });
  });

  it("lets instance profiles be made and given a role only as the policy says", async () => {
    const make = (name: string, tags: Readonly<Record<string, string>>): CreateInstanceProfileCommand =>
      new CreateInstanceProfileCommand({ InstanceProfileName: name, Path: "/karpenter/", Tags: tagList(tags) });
    await assert.rejects(iam.send(make("bare", {})), denied);
    await iam.send(make("tagged", ofClass));
    await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: "tagged" }));
    const give = (RoleName: string): AddRoleToInstanceProfileCommand =>
      new AddRoleToInstanceProfileCommand({ InstanceProfileName: "tagged", RoleName });
    await assert.rejects(iam.send(give("controller")), denied);
    await iam.send(give("nodes"));
    const { InstanceProfiles = [] } = await iam.send(new ListInstanceProfilesCommand({ PathPrefix: "/elsewhere/" }));
    assert.deepEqual(InstanceProfiles, [], "listed by path");
  });

  it("goes by the region where a call is made", async () => {
    await ec2.send(new DescribeSubnetsCommand({}));
    const { endpoint } = account.aws;
    const credentials = await ec2.config.credentials();
    const elsewhere = new EC2Client({ endpoint, region: "eu-west-1", credentials });
    await assert.rejects(elsewhere.send(new DescribeSubnetsCommand({})), unauthorized);
  });
});
