import assert from "node:assert/strict";
import { withoutPath } from "#components/iam-settings";
import { trustFor } from "#components/identity";
import { karpenterProblems } from "#components/karpenter-problems";
import { trustPodIdentity } from "#components/policy-document";
import { demoCluster, installed, ofType } from "#support/installation";
import type { Registered } from "#support/pulumi";

const association = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
const agent = "pulumi-nodejs:dynamic/pulumi-karpenter:PodIdentityAgent";
const oidcProvider = "pulumi-nodejs:dynamic/pulumi-karpenter:OidcProvider";

interface Annotated {
  readonly annotations?: object;
}
const annotations = (resources: readonly Registered[]): readonly unknown[] => {
  // As `Controller` makes them.
  const [account] = ofType(resources, "kubernetes:core/v1:ServiceAccount");
  const [deployment] = ofType(resources, "kubernetes:apps/v1:Deployment");
  const spec = deployment?.inputs["spec"] as { readonly template: { readonly metadata: Annotated } } | undefined;
  return [(account?.inputs["metadata"] as Annotated).annotations, spec?.template.metadata.annotations];
};

describe("the controller's identity", function () {
  this.timeout(30_000);

  it("is chosen by where it runs, unless it is said", () => {
    assert.equal(trustFor({ on: "fargate" }), "irsa");
    assert.equal(trustFor({ on: "group" }), "podIdentity");
    assert.equal(trustFor({ on: "existing" }), "irsa");
    assert.equal(trustFor({ on: "group" }, "irsa"), "irsa");
    assert.equal(trustFor({ on: "existing" }, "podIdentity"), "podIdentity");
  });

  for (const args of [{}, { fargate: false }, { placement: { on: "group" }, identity: { trust: "irsa" } }] as const) {
    it(`is a token of its service account: ${JSON.stringify(args)}`, async () => {
      const resources = await installed(args);

      const [onAccount, onPod] = annotations(resources);
      assert.deepEqual(onAccount, { "eks.amazonaws.com/role-arn": "arn:aws:iam:::KarpenterControllerRole-demo" });
      assert.equal(onPod, undefined);
      assert.equal(ofType(resources, oidcProvider).length, 1);
      assert.deepEqual(ofType(resources, association), []);
      assert.deepEqual(ofType(resources, agent), []);
    });
  }

  for (const args of [
    { placement: { on: "group" } },
    { fargate: false, identity: { trust: "podIdentity" } },
  ] as const) {
    it(`is EKS Pod Identity: ${JSON.stringify(args)}`, async () => {
      const resources = await installed({ ...args, namespace: "autoscaling", tags: { team: "platform" } });

      const [onAccount, onPod] = annotations(resources);
      assert.equal(onAccount, undefined);
      assert.deepEqual(onPod, { "pulumi-karpenter/credentials": "pod-identity" });
      assert.deepEqual(ofType(resources, oidcProvider), []);
      assert.equal(ofType(resources, agent)[0]?.inputs["clusterName"], "demo");
      assert.deepEqual(ofType(resources, association)[0]?.inputs, {
        clusterName: "demo",
        namespace: "autoscaling",
        serviceAccount: "karpenter",
        roleArn: "arn:aws:iam:::KarpenterControllerRole-demo",
        tags: { team: "platform" },
      });
      const [role] = ofType(resources, "aws:iam/role:Role").filter(({ name }) => name === "karpenter-controller");
      assert.equal(
        role?.inputs["assumeRolePolicy"],
        trustPodIdentity("111122223333", "arn:aws:eks:us-east-1:111122223333:cluster/demo"),
      );
    });
  }

  it("trusts EKS Pod Identity for one cluster alone", () => {
    const clusterArn = "arn:aws-cn:eks:cn-north-1:111122223333:cluster/demo";

    assert.deepEqual(JSON.parse(trustPodIdentity("111122223333", clusterArn)), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
          Condition: {
            StringEquals: { "aws:SourceAccount": "111122223333" },
            ArnEquals: { "aws:SourceArn": clusterArn },
          },
        },
      ],
    });
  });

  it("makes nothing before the association is there that starts the controller", async () => {
    const types = (await installed({ placement: { on: "group" } })).map(({ type }) => type);

    const [theAgent, theAssociation, deployment] = [agent, association, "kubernetes:apps/v1:Deployment"].map((type) =>
      types.indexOf(type),
    );
    assert.ok((theAgent ?? -1) >= 0 && (theAgent ?? -1) < (theAssociation ?? -1));
    assert.ok((theAssociation ?? -1) < (deployment ?? -1));
  });

  it("has the roles' path and boundary wherever a role, policy or profile is made", async () => {
    const identity = { path: "/platform/", permissionsBoundary: "arn:aws:iam::111122223333:policy/bound" };
    const made = [...(await installed({ identity })), ...(await installed({ identity, placement: { on: "group" } }))];

    const roles = ofType(made, "aws:iam/role:Role");
    assert.deepEqual(
      new Set(roles.map(({ name }) => name)),
      new Set(["karpenter-node", "karpenter-controller", "karpenter", "karpenter-system"]),
    );
    assert.ok(roles.every(({ inputs }) => inputs["permissionsBoundary"] === identity.permissionsBoundary));
    const inIam = made.filter(({ type }) => /^aws:iam\/(role|policy|instanceProfile):/.test(type));
    assert.ok(inIam.length > 15);
    assert.deepEqual(
      inIam.filter(({ inputs }) => inputs["path"] !== identity.path),
      [],
    );
  });

  it("names no path in aws-auth, which knows none", () => {
    assert.equal(
      withoutPath("arn:aws-us-gov:iam::111122223333:role/a/b/nodes"),
      "arn:aws-us-gov:iam::111122223333:role/nodes",
    );
    assert.equal(withoutPath("arn:aws:iam::111122223333:role/nodes"), "arn:aws:iam::111122223333:role/nodes");
  });

  it("may be named after the region too, so that clusters of one name are several", async () => {
    const named = (resources: readonly Registered[]): readonly unknown[] =>
      resources
        .filter(({ type, inputs }) => type.startsWith("aws:iam/") && "name" in inputs)
        .map(({ inputs }) => inputs["name"]);
    const [usual, regional] = [
      named(await installed({})),
      named(await installed({ identity: { naming: "clusterAndRegion" } })),
    ];

    assert.ok(usual.includes("KarpenterNodeRole-demo"));
    assert.deepEqual(
      regional,
      usual.map((name) => `${String(name)}-us-east-1`),
    );
  });

  it("lets the controller touch only what is its cluster's, whatever roles are named after", async () => {
    const documents = (resources: readonly Registered[]): readonly unknown[] =>
      ofType(resources, "aws:iam/policy:Policy").map(({ inputs }) => inputs["policy"]);
    const regional = documents(await installed({ identity: { naming: "clusterAndRegion" } }));

    assert.deepEqual(
      regional.map((document) =>
        String(document).replaceAll("KarpenterNodeRole-demo-us-east-1", "KarpenterNodeRole-demo"),
      ),
      documents(await installed({})),
    );
  });

  const refused: readonly (readonly [object, string])[] = [
    [{ identity: { trust: "token" } }, "identity.trust must be one of irsa, podIdentity"],
    [{ identity: { trust: "podIdentity" } }, "identity.trust podIdentity does not go with Fargate"],
    [{ identity: { naming: "region" } }, "identity.naming must be one of cluster, clusterAndRegion"],
    [{ identity: { path: "platform" } }, "identity.path must begin and end with a slash"],
    [{ identity: { permissionsBoundary: "bound" } }, "identity.permissionsBoundary must be the ARN of a policy"],
    [{ identity: { trsut: "irsa" } }, "identity.trsut is unknown; known are trust"],
  ];
  for (const [args, reason] of refused) {
    it(`is refused: ${reason}`, () => {
      // As a stack's configuration may have it, which knows no types.
      const said = karpenterProblems({ cluster: demoCluster, ...args }).map(
        (problem) => `${problem.path} ${problem.reason}`,
      );

      assert.equal(said.length, 1, said.join("\n"));
      assert.ok(said[0]?.startsWith(reason), said[0]);
    });
  }
});
