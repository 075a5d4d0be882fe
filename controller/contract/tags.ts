/**
 * Tags that say what is ours in an AWS account. The controller writes them, its policies are scoped by them, and
 * Teardown finds by them what is to go.
 */
export const tags = {
  /** On subnets and one security group: nodes may use this. Value: the cluster's name. */
  discovery: "karpenter.sh/discovery",
  /** On machines, volumes, interfaces, fleets and launch templates. Value: the pool's name. */
  nodePool: "karpenter.sh/nodepool",
  /** On machines. Value: the claim's name. */
  nodeClaim: "karpenter.sh/nodeclaim",
  /** On machines, launch templates and instance profiles. Value: the class's name. */
  nodeClass: "karpenter.k8s.aws/ec2nodeclass",
  /** Value: the cluster's name. */
  clusterName: "eks:eks-cluster-name",
  /** On instance profiles, which belong to no region. */
  region: "topology.kubernetes.io/region",
  /** On machines. Value: the node's name. */
  name: "Name",
  /** On interfaces made by the VPC CNI. Value: the cluster's name. */
  cniClusterName: "cluster.k8s.amazonaws.com/name",
  /** On interfaces made by the VPC CNI. Value: the machine they were made for. */
  cniInstance: "node.k8s.amazonaws.com/instance_id",
} as const;

/** The tag key of everything that lives and dies with a cluster; its value is `owned`. */
export const clusterTag = (cluster: string): string => `kubernetes.io/cluster/${cluster}`;
export const owned = "owned";
