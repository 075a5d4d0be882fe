import assert from "node:assert/strict";
import { demoCluster, installed, ofType } from "#support/installation";
import type { Registered } from "#support/pulumi";

describe("Karpenter", function () {
  this.timeout(30_000);

  it("has a node role with its four managed policies, a profile and an access entry", async () => {
    const resources = await installed();

    const policies = ofType(resources, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
      .map(({ inputs }) => String(inputs["policyArn"]))
      .filter((arn) => arn.includes("iam::aws:policy/") && !arn.includes("Fargate"));
    assert.deepEqual(policies.map((arn) => arn.split("/").at(-1)).sort(), [
      "AmazonEC2ContainerRegistryPullOnly",
      "AmazonEKSWorkerNodePolicy",
      "AmazonEKS_CNI_Policy",
      "AmazonSSMManagedInstanceCore",
    ]);
    assert.equal(ofType(resources, "aws:iam/instanceProfile:InstanceProfile").length, 1);
    assert.deepEqual(
      ofType(resources, "aws:eks/accessEntry:AccessEntry").map(({ inputs }) => inputs["type"]),
      ["EC2_LINUX"],
    );
  });

  it("maps the role in aws-auth where the cluster knows no access entries", async () => {
    const resources = await installed({ cluster: { ...demoCluster, authenticationMode: "CONFIG_MAP" } });

    assert.equal(ofType(resources, "aws:eks/accessEntry:AccessEntry").length, 0);
    assert.equal(ofType(resources, "pulumi-nodejs:dynamic/pulumi-karpenter:AwsAuthMapping").length, 1);
  });

  it("listens to five kinds of events, unless told not to", async () => {
    const rules = (resources: readonly Registered[]): number =>
      ofType(resources, "aws:cloudwatch/eventRule:EventRule").length;

    assert.equal(rules(await installed()), 5);
    assert.equal(rules(await installed({ interruptionQueue: false })), 0);
  });

  it("trusts the controller's service account and no other", async () => {
    const [role] = ofType(await installed({ namespace: "karpenter" }), "aws:iam/role:Role").filter(
      ({ name }) => name === "karpenter-controller",
    );

    const trust = String(role?.inputs["assumeRolePolicy"]);
    assert.match(
      trust,
      /"oidc\.eks\.us-east-1\.amazonaws\.com\/id\/ABC:sub":"system:serviceaccount:karpenter:karpenter"/,
    );
  });

  it("tags every private subnet and one security group", async () => {
    const tagged = ofType(await installed(), "aws:ec2/tag:Tag").map(({ inputs }) => inputs["resourceId"]);

    assert.deepEqual([...tagged].sort(), ["sg-1", "subnet-a", "subnet-b"]);
  });

  it("gives each pool a class that finds its network by the tag", async () => {
    const resources = await installed({ nodePools: { default: {}, gpu: { class: { gpu: true } } } });

    const classes = ofType(resources, "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass");
    assert.deepEqual(classes.map(({ name }) => name).sort(), ["default", "gpu"]);
    const spec = classes[0]?.inputs["spec"] as Record<string, unknown>;
    assert.deepEqual(spec["subnetSelectorTerms"], [{ tags: { "karpenter.sh/discovery": "demo" } }]);
    assert.equal(spec["role"], "KarpenterNodeRole-demo");
  });

  it("has a teardown beneath the pools and one above them", async () => {
    const names = (await installed({ nodePools: { default: {} } })).map(({ type, name }) => `${type} ${name}`);

    const at = (resource: string): number => names.indexOf(resource);
    const [under, pool, over] = [
      "pulumi-nodejs:dynamic/pulumi-karpenter:Teardown karpenter-leftovers",
      "kubernetes:karpenter.sh/v1:NodePool default",
      "pulumi-nodejs:dynamic/pulumi-karpenter:Teardown karpenter-machines",
    ].map(at);
    const deployment = at("kubernetes:apps/v1:Deployment karpenter");
    assert.ok(deployment >= 0 && deployment < (under ?? -1), names.join("\n"));
    assert.ok((under ?? -1) < (pool ?? -1) && (pool ?? -1) < (over ?? -1), names.join("\n"));
  });

  it("runs two replicas that may do nothing they need not", async () => {
    const [deployment] = ofType(await installed(), "kubernetes:apps/v1:Deployment");
    const spec = deployment?.inputs["spec"] as { replicas: number; template: { spec: Pod } };
    const [container] = spec.template.spec.containers;

    assert.equal(spec.replicas, 2);
    assert.equal(container?.name, "controller");
    assert.equal(container.securityContext.readOnlyRootFilesystem, true);
    assert.equal(container.securityContext.runAsNonRoot, true);
    assert.equal(container.env.find(({ name }) => name === "INTERRUPTION_QUEUE")?.value, "demo");
  });

  it("refuses settings that the controller would refuse", async () => {
    const settings = { BATCH_IDLE_DURATION: "soon" };

    await assert.rejects(
      installed({ controller: { image: "x", settings } }),
      /settings\.BATCH_IDLE_DURATION: "soon" is not/,
    );
  });
});

interface Pod {
  readonly containers: readonly {
    readonly name: string;
    readonly env: readonly { readonly name: string; readonly value?: string }[];
    readonly securityContext: { readonly readOnlyRootFilesystem: boolean; readonly runAsNonRoot: boolean };
  }[];
}
