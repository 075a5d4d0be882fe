import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DescribeImagesCommand, DescribeLaunchTemplatesCommand } from "@aws-sdk/client-ec2";
import type { EC2NodeClass } from "#controller/api/ec2-node-class";
import { annotations, labels } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import type { RequirementSpec } from "#controller/api/requirement";
import {
  CreateError,
  InsufficientCapacityError,
  NodeClassNotReadyError,
  NotFoundError,
} from "#controller/ports/errors";
import { overlaid } from "#controller/scheduling/overlay";
import { nodeClaim, nodeOverlay, nodePool } from "#support/builders";
import { comesTrue } from "#support/eventually";
import { awsNodeClass, awsWorld, type AwsWorld } from "./aws-world";

const only = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });
const onDemand = only(labels.capacityType, "on-demand");
const amd64 = only(labels.arch, "amd64");

/**
 * A claim that asks for this, beside two cores; with a uid of its own, since machines of all tests live in one account.
 */
const asking = (requirements: readonly RequirementSpec[], requests: Readonly<Record<string, string>> = {}): NodeClaim =>
  nodeClaim({
    metadata: { uid: randomUUID(), labels: { [labels.nodePool]: "default", team: "a" } },
    spec: { requirements, resources: { requests: { cpu: "1500m", ...requests } } },
  });

