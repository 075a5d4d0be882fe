import assert from "node:assert/strict";
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { type Cluster as EksCluster, DescribeAccessEntryCommand, DescribeClusterCommand } from "@aws-sdk/client-eks";
import { GetOpenIDConnectProviderCommand, GetRoleCommand } from "@aws-sdk/client-iam";
import { describe, it } from "mocha";
import { pulumiStack, type StackConfig } from "#sandbox/pulumi";
import { labels } from "#controller/api/labels";
import { clusterTag, owned, tags } from "#controller/contract/tags";
import { labelOf } from "./support/claims";
import { withoutProgram } from "./support/deleted-program";
import { machines, tagsOf } from "./support/machines";
import { nextDescription, nextVersion } from "./support/next-version";
import { SCENARIO_MS, type Walkthrough, walkthrough } from "./support/walkthrough";
import { deployment } from "./support/workloads";

const name = "fresh";
const pool = {
  limits: { cpu: "20" },
  disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "5s" },
};
const lease = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/karpenter-leader-election";
const poolDefinition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/nodepools.karpenter.sh";

interface Lease {
  readonly spec: { readonly holderIdentity?: string };
}

const inflate = deployment({ name: "inflate", replicas: 3, requests: { cpu: "1" } });

/** In the same network, and marked as the controller of the cluster beside it would: it counts as what must stay. */
async function runMachineOfNeighbour({ sandbox }: Walkthrough): Promise<void> {
  const Tags = Object.entries({ [clusterTag("neighbour")]: owned, [tags.nodePool]: "default" }).map(([Key, Value]) => ({
    ...{ Key, Value },
  }));
  await sandbox.aws.clients.ec2.send(
    new RunInstancesCommand({
      ...{ MinCount: 1, MaxCount: 1, InstanceType: "m5.large", ImageId: "ami-1" },
      SubnetId: sandbox.seed.privateSubnetIds[0],
      TagSpecifications: [{ ResourceType: "instance", Tags }],
    }),
  );
}

