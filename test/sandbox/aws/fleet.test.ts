import assert from "node:assert/strict";
import {
  CreateFleetCommand,
  type CreateFleetCommandInput,
  type CreateFleetResult,
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand } from "@aws-sdk/client-iam";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { comesTrue } from "#support/eventually";
import { testAccount, type TestAccount } from "./account";

describe("CreateFleet of the sandbox's account", function () {
  this.timeout(60_000);
  let account: TestAccount;
  before(async () => {
    account = await testAccount();
    await prepare(account);
  });
  after(() => account.stop());

  it("launches what the override says, with what the launch template says", async () => {
    const fleet = await launch(account, {
      Overrides: [{ InstanceType: "m6g.large", SubnetId: account.seed.privateSubnetIds[1] }],
    });
    const instance = await only(account, fleet);

    assert.equal(instance.InstanceType, "m6g.large");
    assert.equal(instance.SubnetId, account.seed.privateSubnetIds[1]);
    assert.equal(instance.Placement?.AvailabilityZone, "us-east-1b");
    assert.equal(instance.IamInstanceProfile?.Arn, `arn:aws:iam::${account.aws.accountId}:instance-profile/node`);
    assert.equal(instance.MetadataOptions?.HttpTokens, "required");
    assert.deepEqual(
      instance.SecurityGroups?.map(({ GroupId }) => GroupId),
      [account.seed.nodeSecurityGroupId],
    );
    assert.ok(instance.Tags?.some(({ Key, Value }) => Key === "from" && Value === "fleet"));
  });

  it("takes the cheapest override for spot, and marks the instance as spot", async () => {
    const fleet = await launch(account, {
      capacityType: "spot",
      Overrides: [
        { InstanceType: "m6g.4xlarge", SubnetId: account.seed.privateSubnetIds[0] },
        { InstanceType: "m6g.medium", SubnetId: account.seed.privateSubnetIds[0] },
      ],
    });
    const instance = await only(account, fleet);

    assert.equal(instance.InstanceType, "m6g.medium");
    assert.equal(instance.InstanceLifecycle, "spot");
    assert.match(instance.SpotInstanceRequestId ?? "", /^sir-/);
  });

  it("takes the override of the lowest priority number where the strategy is prioritized", async () => {
    const fleet = await launch(account, {
      strategy: "prioritized",
      Overrides: [
        { InstanceType: "m6g.medium", SubnetId: account.seed.privateSubnetIds[0], Priority: 2 },
        { InstanceType: "m6g.large", SubnetId: account.seed.privateSubnetIds[0], Priority: 1 },
      ],
    });

    assert.equal(fleet.Instances?.[0]?.InstanceType, "m6g.large");
  });

  it("goes on to the next override when one has no capacity, and says which had none", async () => {
    await account.aws.lackCapacity({ instanceType: "m6g.medium", capacityType: "on-demand" });
    const Overrides = [
      { InstanceType: "m6g.medium" as const, SubnetId: account.seed.privateSubnetIds[0] },
      { InstanceType: "m6g.large" as const, SubnetId: account.seed.privateSubnetIds[0] },
    ];
    const fleet = await launch(account, { Overrides });
    const none = await launch(account, { Overrides: Overrides.slice(0, 1) });
    await account.aws.restoreCapacity();

    assert.equal(fleet.Instances?.[0]?.InstanceType, "m6g.large");
    for (const { Errors } of [fleet, none]) {
      assert.deepEqual(
        Errors?.map(({ ErrorCode }) => ErrorCode),
        ["InsufficientInstanceCapacity"],
      );
      assert.equal(Errors[0]?.LaunchTemplateAndOverrides?.Overrides?.InstanceType, "m6g.medium");
    }
    assert.deepEqual(none.Instances, []);
  });

  it("rehearses without doing, and refuses a template that is not there", async () => {
    await assert.rejects(launch(account, { DryRun: true }), { name: "DryRunOperation" });
    await assert.rejects(
      account.aws.clients.ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, DryRun: true })),
      {
        name: "DryRunOperation",
      },
    );
    await assert.rejects(launch(account, { template: "nowhere" }), {
      name: "InvalidLaunchTemplateName.NotFoundException",
    });
  });

  it("gives the same answer to the same client token", async () => {
    const first = await launch(account, { ClientToken: "claim-1" });
    const second = await launch(account, { ClientToken: "claim-1" });

    assert.deepEqual(second.Instances, first.Instances);
  });

  it("takes an instance through pending, running, shutting-down and terminated, and its disks with it", async () => {
    const fleet = await launch(account, {});
    const id = fleet.Instances?.[0]?.InstanceIds?.[0] ?? "";
    const { ec2 } = account.aws.clients;
    const state = async (): Promise<string | undefined> => (await only(account, fleet)).State?.Name;

    assert.equal(await state(), "pending");
    await comesTrue(async () => {
      assert.equal(await state(), "running");
    });
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    assert.equal(await state(), "shutting-down");
    await comesTrue(async () => {
      assert.equal(await state(), "terminated");
    });
    const { Volumes } = await ec2.send(
      new DescribeVolumesCommand({ Filters: [{ Name: "attachment.instance-id", Values: [id] }] }),
    );
    assert.deepEqual(Volumes, []);
  });
});

