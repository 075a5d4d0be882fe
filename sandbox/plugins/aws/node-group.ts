import type { CreateNodegroupRequest, Nodegroup } from "@aws-sdk/client-eks";
import type { NodeGroupArgs, NodeGroupState } from "@pulumi/aws/eks/nodeGroup";
import { present, unless } from "./aws";
import { gone, retagEks, split, timing } from "./eks";
import { define, fixed, named, prefix, requiredFixed } from "./resource";
import type { Plain } from "./resource";

/** Id: `<cluster>:<group>`. */
export const nodeGroup = define<NodeGroupArgs, NodeGroupState>({
  inputs: {
    amiType: { ...fixed, computed: true },
    capacityType: { ...fixed, computed: true },
    clusterName: requiredFixed,
    diskSize: { ...fixed, computed: true },
    instanceTypes: { ...fixed, computed: true },
    labels: {},
    launchTemplate: { as: "block" },
    nodeGroupName: named(63),
    nodeGroupNamePrefix: prefix,
    nodeRoleArn: requiredFixed,
    scalingConfig: { required: true },
    subnetIds: { ...requiredFixed, as: "set" },
    tags: {},
    taints: { as: "set" },
    updateConfig: { as: "block", computed: true },
    version: { computed: true },
  },

  async create(inputs, aws) {
    const eks = await aws.eks();
    const { clusterName } = inputs;
    const nodegroupName = present(inputs.nodeGroupName, "a group name");
    await eks.createNodegroup(toNodegroup(inputs));
    await eks.waitUntilNodegroupActive({ clusterName, nodegroupName }, timing);
    return `${clusterName}:${nodegroupName}`;
  },

  async read(id, aws) {
    const eks = await aws.eks();
    const [clusterName = "", nodegroupName = ""] = split(id, ":");
    const found = await unless(gone, eks.describeNodegroup({ clusterName, nodegroupName }));
    return found?.nodegroup && describe(found.nodegroup);
  },

  async update(id, { olds, news }, aws) {
    const eks = await aws.eks();
    const [clusterName = "", nodegroupName = ""] = split(id, ":");
    const group = { clusterName, nodegroupName };
    const removed = (olds.taints ?? []).filter(({ key }) => !news.taints?.some((taint) => taint.key === key));
    await eks.updateNodegroupConfig({
      ...group,
      labels: {
        addOrUpdateLabels: news.labels ?? {},
        removeLabels: Object.keys(olds.labels ?? {}).filter((key) => news.labels?.[key] === undefined),
      },
      scalingConfig: news.scalingConfig,
      taints: { addOrUpdateTaints: toTaints(news.taints), removeTaints: toTaints(removed) },
    });
    const { nodegroup } = await eks.describeNodegroup(group);
    const resourceArn = nodegroup?.nodegroupArn;
    await retagEks(eks, resourceArn, { olds, news });
  },

  async delete(id, aws) {
    const eks = await aws.eks();
    const [clusterName = "", nodegroupName = ""] = split(id, ":");
    const group = { clusterName, nodegroupName };
    if (await unless(gone, eks.deleteNodegroup(group))) await eks.waitUntilNodegroupDeleted(group, timing);
  },
});

type Taints = Plain<NodeGroupArgs>["taints"];
const effects = ["NO_EXECUTE", "NO_SCHEDULE", "PREFER_NO_SCHEDULE"] as const;
const toTaints = (taints: Taints = []): CreateNodegroupRequest["taints"] =>
  taints.map(({ key, value, effect }) => ({ key, value, effect: effects.find((known) => known === effect) }));

function toNodegroup(inputs: Plain<NodeGroupArgs>): CreateNodegroupRequest {
  return {
    // AWS refuses what is not one of its types; the SDK's own list would be older than AWS's.
    amiType: inputs.amiType as CreateNodegroupRequest["amiType"],
    capacityType: inputs.capacityType as CreateNodegroupRequest["capacityType"],
    clusterName: inputs.clusterName,
    diskSize: inputs.diskSize,
    instanceTypes: inputs.instanceTypes,
    labels: inputs.labels,
    launchTemplate: inputs.launchTemplate,
    nodegroupName: inputs.nodeGroupName,
    nodeRole: inputs.nodeRoleArn,
    scalingConfig: inputs.scalingConfig,
    subnets: inputs.subnetIds,
    tags: inputs.tags,
    taints: inputs.taints && toTaints(inputs.taints),
    version: inputs.version,
  };
}

function describe(found: Nodegroup): Partial<Plain<NodeGroupState>> {
  return {
    amiType: found.amiType,
    arn: found.nodegroupArn,
    capacityType: found.capacityType,
    clusterName: found.clusterName,
    diskSize: found.diskSize,
    instanceTypes: found.instanceTypes,
    labels: found.labels ?? {},
    launchTemplate: templateOf(found),
    nodeGroupName: found.nodegroupName,
    nodeRoleArn: found.nodeRole,
    resources: resourcesOf(found),
    scalingConfig: scalingOf(found),
    status: found.status,
    subnetIds: found.subnets,
    tags: found.tags ?? {},
    taints: found.taints?.map(({ key = "", value, effect = "" }) => ({ key, value, effect })),
    version: found.version,
  };
}

type State = Partial<Plain<NodeGroupState>>;

const templateOf = ({ launchTemplate: template }: Nodegroup): State["launchTemplate"] =>
  template && { ...template, version: present(template.version, "a launch template version") };

function resourcesOf({ resources }: Nodegroup): State["resources"] {
  const autoscalingGroups = (resources?.autoScalingGroups ?? []).map(({ name }) => ({ name }));
  return [{ autoscalingGroups, remoteAccessSecurityGroupId: resources?.remoteAccessSecurityGroup }];
}

function scalingOf({ scalingConfig }: Nodegroup): State["scalingConfig"] {
  const { maxSize, minSize, desiredSize } = present(scalingConfig, "a scaling configuration");
  return {
    desiredSize: present(desiredSize, "a desired size"),
    maxSize: present(maxSize, "a maximum size"),
    minSize: present(minSize, "a minimum size"),
  };
}
