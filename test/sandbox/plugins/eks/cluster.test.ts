import assert from "node:assert/strict";
import { DescribeClusterCommand, ListAccessEntriesCommand, ListFargateProfilesCommand } from "@aws-sdk/client-eks";
import { ListOpenIDConnectProvidersCommand } from "@aws-sdk/client-iam";
import * as eks from "@pulumi/eks";
import { listAccount, listingChanges } from "#sandbox/aws/listing/listing";
import type { TestAccount } from "../../aws/account";
import { onAccount } from "../aws/engine";
import type { Engine } from "../engine";

describe("the eks plugin under the real engine", function () {
  this.timeout(180_000);
  let account: TestAccount;
  let engine: Engine;
  before(async () => {
    ({ account, engine } = await onAccount());
  });

  it("makes a cluster with its role, groups, identity provider, entries and Fargate profile, and takes all of it away", async () => {
    const { clients } = account.aws;
    const found = await listAccount(account.aws);
    const stack = await engine.stack();
    const program = (): Promise<Record<string, unknown>> => {
      const cluster = new eks.Cluster("made", {
        name: "made",
        vpcId: account.seed.vpcId,
        privateSubnetIds: [...account.seed.privateSubnetIds],
        authenticationMode: "API",
        accessEntries: {
          admin: {
            principalArn: "arn:aws:iam::123456789012:role/admin",
            accessPolicies: {
              all: {
                policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                accessScope: { type: "cluster" },
              },
            },
          },
        },
        createOidcProvider: true,
        fargate: { selectors: [{ namespace: "kube-system" }] },
        skipDefaultNodeGroup: true,
        tags: { team: "a" },
      });
      return Promise.resolve({
        name: cluster.eksCluster.name,
        issuer: cluster.oidcIssuer,
        kubeconfig: cluster.kubeconfigJson,
        method: cluster.getKubeconfig().result,
        provider: cluster.oidcProviderArn,
        endpoint: cluster.core.endpoint,
        group: cluster.nodeSecurityGroupId,
      });
    };
    await stack.up(program);
    const output = (name: string): string => stack.output(name);

    const { cluster } = await clients.eks.send(new DescribeClusterCommand({ name: "made" }));
    const entries = await clients.eks.send(new ListAccessEntriesCommand({ clusterName: "made" }));
    const profiles = await clients.eks.send(new ListFargateProfilesCommand({ clusterName: "made" }));
    const providers = await clients.iam.send(new ListOpenIDConnectProvidersCommand({}));
    assert.partialDeepStrictEqual(cluster, {
      accessConfig: { authenticationMode: "API" },
      endpoint: output("endpoint"),
      identity: { oidc: { issuer: `https://${output("issuer")}` } },
    });
    assert.partialDeepStrictEqual(entries.accessEntries, ["arn:aws:iam::123456789012:role/admin"]);
    assert.equal(profiles.fargateProfileNames?.length, 1);
    assert.deepEqual(providers.OpenIDConnectProviderList, [{ Arn: output("provider") }]);
    assert.match(output("group"), /^sg-/);
    assert.equal(output("method"), output("kubeconfig"));
    assert.partialDeepStrictEqual(JSON.parse(output("kubeconfig")), {
      users: [{ user: { token: "admin-token" } }],
      clusters: [{ cluster: { server: output("endpoint") } }],
    });

    assert.deepEqual(Object.keys(await stack.up(program)), ["same"]);
    await stack.destroy();
    assert.deepEqual(listingChanges(found, await listAccount(account.aws)), []);
  });

  it("refuses what it would have to ignore, by name", async () => {
    const stack = await engine.stack();
    const failure = await stack.previewFailure(() => {
      new eks.Cluster("refused", { instanceType: "m5.large" });
      return Promise.resolve();
    });

    assert.match(failure, /instanceType/);
    assert.match(failure, /skipDefaultNodeGroup/);
  });
});
