import { type Case, made, otherTags, tags, trust, type World } from "./case";

const adminPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
const roleArn = async (world: World, service: string): Promise<string> => {
  const needed = await world.program.make("aws:iam/role:Role", { assumeRolePolicy: trust(service) }, "needed");
  return needed.output("arn");
};
const clusterName = "demo";

export const clusters: Readonly<Record<string, Case>> = {
  "aws:eks/cluster:Cluster": {
    inputs: async (world) => ({
      roleArn: await roleArn(world, "eks.amazonaws.com"),
      vpcConfig: { subnetIds: world.seed.privateSubnetIds },
      accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" },
      tags,
    }),
    change: { accessConfig: { authenticationMode: "API" }, tags: otherTags },
    output: "endpoint",
  },
  "aws:eks/fargateProfile:FargateProfile": {
    inputs: async (world) => ({
      clusterName,
      podExecutionRoleArn: await roleArn(world, "eks-fargate-pods.amazonaws.com"),
      selectors: [{ namespace: "kube-system", labels: { "app.kubernetes.io/name": "karpenter" } }],
      subnetIds: world.seed.privateSubnetIds,
      tags,
    }),
    change: { tags: otherTags },
    output: "status",
  },
  "aws:eks/accessEntry:AccessEntry": {
    inputs: async (world) => ({ clusterName, principalArn: await roleArn(world, "ec2.amazonaws.com"), tags }),
    change: { kubernetesGroups: ["viewers"], tags: otherTags },
    output: "accessEntryArn",
  },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    inputs: async (world) => {
      const principalArn = await roleArn(world, "ec2.amazonaws.com");
      await made(world, "aws:eks/accessEntry:AccessEntry", { clusterName, principalArn });
      return { clusterName, principalArn, policyArn: adminPolicy, accessScope: { type: "cluster" } };
    },
    change: { accessScope: { type: "namespace", namespaces: ["default"] } },
    output: "associatedAt",
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    inputs: async (world) => ({
      clusterName,
      namespace: "kube-system",
      serviceAccount: "karpenter",
      roleArn: await roleArn(world, "pods.eks.amazonaws.com"),
      tags,
    }),
    change: { tags: otherTags },
    output: "associationArn",
  },
  "aws:eks/addon:Addon": {
    inputs: () => ({ clusterName, addonName: "eks-pod-identity-agent", tags }),
    change: { tags: otherTags },
    output: "arn",
  },
  "aws:eks/nodeGroup:NodeGroup": {
    inputs: async (world) => ({
      clusterName,
      nodeRoleArn: await roleArn(world, "ec2.amazonaws.com"),
      scalingConfig: { desiredSize: 2, minSize: 1, maxSize: 3 },
      subnetIds: world.seed.privateSubnetIds,
      labels: { role: "system" },
      tags,
    }),
    change: {
      scalingConfig: { desiredSize: 2, minSize: 2, maxSize: 4 },
      labels: { role: "other" },
      taints: [{ key: "CriticalAddonsOnly", value: "true", effect: "NO_SCHEDULE" }],
      tags: otherTags,
    },
    output: "status",
  },
};
