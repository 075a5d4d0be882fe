import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CreateFleetCommand,
  CreateLaunchTemplateCommand,
  type _InstanceType,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateAccessEntryCommand } from "@aws-sdk/client-eks";
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { KubeApi } from "#sandbox/control-plane/kube-api";
import { type Sandbox, startSandbox } from "#sandbox/sandbox";
import { comesTrue } from "#support/eventually";

interface Node {
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: { readonly providerID: string; readonly taints?: readonly { readonly key: string }[] };
  readonly status: {
    readonly capacity: Record<string, string>;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

describe("instances become nodes", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let api: KubeApi;
  before(async function () {
    // The first time engines are built.
    this.timeout(1_500_000);
    sandbox = await startSandbox({ report: () => undefined });
    api = new KubeApi(sandbox.kubeconfig);
    await prepare(sandbox);
  });
  after(() => sandbox.discard());

  it("not before the cluster lets their role in, and says why", async () => {
    await launch(sandbox, "m6i.large");

    await comesTrue(async () => {
      const log = await readFile(join(sandbox.directory, "logs", "nodes.log"), "utf8");
      assert.match(log, /does not join: its role .*:role\/Node has neither an access entry/);
    });
    assert.deepEqual(await api.list("/api/v1/nodes"), []);
  });

  it("as their user data says, once it does", async () => {
    const { clients, accountId } = sandbox.aws;
    const principalArn = `arn:aws:iam::${accountId}:role/Node`;
    await clients.eks.send(
      new CreateAccessEntryCommand({ clusterName: sandbox.clusterName, principalArn, type: "EC2_LINUX" }),
    );
    await comesTrue(async () => {
      const [node] = await api.list<Node>("/api/v1/nodes");
      assert.equal(node?.status.conditions?.find(({ type }) => type === "Ready")?.status, "True");
      const keys = node.spec.taints?.map(({ key }) => key);
      assert.deepEqual(keys, ["karpenter.sh/unregistered"]);
    }, 20_000);
    const [node] = await api.list<Node>("/api/v1/nodes");

    assert.match(node?.metadata.name ?? "", /^ip-10-0-.*\.ec2\.internal$/);
    assert.match(node?.spec.providerID ?? "", /^aws:\/\/\/us-east-1[abc]\/i-/);
    assert.equal(node?.metadata.labels["team"], "a");
    assert.equal(node.metadata.labels["node.kubernetes.io/instance-type"], "m6i.large");
    assert.equal(node.status.capacity["cpu"], "2");
    assert.equal(node.status.capacity["pods"], "29");
  });

  it("show their devices a moment later", async () => {
    await launch(sandbox, "g5.xlarge");

    await comesTrue(async () => {
      const nodes = await api.list<Node>("/api/v1/nodes");
      assert.ok(nodes.some(({ status }) => status.capacity["nvidia.com/gpu"] === "1"));
    }, 20_000);
  });

  it("once only: a node that is deleted does not come back while its instance runs", async () => {
    const [node] = await api.list<Node>("/api/v1/nodes");
    await api.delete(`/api/v1/nodes/${node?.metadata.name ?? ""}`);
    await launch(sandbox, "m6i.large");

    await comesTrue(async () => {
      const names = (await api.list<Node>("/api/v1/nodes")).map(({ metadata }) => metadata.name);
      assert.equal(names.length, 2);
      assert.ok(!names.includes(node?.metadata.name ?? ""));
    }, 20_000);
  });

  it("and their nodes go when they are terminated", async () => {
    const nodes = await api.list<Node>("/api/v1/nodes");
    const InstanceIds = nodes.map(({ spec }) => spec.providerID.split("/").at(-1) ?? "");
    await sandbox.aws.clients.ec2.send(new TerminateInstancesCommand({ InstanceIds }));

    await comesTrue(async () => {
      assert.deepEqual(await api.list("/api/v1/nodes"), []);
    });
  });
});

async function prepare({ aws: { clients }, clusterName }: Sandbox): Promise<void> {
  const Name = "/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/x86_64/standard/recommended/image_id";
  const { Parameter } = await clients.ssm.send(new GetParameterCommand({ Name }));
  await clients.iam.send(new CreateRoleCommand({ RoleName: "Node", AssumeRolePolicyDocument: "{}" }));
  await clients.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "node" }));
  await clients.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "node", RoleName: "Node" }));
  await clients.ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: "node",
      LaunchTemplateData: {
        ImageId: Parameter?.Value,
        IamInstanceProfile: { Name: "node" },
        UserData: Buffer.from(userData(clusterName)).toString("base64"),
      },
    }),
  );
}

const userData = (cluster: string): string => `apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster: {name: ${cluster}}
  kubelet:
    config:
      registerWithTaints: [{key: karpenter.sh/unregistered, effect: NoExecute}]
    flags: ["--node-labels=team=a"]
`;

const launch = ({ aws, seed }: Sandbox, InstanceType: _InstanceType): Promise<unknown> =>
  aws.clients.ec2.send(
    new CreateFleetCommand({
      Type: "instant",
      TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: "on-demand" },
      LaunchTemplateConfigs: [
        {
          LaunchTemplateSpecification: { LaunchTemplateName: "node", Version: "$Latest" },
          Overrides: [{ InstanceType, SubnetId: seed.privateSubnetIds[0] }],
        },
      ],
    }),
  );
