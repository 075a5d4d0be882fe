import type { KubeletConfiguration } from "../api/ec2-node-class";
import type { Labels, Taint } from "../api/kube-object";
import type { ClusterFacts } from "./eks-api";

/** What a machine is told at boot. */
export interface Boot {
  readonly clusterName: string;
  readonly cluster: ClusterFacts;
  /** Address of the cluster's DNS service, where it is known. */
  readonly clusterDns?: string;
  /** The class' own; `maxPods` below is what came of it. */
  readonly kubelet: KubeletConfiguration;
  readonly maxPods: number;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** All instance-store disks become one, for pods and images. */
  readonly raid0: boolean;
  /** The class' `userData`. */
  readonly custom: string;
}