describe("a new cluster and Karpenter on it, in one go", function () {
  this.timeout(SCENARIO_MS);
  const world = walkthrough({ clusterName: "neighbour", given: runMachineOfNeighbour });

  /** A new cluster in the network of the one that is there. */
  const stackIn = (subnetIds: readonly string[]): StackConfig => {
    const { vpcId } = world.sandbox.seed;
    return { clusterName: "", cluster: { name, vpcId, subnetIds }, nodePools: { default: pool }, admission: true };
  };

  async function described(): Promise<EksCluster> {
    const { cluster } = await world.sandbox.aws.clients.eks.send(new DescribeClusterCommand({ name }));
    assert.ok(cluster);
    return cluster;
  }

  it("refuses a network in which the controller could not run, before anything is created", async () => {
    const { publicSubnetIds } = world.sandbox.seed;
    await assert.rejects(world.up(stackIn(publicSubnetIds)), /fargate: needs private subnets/);
    await world.assertNothingLeft();
  });

  it("creates the cluster, with nothing on it but the controller, which is ready", async () => {
    const { privateSubnetIds, publicSubnetIds } = world.sandbox.seed;
    await world.up(stackIn([...privateSubnetIds, ...publicSubnetIds]));

    const { accessConfig, resourcesVpcConfig } = await described();
    assert.equal(accessConfig?.authenticationMode, "API");
    // The groups of the published component's own are for its node groups.
    assert.deepEqual(resourcesVpcConfig?.securityGroupIds ?? [], []);
    const controller = await world.cluster.api.get<{ readonly status: { readonly readyReplicas?: number } }>(
      "/apis/apps/v1/namespaces/kube-system/deployments/karpenter",
    );
    assert.equal(controller?.status.readyReplicas, 2);
    const nodes = await world.cluster.list("Node");
    assert.deepEqual(
      nodes.filter(({ metadata }) => metadata.labels?.["eks.amazonaws.com/compute-type"] !== "fargate"),
      [],
    );
  });

  it("lets nodes in by an access entry, and the controller's service account by the cluster's identity provider", async () => {
    const { eks, iam } = world.sandbox.aws.clients;
    const { Role: nodes } = await iam.send(new GetRoleCommand({ RoleName: `KarpenterNodeRole-${name}` }));
    const entry = { clusterName: name, principalArn: nodes?.Arn };
    const { accessEntry } = await eks.send(new DescribeAccessEntryCommand(entry));
    assert.equal(accessEntry?.type, "EC2_LINUX");

    const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: `KarpenterControllerRole-${name}` }));
    const trust = JSON.parse(decodeURIComponent(role?.AssumeRolePolicyDocument ?? "")) as {
      readonly Statement: readonly [{ readonly Principal: { readonly Federated: string }; readonly Condition: object }];
    };
    const [{ Principal, Condition }] = trust.Statement;
    const provider = { OpenIDConnectProviderArn: Principal.Federated };
    const { Url, ClientIDList } = await iam.send(new GetOpenIDConnectProviderCommand(provider));
    const issuer = new URL((await described()).identity?.oidc?.issuer ?? "");
    assert.equal(Url, `${issuer.host}${issuer.pathname}`.replace(/\/$/, ""));
    assert.deepEqual(ClientIDList, ["sts.amazonaws.com"]);
    assert.ok(JSON.stringify(Condition).includes(`"${Url}:sub"`));
  });

  it("marks the private subnets and EKS's own security group for nodes, and nothing else", async () => {
    const { aws, seed } = world.sandbox;
    const Filters = [{ Name: `tag:${tags.discovery}`, Values: [name] }];
    const { Subnets = [] } = await aws.clients.ec2.send(new DescribeSubnetsCommand({ Filters }));
    assert.deepEqual(
      Subnets.map(({ SubnetId }) => SubnetId).toSorted(),
      seed.privateSubnetIds.toSorted((a, b) => a.localeCompare(b)),
    );
    const { SecurityGroups = [] } = await aws.clients.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    assert.deepEqual(
      SecurityGroups.map(({ GroupId }) => GroupId),
      [(await described()).resourcesVpcConfig?.clusterSecurityGroupId],
    );
  });

  it("gives pods their nodes, in the new cluster's group", async () => {
    const { cluster, sandbox } = world;
    await cluster.create(inflate);
    await world.untilRunning("inflate", 3);
    const claims = await cluster.claims("default");
    assert.ok(claims.every((claim) => labelOf(claim, labels.capacityType) === "on-demand"));
    const running = await machines(sandbox.aws);
    assert.equal(running.length, claims.length);
    const { resourcesVpcConfig } = await described();
    for (const machine of running) {
      assert.deepEqual(
        machine.SecurityGroups?.map(({ GroupId }) => GroupId),
        [resourcesVpcConfig?.clusterSecurityGroupId],
      );
      assert.equal(tagsOf(machine)["eks:eks-cluster-name"], name);
    }
  });

  it("moves to the next version of the package, and keeps every node and machine", async () => {
    const { sandbox } = world;
    const held = async (): Promise<object> => ({
      machines: (await machines(sandbox.aws)).map(({ InstanceId }) => InstanceId).sort(),
      nodes: (await world.cluster.list("Node"))
        .filter(({ metadata }) => labels.nodePool in (metadata.labels ?? {}))
        .map(({ metadata }) => metadata.uid)
        .sort(),
    });
    const leader = async (): Promise<string | undefined> =>
      (await world.cluster.api.get<Lease>(lease))?.spec.holderIdentity;
    const [before, former] = [await held(), await leader()];

    const stack = await pulumiStack(sandbox, { project: await nextVersion(sandbox) });
    const printed = await stack.up();
    assert.ok(!printed.some((line) => /^\s*[+-]+.*(NodePool|EC2NodeClass|CustomResourceDefinition)/.test(line)));
    await world.until("a controller of the next version leads", async () => {
      const now = await leader();
      return now !== undefined && now !== "" && now !== former;
    });
    assert.ok(JSON.stringify(await world.cluster.api.get(poolDefinition)).includes(nextDescription));
    assert.deepEqual(await held(), before);
  });

  it("goes with cluster and nodes when the program is deleted, and leaves all else as it was", async () => {
    assert.notDeepEqual(await machines(world.sandbox.aws), []);
    const stack = await pulumiStack(world.sandbox, { project: await withoutProgram(world.sandbox) });
    await stack.destroy();
    await world.cluster.delete("Deployment", "inflate");
    await world.assertNothingLeft();
  });
});
