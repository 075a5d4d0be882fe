import assert from "node:assert/strict";
import type { KarpenterArgs } from "#components/karpenter-args";
import { karpenterProblems } from "#components/karpenter-problems";
import type { Placement } from "#components/placement";
import { isArm } from "#components/placement";
import { podPlacement } from "#components/pod-placement";
import { demoCluster, installed, ofType, ownImage } from "#support/installation";
import type { Registered } from "#support/pulumi";

const cluster = { ...demoCluster, publicSubnetIds: ["subnet-c"] };

const stack = (args: Partial<KarpenterArgs>): Promise<readonly Registered[]> => installed({ cluster, ...args });

interface Template {
  readonly template: { readonly spec: Pod };
}
interface Pod {
  readonly dnsPolicy: string;
  readonly nodeSelector: object;
  readonly affinity: object;
  readonly containers: readonly { readonly ports: object }[];
}

const podOf = (resources: readonly Registered[]): Pod | undefined =>
  // As `Controller` makes it.
  (ofType(resources, "kubernetes:apps/v1:Deployment")[0]?.inputs["spec"] as Template | undefined)?.template.spec;

const problemsOf = (args: object): readonly string[] =>
  // As a stack's configuration may have it, which knows no types.
  karpenterProblems({ cluster, ...args }).map(({ path, reason }) => `${path} ${reason}`);

const anti = {
  requiredDuringSchedulingIgnoredDuringExecution: [
    {
      topologyKey: "kubernetes.io/hostname",
      labelSelector: {
        matchLabels: { "app.kubernetes.io/name": "karpenter", "app.kubernetes.io/instance": "karpenter" },
      },
    },
  ],
};
const noPool = { key: "karpenter.sh/nodepool", operator: "DoesNotExist" };

