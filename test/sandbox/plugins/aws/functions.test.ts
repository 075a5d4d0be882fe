import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { functions } from "#sandbox/plugins/aws/functions";
import type { Properties } from "#sandbox/plugins/provider";
import { sharedAccount, type TestAccount } from "../../aws/account";
import { Program } from "./program";

const parameter = "/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/x86_64/standard/recommended/image_id";

describe("the aws plugin's functions", function () {
  this.timeout(60_000);
  let account: TestAccount;
  let program: Program;
  before(async () => {
    account = await sharedAccount();
    program = await Program.on(account);
  });

  /** The token's last word is enough to tell them apart. */
  const invoke = (name: string, args: Properties = {}): Promise<Properties> => {
    const token = Object.keys(functions).find((known) => known.endsWith(`:${name}`));
    return program.plugin.invoke(token ?? name, args);
  };

  it("say who and where one is", async () => {
    assert.equal((await invoke("getCallerIdentity"))["accountId"], account.aws.accountId);
    assert.equal((await invoke("getRegion"))["region"], "us-east-1");
    assert.equal((await invoke("getRegion", { region: "eu-west-1" }))["region"], "eu-west-1");
    assert.partialDeepStrictEqual(await invoke("getPartition", { region: "cn-north-1" }), {
      partition: "aws-cn",
      dnsSuffix: "amazonaws.com.cn",
    });
    const zones = await invoke("getAvailabilityZones", { state: "available", excludeNames: ["us-east-1f"] });
    assert.partialDeepStrictEqual(zones, { names: ["us-east-1a", "us-east-1b", "us-east-1c"] });
    assert.ok(!JSON.stringify(zones["names"]).includes("us-east-1f"));
  });

  it("find the network by filter, by tag and by id", async () => {
    const { vpcId, privateSubnetIds, nodeSecurityGroupId } = account.seed;
    const inVpc = { filters: [{ name: "vpc-id", values: [vpcId] }], tags: { "kubernetes.io/role/internal-elb": "1" } };
    const { ids } = await invoke("getSubnets", inVpc);
    assert.deepEqual([...(ids as string[])].sort(), [...privateSubnetIds].sort());
    assert.partialDeepStrictEqual(await invoke("getSubnet", { id: privateSubnetIds[0] ?? "" }), { vpcId });
    assert.partialDeepStrictEqual(await invoke("getVpc", { id: vpcId }), { id: vpcId, default: false });
    assert.partialDeepStrictEqual(await invoke("getVpc", { default: true }), { default: true });
    const group = { filters: [{ name: "group-id", values: [nodeSecurityGroupId] }] };
    assert.partialDeepStrictEqual(await invoke("getSecurityGroup", group), { id: nodeSecurityGroupId, vpcId });
    assert.partialDeepStrictEqual(await invoke("getSecurityGroups", group), { ids: [nodeSecurityGroupId] });
    await assert.rejects(invoke("getSubnet", { vpcId }), /6 subnets match/);
    await assert.rejects(invoke("getVpc", { cidrBlock: "1.2.3.0/24" }), /no matching VPC found/);
  });

  it("describe a cluster, and say when there is none", async () => {
    assert.partialDeepStrictEqual(await invoke("getCluster", { name: "demo" }), {
      name: "demo",
      status: "ACTIVE",
      accessConfigs: [{ authenticationMode: "API_AND_CONFIG_MAP" }],
      identities: [{ oidcs: [{ issuer: "https://oidc.eks.us-east-1.amazonaws.com/id/SANDBOX" }] }],
    });
    await assert.rejects(invoke("getCluster", { name: "none" }), /EKS Cluster \(none\): couldn't find resource/);
  });

  it("find roles, identity providers and parameters", async () => {
    const name = account.seed.clusterRoleArn.split("/").at(-1) ?? "";
    assert.equal((await invoke("getRole", { name }))["arn"], account.seed.clusterRoleArn);
    assert.deepEqual((await invoke("getRoles", { nameRegex: `^${name}$` }))["names"], [name]);
    const inputs = { url: "https://oidc.example.com/id/2", clientIdLists: ["sts.amazonaws.com"] };
    const made = await program.make("aws:iam/openIdConnectProvider:OpenIdConnectProvider", inputs);
    assert.equal((await invoke("getOpenIdConnectProvider", { url: inputs.url }))["arn"], made.id);
    assert.match((await invoke("getParameter", { name: parameter }))["value"] as string, /^ami-/);
    await assert.rejects(invoke("getParameter", { name: "/none" }), /SSM parameter \/none not found/);
    await program.clear();
  });

  it("signs in to a cluster with the token of the sandbox's kubeconfig", async () => {
    const directory = await mkdtemp(join(tmpdir(), "kubeconfig-test-"));
    const before = process.env["KUBECONFIG"];
    process.env["KUBECONFIG"] = join(directory, "config");
    const contexts = [{ name: "it", context: { user: "admin" } }];
    const users = [{ name: "admin", user: { token: "secret" } }];
    await writeFile(join(directory, "config"), JSON.stringify({ "current-context": "it", contexts, users }));
    try {
      assert.equal((await invoke("getClusterAuth", { name: "demo" }))["token"], "secret");
    } finally {
      if (before === undefined) delete process.env["KUBECONFIG"];
      else process.env["KUBECONFIG"] = before;
      await rm(directory, { recursive: true });
    }
  });

  it("write a policy document, the last statement of a Sid standing", async () => {
    const override = JSON.stringify({ Statement: { Sid: "a", Effect: "Deny", Action: "s3:*", Resource: "*" } });
    const { json } = await invoke("getPolicyDocument", {
      overridePolicyDocuments: [override],
      statements: [
        { sid: "a", actions: ["ec2:*"], resources: ["*"] },
        {
          actions: ["sts:AssumeRoleWithWebIdentity"],
          principals: [{ type: "Federated", identifiers: ["arn:b", "arn:a"] }],
          conditions: [{ test: "StringEquals", variable: "aud", values: ["sts.amazonaws.com"] }],
        },
      ],
    });
    assert.deepEqual(JSON.parse(json as string), {
      Version: "2012-10-17",
      Statement: [
        { Sid: "a", Effect: "Deny", Action: "s3:*", Resource: "*" },
        {
          Effect: "Allow",
          Action: "sts:AssumeRoleWithWebIdentity",
          Principal: { Federated: ["arn:a", "arn:b"] },
          Condition: { StringEquals: { aud: "sts.amazonaws.com" } },
        },
      ],
    });
  });

  it("adds the provider's default tags to what it makes, and counts them as no drift", async () => {
    const tagged = await Program.on(account, { defaultTags: JSON.stringify({ tags: { owner: "us" } }) });
    const queue = await tagged.make("aws:sqs/queue:Queue", { tags: { team: "a" } });
    assert.deepEqual(queue.known.state["tagsAll"], { owner: "us", team: "a" });
    assert.deepEqual(queue.known.state["tags"], { team: "a" });
    assert.deepEqual((await queue.read())?.inputs, queue.known.inputs);
    await tagged.clear();
  });

  it("refuses what it does not know: a setting, an input, a document that is none", async () => {
    await assert.rejects(Program.on(account, { httpProxy: "http://proxy" }), /httpProxy is not supported/);
    await assert.rejects(program.make("aws:sqs/queue:Queue", { colour: "red" }), /colour: .*not supported/);
    const role = { assumeRolePolicy: "{" };
    await assert.rejects(program.make("aws:iam/role:Role", role), /assumeRolePolicy: .*is not a JSON document/);
    await assert.rejects(program.make("aws:iam/role:Role", {}), /assumeRolePolicy: .*is required/);
    await assert.rejects(program.make("aws:s3/bucket:Bucket", {}), /aws:s3\/bucket:Bucket is not a resource type/);
  });
});