interface Launch extends Partial<CreateFleetCommandInput> {
  readonly Overrides?: NonNullable<CreateFleetCommandInput["LaunchTemplateConfigs"]>[number]["Overrides"];
  readonly capacityType?: "spot" | "on-demand";
  readonly strategy?: "lowest-price" | "prioritized";
  readonly template?: string;
}

async function prepare({ aws: { clients }, seed }: TestAccount): Promise<void> {
  const path = "/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/arm64/standard/recommended/image_id";
  const { Parameter } = await clients.ssm.send(new GetParameterCommand({ Name: path }));
  await clients.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "node" }));
  await clients.iam.send(
    new AddRoleToInstanceProfileCommand({ InstanceProfileName: "node", RoleName: "demo-cluster" }),
  );
  await clients.ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: "template",
      LaunchTemplateData: {
        ImageId: Parameter?.Value,
        IamInstanceProfile: { Name: "node" },
        MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
        NetworkInterfaces: [{ DeviceIndex: 0, Groups: [seed.nodeSecurityGroupId] }],
        BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 20, VolumeType: "gp3", Encrypted: true } }],
        UserData: Buffer.from("hello").toString("base64"),
      },
    }),
  );
}

const launch = ({ aws: { clients }, seed }: TestAccount, choice: Launch): Promise<CreateFleetResult> => {
  const { Overrides, capacityType = "on-demand", strategy = "lowest-price", template = "template", ...rest } = choice;
  const fallback = [{ InstanceType: "m6g.large" as const, SubnetId: seed.privateSubnetIds[0] }];
  return clients.ec2.send(
    new CreateFleetCommand({
      Type: "instant",
      TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: capacityType },
      SpotOptions: { AllocationStrategy: "price-capacity-optimized" },
      OnDemandOptions: { AllocationStrategy: strategy },
      LaunchTemplateConfigs: [
        {
          LaunchTemplateSpecification: { LaunchTemplateName: template, Version: "$Latest" },
          Overrides: Overrides ?? fallback,
        },
      ],
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "from", Value: "fleet" }] }],
      ...rest,
    }),
  );
};

async function only({ aws }: TestAccount, fleet: CreateFleetResult): Promise<Instance> {
  const InstanceIds = fleet.Instances?.flatMap((each) => each.InstanceIds ?? []);
  const { Reservations } = await aws.clients.ec2.send(new DescribeInstancesCommand({ InstanceIds }));
  const instances = Reservations?.flatMap(({ Instances }) => Instances ?? []) ?? [];
  assert.equal(instances.length, 1);
  const [instance] = instances;
  assert.ok(instance);
  return instance;
}
