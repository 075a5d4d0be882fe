/** Label, annotation, taint and finalizer names of Karpenter's API (karpenter.sh and karpenter.k8s.aws docs). */
export const labels = {
  nodePool: "karpenter.sh/nodepool",
  capacityType: "karpenter.sh/capacity-type",
  registered: "karpenter.sh/registered",
  initialized: "karpenter.sh/initialized",
  doNotSyncTaints: "karpenter.sh/do-not-sync-taints",
  nodeClass: "karpenter.k8s.aws/ec2nodeclass",
  excludeFromLoadBalancers: "node.kubernetes.io/exclude-from-external-load-balancers",
  hostname: "kubernetes.io/hostname",
  arch: "kubernetes.io/arch",
  os: "kubernetes.io/os",
  instanceType: "node.kubernetes.io/instance-type",
  windowsBuild: "node.kubernetes.io/windows-build",
  zone: "topology.kubernetes.io/zone",
  region: "topology.kubernetes.io/region",
  zoneId: "topology.k8s.aws/zone-id",
  reservationId: "karpenter.k8s.aws/capacity-reservation-id",
  reservationType: "karpenter.k8s.aws/capacity-reservation-type",
  reservationInterruptible: "karpenter.k8s.aws/capacity-reservation-interruptible",
} as const;

export const annotations = {
  doNotDisrupt: "karpenter.sh/do-not-disrupt",
  nodePoolHash: "karpenter.sh/nodepool-hash",
  nodePoolHashVersion: "karpenter.sh/nodepool-hash-version",
  nodeClassHash: "karpenter.k8s.aws/ec2nodeclass-hash",
  nodeClassHashVersion: "karpenter.k8s.aws/ec2nodeclass-hash-version",
  terminationTimestamp: "karpenter.sh/nodeclaim-termination-timestamp",
  minValuesRelaxed: "karpenter.sh/nodeclaim-min-values-relaxed",
  priceOverlayApplied: "karpenter.sh/price-overlay-applied",
  capacityOverlayApplied: "karpenter.sh/capacity-overlay-applied",
  /** On pods that exist in plans only: which buffer they stand for. */
  bufferFakePod: "karpenter.sh/capacity-buffer-fake-pod",
  bufferName: "karpenter.sh/capacity-buffer-name",
  bufferNamespace: "karpenter.sh/capacity-buffer-namespace",
  instanceProfileName: "karpenter.k8s.aws/instance-profile-name",
  tagged: "karpenter.k8s.aws/tagged",
} as const;

export const finalizers = {
  /** On Nodes and NodeClaims. */
  termination: "karpenter.sh/termination",
  /** On EC2NodeClasses. */
  nodeClass: "karpenter.k8s.aws/termination",
} as const;

export const taints = {
  disrupted: { key: "karpenter.sh/disrupted", effect: "NoSchedule" },
  unregistered: { key: "karpenter.sh/unregistered", effect: "NoExecute" },
} as const;
