import assert from "node:assert/strict";
import type { KarpenterArgs } from "#components/karpenter-args";
import { karpenterProblems } from "#components/karpenter-problems";
import { demoCluster, installed, ofType } from "#support/installation";
import type { Registered } from "#support/pulumi";

const cluster = { ...demoCluster, vpcId: "vpc-1" };

const stack = (args: Partial<KarpenterArgs>): Promise<readonly Registered[]> => installed({ cluster, ...args });

interface Deployed {
  readonly template: {
    readonly spec: { readonly containers: readonly { readonly env: readonly { name: string; value?: string }[] }[] };
  };
}

/** What the controller is told under this name. */
function told(resources: readonly Registered[], variable: string): string | undefined {
  // As `Controller` makes it.
  const spec = ofType(resources, "kubernetes:apps/v1:Deployment")[0]?.inputs["spec"] as Deployed;
  return spec.template.spec.containers[0]?.env.find(({ name }) => name === variable)?.value;
}

/** Role and profile of each class. */
const classes = (resources: readonly Registered[]): object =>
  Object.fromEntries(
    ofType(resources, "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass").map(({ name, inputs }) => {
      const { role, instanceProfile } = inputs["spec"] as { readonly role?: string; readonly instanceProfile?: string };
      return [name, { role, instanceProfile }];
    }),
  );

const ofStack = "KarpenterNodeRole-demo";
const nodePools = {
  plain: {},
  "own-profile": { class: { spec: { instanceProfile: "mine" } } },
  "own-role": { class: { spec: { role: "mine" } } },
};

describe("A VPC without a way to the internet", function () {
  this.timeout(30_000);

  it("has the controller ask neither for prices nor IAM", async () => {
    const resources = await stack({ isolatedVpc: true, nodePools });

    assert.equal(told(resources, "ISOLATED_VPC"), "true");
    assert.deepEqual(classes(resources), {
      plain: { role: undefined, instanceProfile: ofStack },
      "own-profile": { role: undefined, instanceProfile: "mine" },
      "own-role": { role: "mine", instanceProfile: undefined },
    });
    assert.equal(ofType(resources, "aws:ec2/vpcEndpoint:VpcEndpoint").length, 0, "they are there");
  });

  it("is not where it is not said to be", async () => {
    const resources = await stack({ nodePools: { plain: {} } });

    assert.equal(told(resources, "ISOLATED_VPC"), undefined);
    assert.deepEqual(classes(resources), { plain: { role: ofStack, instanceProfile: undefined } });
  });

  it("gets endpoints in the cluster's subnets, open to the VPC and to nobody else", async () => {
    const resources = await stack({ vpcEndpoints: true });

    const endpoints = ofType(resources, "aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => inputs);
    assert.deepEqual(
      endpoints.map(({ serviceName, vpcEndpointType }) => `${String(serviceName)} ${String(vpcEndpointType)}`).sort(),
      [
        "com.amazonaws.us-east-1.ec2 Interface",
        "com.amazonaws.us-east-1.ecr.api Interface",
        "com.amazonaws.us-east-1.ecr.dkr Interface",
        "com.amazonaws.us-east-1.eks Interface",
        "com.amazonaws.us-east-1.eks-auth Interface",
        "com.amazonaws.us-east-1.s3 Gateway",
        "com.amazonaws.us-east-1.sqs Interface",
        "com.amazonaws.us-east-1.ssm Interface",
        "com.amazonaws.us-east-1.sts Interface",
      ],
    );
    for (const endpoint of endpoints.filter(({ vpcEndpointType }) => vpcEndpointType === "Interface")) {
      assert.deepEqual(endpoint["subnetIds"], ["subnet-a", "subnet-b"]);
      assert.deepEqual(endpoint["securityGroupIds"], ["karpenter-id"]);
      assert.equal(endpoint["privateDnsEnabled"], true);
    }
    assert.deepEqual(endpoints.find(({ vpcEndpointType }) => vpcEndpointType === "Gateway")?.["routeTableIds"], [
      "rtb-1",
      "rtb-2",
    ]);
    assert.deepEqual(ofType(resources, "aws:ec2/securityGroup:SecurityGroup")[0]?.inputs["ingress"], [
      { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/16", "100.64.0.0/16"] },
    ]);
  });

  it("gets those endpoints that are missing, where it wants them", async () => {
    const vpcEndpoints = { services: ["ssm"], subnetIds: ["subnet-z"], routeTableIds: ["rtb-z"] };
    const endpoints = ofType(await stack({ vpcEndpoints }), "aws:ec2/vpcEndpoint:VpcEndpoint");

    assert.deepEqual(
      Object.fromEntries(endpoints.map(({ name, inputs }) => [name, inputs["subnetIds"] ?? inputs["routeTableIds"]])),
      { "karpenter-ssm": ["subnet-z"], "karpenter-s3": ["rtb-z"] },
    );
  });

  const elsewhere = { ...cluster, vpcId: undefined, privateSubnetIds: [] };
  const refused: readonly (readonly [object, readonly string[]])[] = [
    [{ isolatedVpc: true, controller: {} }, ["image"]],
    [{ vpcEndpoints: true, cluster: elsewhere, fargate: false }, ["cluster.vpcId", "vpcEndpoints.subnetIds"]],
    [{ vpcEndpoints: { subnetIds: [] } }, ["vpcEndpoints.subnetIds"]],
    [{ isolatedVpc: true, controller: { imageMirror: "mirror.example.com" } }, []],
  ];
  for (const [args, paths] of refused) {
    it(`is refused for ${paths.length === 0 ? "nothing" : paths.join(" and ")}: ${JSON.stringify(Object.keys(args))}`, () => {
      assert.deepEqual(
        karpenterProblems({ cluster, ...args }).map(({ path }) => path),
        paths,
      );
    });
  }
});