describe("the cloud on EC2", function () {
  this.timeout(120_000);
  let world: AwsWorld;
  let nodeClass: EC2NodeClass;
  before(async () => {
    world = await awsWorld();
    nodeClass = await world.resolved(awsNodeClass());
  });
  after(() => world.stop());
  afterEach(() => world.aws.restoreCapacity());

  const imageName = async (imageId: string): Promise<string> => {
    const { Images } = await world.aws.clients.ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
    return Images?.[0]?.Name ?? "";
  };

  it("AWS-015 launches spot where the claim takes it, and says what the machine will be", async () => {
    const claim = asking([amd64, only(labels.capacityType, "spot", "on-demand")]);
    const machine = await world.providers.cloud.create(claim, nodeClass);

    assert.equal(machine.capacityType, "spot");
    assert.equal(machine.providerId, `aws:///${machine.zone}/${machine.instanceId}`);
    assert.equal(machine.labels[labels.instanceType], machine.instanceType);
    assert.equal(machine.labels[labels.nodePool], "default");
    assert.equal(machine.tags["karpenter.sh/nodeclaim"], claim.metadata.name);
    assert.equal(machine.tags["eks:eks-cluster-name"], "demo");
    assert.equal(machine.annotations?.[annotations.instanceProfileName], nodeClass.status?.instanceProfile);
    assert.ok(machine.labels[labels.zoneId]);
    assert.ok(machine.allocatable["memory"]);
  });

  it("launches on demand in the zone and of the size that the claim wants", async () => {
    const size = only("karpenter.k8s.aws/instance-size", "xlarge");
    const machine = await world.providers.cloud.create(
      asking([onDemand, only(labels.zone, "us-east-1b"), size]),
      nodeClass,
    );

    assert.equal(machine.capacityType, "on-demand");
    assert.equal(machine.zone, "us-east-1b");
    assert.match(machine.instanceType, /\.xlarge$/);
  });

  it("AWS-032 boots a GPU machine with the image that has its drivers, and an Arm machine with one for Arm", async () => {
    const { cloud } = world.providers;
    const gpu = await cloud.create(asking([amd64, onDemand], { "nvidia.com/gpu": "1" }), nodeClass);
    const arm = await cloud.create(asking([only(labels.arch, "arm64"), onDemand]), nodeClass);

    assert.match(await imageName(gpu.imageId), /x86_64-nvidia/);
    assert.ok(gpu.capacity["nvidia.com/gpu"]);
    assert.match(await imageName(arm.imageId), /arm64-standard/);
  });

  it("finds its machine again when the same claim is asked for twice", async () => {
    const { cloud } = world.providers;
    const claim = asking([amd64, onDemand]);
    const first = await cloud.create(claim, nodeClass);
    const again = await cloud.create(claim, nodeClass);

    assert.equal(again.instanceId, first.instanceId);
    assert.deepEqual(again.labels, first.labels);
    const launched = (await cloud.list()).filter(
      ({ tags }) => tags["karpenter.sh/nodeclaim-uid"] === claim.metadata.uid,
    );
    assert.equal(launched.length, 1);
  });

  it("AWS-040 goes on to what EC2 has, and says that it has nothing only then", async () => {
    const { cloud } = world.providers;
    const two = asking([onDemand, only(labels.instanceType, "m5.large", "m5.xlarge")]);
    await world.aws.lackCapacity({ instanceType: "m5.large" });
    assert.equal((await cloud.create(two, nodeClass)).instanceType, "m5.xlarge");
    const none = asking([onDemand, only(labels.instanceType, "m6i.large")]);
    await world.aws.lackCapacity({ instanceType: "m6i.large" });

    await assert.rejects(cloud.create(none, nodeClass), InsufficientCapacityError);
    const sold = (await cloud.instanceTypes(nodeClass)).find(({ name }) => name === "m6i.large");
    const steady = sold?.offerings.filter(({ capacityType }) => capacityType === "on-demand");
    assert.ok(
      steady?.every(({ available }) => !available),
      JSON.stringify(steady),
    );
  });

  it("goes by the prices that overlays give, which EC2 does not know", async () => {
    const { cloud } = world.providers;
    const [small, large] = ["m6a.large", "m6a.4xlarge"];
    const cheap = nodeOverlay({ spec: { requirements: [only(labels.instanceType, large)], price: "0.001" } });
    const pools = [
      { pool: nodePool({ metadata: { name: "web" } }), instanceTypes: await cloud.instanceTypes(nodeClass) },
    ];
    const types = overlaid([cheap], pools).instanceTypes.get("web");
    for (const capacityType of ["spot", "on-demand"]) {
      const claim = asking([only(labels.capacityType, capacityType), only(labels.instanceType, small, large)]);
      const marked = { [annotations.priceOverlayApplied]: "true" };
      const under = { ...claim, metadata: { ...claim.metadata, annotations: marked } };

      assert.equal((await cloud.create(under, nodeClass, types)).instanceType, large);
      const plain = asking([only(labels.capacityType, capacityType), only(labels.instanceType, small, large)]);
      assert.equal((await cloud.create(plain, nodeClass)).instanceType, small);
    }
  });

  it("lists the same types until something changes", async () => {
    const { cloud } = world.providers;
    const before = await cloud.instanceTypes(nodeClass);
    assert.equal(await cloud.instanceTypes(nodeClass), before);
    cloud.markUnavailable({ instanceType: "c5.large", zone: "us-east-1a", capacityType: "spot" });

    const after = await cloud.instanceTypes(nodeClass);
    assert.notEqual(after, before);
    const offering = after
      .find(({ name }) => name === "c5.large")
      ?.offerings.find(({ zone, capacityType }) => zone === "us-east-1a" && capacityType === "spot");
    assert.equal(offering?.available, false);
  });

  it("ends a machine, and says so once it is gone", async () => {
    const { cloud } = world.providers;
    const { providerId } = await cloud.create(asking([amd64, onDemand]), nodeClass);
    await cloud.delete(providerId);

    await comesTrue(() => assert.rejects(cloud.delete(providerId), NotFoundError));
    await assert.rejects(cloud.get(providerId), NotFoundError);
    await assert.rejects(cloud.delete("aws:///us-east-1a/i-00000000000000000"), NotFoundError);
  });

  it("AWS-017 tells why a machine no longer is what its class would launch", async () => {
    const { cloud } = world.providers;
    const claim = asking([amd64, onDemand]);
    const machine = await cloud.create(claim, nodeClass);
    const stamps = { ...machine.annotations };
    const launched: NodeClaim = {
      ...claim,
      metadata: { ...claim.metadata, annotations: stamps, labels: machine.labels },
      status: { providerID: machine.providerId, imageID: machine.imageId },
    };
    const with_ = (status: EC2NodeClass["status"], stamped = stamps): EC2NodeClass => ({
      ...nodeClass,
      metadata: { ...nodeClass.metadata, annotations: stamped },
      status: { ...nodeClass.status, ...status },
    });

    assert.equal(await cloud.drift(launched, with_({})), undefined);
    const rewritten = with_({}, { ...stamps, [annotations.nodeClassHash]: "1" });
    assert.equal(await cloud.drift(launched, rewritten), "NodeClassDrift");
    const upgraded = nodeClass.status?.amis?.map((ami) => ({ ...ami, id: `${ami.id}0` })) ?? [];
    assert.equal(await cloud.drift(launched, with_({ amis: upgraded })), "AMIDrift");
    assert.equal(await cloud.drift(launched, with_({ securityGroups: [{ id: "sg-0" }] })), "SecurityGroupDrift");
    const elsewhere = [{ id: "subnet-0", zone: machine.zone }];
    assert.equal(await cloud.drift(launched, with_({ subnets: elsewhere })), "SubnetDrift");
  });

  it("AWS-015 launches nothing for a class that is not ready", async () => {
    const { cloud } = world.providers;
    const ready = (status: "False" | "Unknown"): EC2NodeClass => ({
      ...nodeClass,
      status: { ...nodeClass.status, conditions: [{ type: "Ready", status, observedGeneration: 1 }] },
    });

    await assert.rejects(cloud.create(asking([]), ready("False")), NodeClassNotReadyError);
    await assert.rejects(cloud.create(asking([]), ready("Unknown")), CreateError);
  });

  it("AWS-041 shares launch templates between equal launches and removes what is released", async () => {
    const { cloud, nodeClasses } = world.providers;
    const other = await world.resolved(awsNodeClass({ tags: { owner: "other" } }, "other"));
    const templates = async (): Promise<readonly string[]> => {
      const Filters = [{ Name: "tag:karpenter.k8s.aws/ec2nodeclass", Values: ["other"] }];
      const answer = await world.aws.clients.ec2.send(new DescribeLaunchTemplatesCommand({ Filters }));
      return (answer.LaunchTemplates ?? []).flatMap(({ LaunchTemplateName }) => LaunchTemplateName ?? []).sort();
    };
    const one = only(labels.instanceType, "c6i.large");
    await cloud.create(asking([onDemand, one]), other);
    const first = await templates();
    await cloud.create(asking([onDemand, one]), other);
    assert.equal(first.length, 1);
    assert.deepEqual(await templates(), first);

    await nodeClasses.release(other);
    await nodeClasses.release(other);
    assert.deepEqual(await templates(), []);
  });

  it("AWS-029 rehearses a launch with a class, and objects to what EC2 or Karpenter would refuse", async () => {
    const { nodeClasses } = world.providers;
    const objectionTo = async (spec: Parameters<typeof awsNodeClass>[0]): Promise<string | undefined> =>
      (await nodeClasses.validate(await world.resolved(awsNodeClass(spec, "rehearsed"))))?.reason;

    assert.equal(await objectionTo({}), undefined);
    assert.equal(await objectionTo({ tags: { "karpenter.sh/nodepool": "x" } }), "TagValidationFailed");
    assert.equal(await objectionTo({ userData: "#".repeat(17_000) }), "UserDataSizeLimitExceeded");
  });

  it("says what it discovered and created", () => {
    const messages = new Set(world.said.map(({ message }) => message));
    for (const message of ["discovered ami", "created launch template"]) assert.ok(messages.has(message), message);
  });
});
