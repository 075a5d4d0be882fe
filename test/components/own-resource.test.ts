import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { Karpenter } from "#components/karpenter";
import type { Registered } from "#support/pulumi";
import { registeredBy } from "#support/pulumi";

const cluster = {
  name: "demo",
  endpoint: "https://api.example.com",
  oidcIssuer: "https://oidc.eks.eu-west-1.amazonaws.com/id/ABC",
  authenticationMode: "API",
  privateSubnetIds: ["subnet-a"],
  publicSubnetIds: [],
  securityGroupId: "sg-1",
} as const;
const args = { cluster, controller: { image: "example.com/karpenter" }, placement: { on: "group" } } as const;

/** What of our resources speaks to AWS, and how it gets there. */
const connections = (resources: readonly Registered[]): readonly unknown[] =>
  resources
    .filter(({ type, inputs }) => type.startsWith("pulumi-nodejs:dynamic/pulumi-karpenter:") && "region" in inputs)
    .map(({ type, inputs: { region, profile } }) => [type.split(":").at(-1) ?? "", region, profile] as const)
    .sort(([one], [other]) => one.localeCompare(other));

describe("Resources of our own", function () {
  this.timeout(30_000);

  it("are where the stack's provider is", async () => {
    assert.deepEqual(connections(await registeredBy(() => new Karpenter("karpenter", args))), [
      ["PodIdentityAgent", "us-east-1", undefined],
      ["SpotServiceLinkedRole", "us-east-1", undefined],
      ["Teardown", "us-east-1", undefined],
      ["Teardown", "us-east-1", undefined],
    ]);
  });

  it("are where the provider is that the component was given", async () => {
    const inEurope = await registeredBy(() => {
      const provider = new aws.Provider("europe", { region: "eu-west-1", profile: "europe" });
      return new Karpenter("karpenter", { ...args, identity: { trust: "irsa" } }, { provider });
    });

    assert.deepEqual(connections(inEurope), [
      ["OidcProvider", "eu-west-1", "europe"],
      ["SpotServiceLinkedRole", "eu-west-1", "europe"],
      ["Teardown", "eu-west-1", "europe"],
      ["Teardown", "eu-west-1", "europe"],
    ]);
  });
});