describe("Where the controller runs", function () {
  this.timeout(30_000);

  it("is Fargate, in the cluster's private subnets, unless it is said", async () => {
    const resources = await stack({});

    const [profile] = ofType(resources, "aws:eks/fargateProfile:FargateProfile");
    assert.deepEqual(profile?.inputs["subnetIds"], ["subnet-a", "subnet-b"]);
    assert.equal(ofType(resources, "aws:eks/nodeGroup:NodeGroup").length, 0);
    assert.equal(podOf(resources)?.dnsPolicy, "Default");
  });

  it("may be Fargate in other subnets", async () => {
    const resources = await stack({ placement: { on: "fargate", subnetIds: ["subnet-z"] } });

    const [profile] = ofType(resources, "aws:eks/fargateProfile:FargateProfile");
    assert.deepEqual(profile?.inputs["subnetIds"], ["subnet-z"]);
  });

  it("may be a group of two nodes that only it and its like tolerate", async () => {
    const resources = await stack({ placement: { on: "group" } });

    const [group] = ofType(resources, "aws:eks/nodeGroup:NodeGroup");
    assert.deepEqual(group?.inputs["scalingConfig"], { desiredSize: 2, minSize: 2, maxSize: 2 });
    assert.deepEqual(group.inputs["labels"], { "karpenter.sh/controller": "true" });
    assert.deepEqual(group.inputs["taints"], [{ key: "CriticalAddonsOnly", value: "true", effect: "NO_SCHEDULE" }]);
    assert.deepEqual(group.inputs["subnetIds"], ["subnet-a", "subnet-b"]);
    assert.equal(group.inputs["amiType"], "AL2023_x86_64_STANDARD");
    assert.equal(ofType(resources, "aws:eks/fargateProfile:FargateProfile").length, 0);
    assert.deepEqual(podOf(resources)?.nodeSelector, {
      "kubernetes.io/os": "linux",
      "karpenter.sh/controller": "true",
    });
    assert.equal(podOf(resources)?.dnsPolicy, "Default");
  });

  it("gives the group's nodes no way in by SSM, which nodes of pools have", async () => {
    const resources = await stack({ placement: { on: "group" } });

    const granted = ofType(resources, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
      .filter(({ name }) => name.startsWith("karpenter-system"))
      .map(({ inputs }) => String(inputs["policyArn"]).split("/").at(-1));
    assert.deepEqual(granted.sort(), [
      "AmazonEC2ContainerRegistryPullOnly",
      "AmazonEKSWorkerNodePolicy",
      "AmazonEKS_CNI_Policy",
    ]);
  });

  it("may be a group of another size, of ARM machines, elsewhere", async () => {
    const placement = { on: "group", size: 3, instanceTypes: ["m7g.large", "c7gd.large"], subnetIds: ["s"] } as const;
    const resources = await stack({ placement, controller: { ...ownImage, replicas: 3 } });

    const [group] = ofType(resources, "aws:eks/nodeGroup:NodeGroup");
    assert.deepEqual(group?.inputs["scalingConfig"], { desiredSize: 3, minSize: 3, maxSize: 3 });
    assert.deepEqual(group.inputs["instanceTypes"], ["m7g.large", "c7gd.large"]);
    assert.equal(group.inputs["amiType"], "AL2023_ARM_64_STANDARD");
    assert.deepEqual(group.inputs["subnetIds"], ["s"]);
  });

  for (const args of [{ fargate: false }, { placement: { on: "existing" } }] as const) {
    it(`makes nothing to run on where nodes are there: ${JSON.stringify(args)}`, async () => {
      const resources = await stack(args);

      assert.equal(ofType(resources, "aws:eks/nodeGroup:NodeGroup").length, 0);
      assert.equal(ofType(resources, "aws:eks/fargateProfile:FargateProfile").length, 0);
      assert.equal(podOf(resources)?.dnsPolicy, "ClusterFirst");
      assert.deepEqual(podOf(resources)?.affinity, {
        podAntiAffinity: anti,
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [noPool] }] },
        },
      });
    });
  }

  it("goes by labels, tolerations and affinity of existing nodes, and never to a pool's", () => {
    const inZone = { key: "topology.kubernetes.io/zone", operator: "In", values: ["us-east-1a"] } as const;
    const onMetal = { key: "metal", operator: "Exists" } as const;
    const pod = podPlacement({
      on: "existing",
      nodeSelector: { role: "system" },
      tolerations: [{ key: "system", operator: "Exists" }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [inZone] }, { matchExpressions: [onMetal] }],
          },
        },
      },
    });

    assert.deepEqual(pod.nodeSelector, { "kubernetes.io/os": "linux", role: "system" });
    assert.deepEqual(pod.tolerations, [
      { key: "CriticalAddonsOnly", operator: "Exists" },
      { key: "system", operator: "Exists" },
    ]);
    assert.deepEqual(pod.affinity, {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [inZone, noPool] }, { matchExpressions: [onMetal, noPool] }],
        },
      },
    });
  });

  it("has the ports that the settings say", async () => {
    const resources = await stack({ controller: { ...ownImage, settings: { metricsPort: 9_090 } } });

    assert.deepEqual(podOf(resources)?.containers[0]?.ports, [
      { name: "http-metrics", containerPort: 9_090, protocol: "TCP" },
      { name: "http", containerPort: 8_081, protocol: "TCP" },
    ]);
  });

  const refused: readonly (readonly [object, readonly string[]])[] = [
    [{ placement: { on: "moon" } }, ["placement.on must be one of fargate, group, existing"]],
    [{ placement: { on: "group", sise: 3 } }, ["placement.sise is unknown for group; known are "]],
    [{ placement: { on: "fargate", size: 3 } }, ["placement.size is unknown for fargate; known are on, subnetIds"]],
    [{ placement: { on: "group", size: 0 } }, ["placement.size must be a whole number"]],
    [{ placement: { on: "group", size: 1 } }, ["replicas 2 do not fit on a group of 1"]],
    [{ placement: { on: "group" }, controller: { replicas: 3 } }, ["replicas 3 do not fit on a group of 2"]],
    [{ placement: { on: "group", instanceTypes: [] } }, ["placement.instanceTypes must not be empty"]],
    [
      { placement: { on: "group", instanceTypes: ["m7g.large", "m7i.large"] } },
      ["placement.instanceTypes must be of one architecture"],
    ],
    [{ placement: { on: "group", subnetIds: [] } }, ["placement.subnetIds must not be empty"]],
    [{ placement: { on: "fargate", subnetIds: [] } }, ["placement.subnetIds must not be empty"]],
    [{ cluster: { ...cluster, privateSubnetIds: [] } }, ["fargate needs private subnets"]],
    [
      { cluster: { ...cluster, privateSubnetIds: [] }, placement: { on: "fargate" } },
      ["placement needs private subnets"],
    ],
  ];
  for (const [args, expected] of refused) {
    it(`is refused: ${expected.join("; ")}`, () => {
      const said = problemsOf(args);

      assert.equal(said.length, expected.length, said.join("\n"));
      for (const [index, begin] of expected.entries()) assert.ok(said[index]?.startsWith(begin), said[index]);
    });
  }

  const fine: readonly object[] = [
    { placement: { on: "group", size: 1 }, controller: { replicas: 1 } },
    { fargate: false, cluster: { ...cluster, privateSubnetIds: [] } },
    { cluster: { ...cluster, privateSubnetIds: [] }, placement: { on: "group" } satisfies Placement },
  ];
  for (const args of fine) {
    it(`is taken: ${JSON.stringify({ ...args, cluster: undefined })}`, () => {
      assert.deepEqual(problemsOf(args), []);
    });
  }

  it("tells ARM from x86 by a type's name", () => {
    assert.deepEqual(["m7g.large", "t4g.small", "c7gd.xlarge", "im4gn.large", "a1.large", "g5g.xlarge"].map(isArm), [
      ...Array<boolean>(6).fill(true),
    ]);
    assert.ok(!["m7i.large", "g5.xlarge", "m5.large", "gr6.4xlarge"].some(isArm));
  });
});
