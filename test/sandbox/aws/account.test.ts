import assert from "node:assert/strict";
import {
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
  DescribeSpotPriceHistoryCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateAccessEntryCommand,
  CreateClusterCommand,
  CreatePodIdentityAssociationCommand,
  DeleteAccessEntryCommand,
  DeleteClusterCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  EKSClient,
} from "@aws-sdk/client-eks";
import {
  PutRuleCommand,
  PutTargetsCommand,
  DeleteRuleCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteRoleCommand,
} from "@aws-sdk/client-iam";
import { GetProductsCommand, PricingClient } from "@aws-sdk/client-pricing";
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { listAccount, listingChanges } from "#sandbox/aws/listing/listing";
import { sendSpotInterruption } from "#sandbox/aws/send-event";
import { testAccount, type TestAccount } from "./account";

const nodeRole = "arn:aws:iam::123456789012:role/path/Node";

describe("the sandbox's account", function () {
  this.timeout(60_000);
  let account: TestAccount;
  before(async () => {
    account = await testAccount();
  });
  after(() => account.stop());

  const architectures = { x86_64: "x86_64/standard", arm64: "arm64/nvidia" };
  for (const [architecture, path] of Object.entries(architectures)) {
    it(`names an image by parameter that EC2 knows: ${path}`, async () => {
      const { ec2, ssm } = account.aws.clients;
      const Name = `/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/${path}/recommended/image_id`;
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
      const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [Parameter?.Value ?? ""] }));

      const name = `amazon-eks-node-al2023-${path.replace("/", "-")}-1.33-v`;
      assert.equal(Images?.[0]?.Architecture, architecture);
      assert.ok(Images[0].Name?.startsWith(name), Images[0].Name);
    });
  }

  it("finds images by owner and name", async () => {
    const filters = [{ Name: "name", Values: ["bottlerocket-aws-k8s-1.34-nvidia-arm64-*"] }];
    const found = await account.aws.clients.ec2.send(
      new DescribeImagesCommand({ Owners: ["amazon"], Filters: filters }),
    );

    assert.equal(found.Images?.length, 3);
  });

  it("backs a cluster that is created later by the same control plane", async () => {
    const { eks } = account.aws.clients;
    const resourcesVpcConfig = { subnetIds: [...account.seed.privateSubnetIds] };
    await eks.send(
      new CreateClusterCommand({ name: "later", roleArn: account.seed.clusterRoleArn, resourcesVpcConfig }),
    );
    const [first, later] = await Promise.all(
      ["demo", "later"].map((name) => eks.send(new DescribeClusterCommand({ name }))),
    );
    await eks.send(new DeleteClusterCommand({ name: "later" }));

    assert.equal(later?.cluster?.endpoint, first?.cluster?.endpoint);
    assert.equal(later?.cluster?.version, "1.34");
    assert.equal(later.cluster.kubernetesNetworkConfig?.serviceIpv4Cidr, "10.100.0.0/16");
  });

  it("keeps access entries, each once, and says so when there is none", async () => {
    const { eks } = account.aws.clients;
    const entry = { clusterName: "demo", principalArn: nodeRole };
    const made = await eks.send(new CreateAccessEntryCommand({ ...entry, type: "EC2_LINUX" }));

    assert.deepEqual(made.accessEntry?.kubernetesGroups, ["system:nodes"]);
    await assert.rejects(eks.send(new CreateAccessEntryCommand(entry)), { name: "ResourceInUseException" });
    await eks.send(new DeleteAccessEntryCommand(entry));
    await assert.rejects(eks.send(new DescribeAccessEntryCommand(entry)), { name: "ResourceNotFoundException" });
  });

  it("refuses access entries where the cluster's identities are in aws-auth", async () => {
    const { eks } = account.aws.clients;
    const resourcesVpcConfig = { subnetIds: [...account.seed.privateSubnetIds] };
    const accessConfig = { authenticationMode: "CONFIG_MAP" as const };
    await eks.send(
      new CreateClusterCommand({ name: "old", roleArn: account.seed.clusterRoleArn, resourcesVpcConfig, accessConfig }),
    );
    const entry = new CreateAccessEntryCommand({ clusterName: "old", principalArn: nodeRole });
    await assert.rejects(eks.send(entry), { name: "InvalidRequestException" });
    await eks.send(new DeleteClusterCommand({ name: "old" }));
  });

  it("prices on-demand and spot, spot below", async () => {
    const { endpoint, region, credentials } = account.aws;
    const pricing = new PricingClient({ endpoint, region, credentials });
    const field = (Field: string, Value: string) => ({ Type: "TERM_MATCH" as const, Field, Value });
    const Filters = [field("regionCode", region), field("instanceType", "m5.large"), field("tenancy", "Shared")];
    const products = await pricing.send(new GetProductsCommand({ ServiceCode: "AmazonEC2", Filters }));
    const history = await account.aws.clients.ec2.send(
      new DescribeSpotPriceHistoryCommand({ InstanceTypes: ["m5.large"] }),
    );

    const onDemand = Number(/USD[^\d]+([\d.]+)/.exec(JSON.stringify(products.PriceList))?.[1]);
    assert.equal(onDemand, 0.096);
    assert.ok(history.SpotPriceHistory?.length);
    for (const { SpotPrice } of history.SpotPriceHistory) assert.ok(Number(SpotPrice) < onDemand);
  });

  it("makes the spot role once, and then says that it is taken", async () => {
    const { iam } = account.aws.clients;
    const command = new CreateServiceLinkedRoleCommand({ AWSServiceName: "spot.amazonaws.com" });
    const { Role } = await iam.send(command);

    assert.equal(Role?.RoleName, "AWSServiceRoleForEC2Spot");
    await assert.rejects(iam.send(command), {
      name: "InvalidInputException",
      message: /has been taken in this account/,
    });
  });

  it("brings an interruption warning to the queue of the rule that wants it", async () => {
    const { events, sqs } = account.aws.clients;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "demo" }));
    const EventPattern = '{"source":["aws.ec2"],"detail-type":["EC2 Spot Instance Interruption Warning"]}';
    await events.send(new PutRuleCommand({ Name: "spot", EventPattern }));
    const Arn = `arn:aws:sqs:us-east-1:${account.aws.accountId}:demo`;
    await events.send(new PutTargetsCommand({ Rule: "spot", Targets: [{ Id: "queue", Arn }] }));
    await sendSpotInterruption(account.aws, "i-0123456789abcdef0");
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    await events.send(new RemoveTargetsCommand({ Rule: "spot", Ids: ["queue"] }));
    await events.send(new DeleteRuleCommand({ Name: "spot" }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));

    assert.equal(Messages?.length, 1);
    assert.match(Messages[0]?.Body ?? "", /"instance-id": ?"i-0123456789abcdef0"/);
  });

  it("narrows instance status by health", async () => {
    const impaired = [{ Name: "system-status.status", Values: ["impaired"] }];
    const found = await account.aws.clients.ec2.send(new DescribeInstanceStatusCommand({ Filters: impaired }));

    assert.deepEqual(found.InstanceStatuses, []);
  });

  it("lists equal when nothing changed, and tells what did", async () => {
    const before = await listAccount(account.aws);
    const association = { clusterName: "demo", namespace: "a", serviceAccount: "b", roleArn: nodeRole };
    assert.deepEqual(listingChanges(before, await listAccount(account.aws)), []);
    await account.aws.clients.eks.send(new CreatePodIdentityAssociationCommand(association));

    const changes = listingChanges(before, await listAccount(account.aws));
    assert.equal(changes.length, 1);
    assert.match(changes[0] ?? "", /^\+ podIdentityAssociations: demo\/a-.* namespace="a"/);
  });

  it("gives a role to the service account that the role trusts, and to no other", async () => {
    const { iam } = account.aws.clients;
    const { endpoint, region } = account.aws;
    const issuer = "oidc.eks.us-east-1.amazonaws.com/id/SANDBOX";
    const { OpenIDConnectProviderArn: Federated } = await iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer}`, ThumbprintList: ["0".repeat(40)] }),
    );
    const claims = { [`${issuer}:aud`]: "sts.amazonaws.com", [`${issuer}:sub`]: "system:serviceaccount:a:b" };
    const Statement = [
      {
        Effect: "Allow",
        Principal: { Federated },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: claims },
      },
    ];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: "controller", AssumeRolePolicyDocument }));
    const sts = new STSClient({ endpoint, region });
    const assume = (subject: string): Promise<unknown> =>
      sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: Role?.Arn,
          RoleSessionName: "test",
          WebIdentityToken: token({ iss: `https://${issuer}`, aud: ["sts.amazonaws.com"], sub: subject }),
        }),
      );

    await assume("system:serviceaccount:a:b");
    await assert.rejects(assume("system:serviceaccount:a:other"), { name: "AccessDenied" });
    await iam.send(new DeleteRoleCommand({ RoleName: "controller" }));
  });

  it("lets the administrator do anything, and a role nothing without a policy, once IAM is enforced", async () => {
    const { iam, eks } = account.aws.clients;
    const { endpoint, region, accountId } = account.aws;
    const Statement = [{ Effect: "Allow", Principal: { AWS: accountId }, Action: "sts:AssumeRole" }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new CreateRoleCommand({ RoleName: "nobody", AssumeRolePolicyDocument }));
    const sts = new STSClient({ endpoint, region, credentials: account.aws.credentials });
    const RoleArn = `arn:aws:iam::${accountId}:role/nobody`;
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "test" }));
    await account.aws.enforceIam();
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    const nobody = new EKSClient({ endpoint, region, credentials });

    await eks.send(new DescribeClusterCommand({ name: "demo" }));
    await assert.rejects(nobody.send(new DescribeClusterCommand({ name: "demo" })), { name: /AccessDenied/ });
    await assert.rejects(
      new PricingClient({ endpoint, region, credentials }).send(new GetProductsCommand({ ServiceCode: "AmazonEC2" })),
      { name: /AccessDenied/ },
    );
  });
});

/** As an API server issues it; its signature is not looked at. */
function token(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return [part({ alg: "RS256" }), part({ ...claims, exp: Date.now() / 1000 + 60 }), "signature"].join(".");
}
