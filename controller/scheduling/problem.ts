import type { Labels, ResourceList, Taint } from "../api/kube-object";
import type { NodePool } from "../api/node-pool";
import type { Pod } from "../api/pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../api/storage";
import type { DaemonSet, Namespace } from "../api/workloads";
import type { InstanceType } from "./instance-type";

/** Everything one scheduling decision looks at. All of it was fetched before; nothing here is looked up later. */
export interface Problem {
  /** Pods to place. */
  readonly pods: readonly Pod[];
  /** Pools that may get new nodes: ready, not deleting, dynamic. */
  readonly pools: readonly PoolChoice[];
  /** Nodes that are there or on their way, less those that are going. */
  readonly nodes: readonly NodeState[];
  readonly daemonSets: readonly DaemonSet[];
  readonly namespaces: readonly Namespace[];
  readonly volumes: Volumes;
  readonly settings: SchedulingSettings;
}

export interface PoolChoice {
  readonly pool: NodePool;
  readonly instanceTypes: readonly InstanceType[];
  /** What the pool's live nodes have together, `nodes` included; counts against its limits. */
  readonly usage: ResourceList;
}

/** A node, or a claim whose node has not come yet, as the scheduler sees it. */
export interface NodeState {
  readonly name: string;
  readonly initialized: boolean;
  readonly labels: Labels;
  /** Without ephemeral and startup taints while the node is still coming up. */
  readonly taints: readonly Taint[];
  readonly allocatable: ResourceList;
  /** Pods on it, daemons included. */
  readonly pods: readonly Pod[];
  /**
   * How many volumes of each CSI driver it can attach, as its CSINode says; drivers that are not listed have no limit.
   */
  readonly volumeLimits?: Readonly<Record<string, number>>;
}

export interface Volumes {
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly classes: readonly StorageClass[];
}

export interface SchedulingSettings {
  /** `Ignore` drops every preference before the first try. */
  readonly preferences: "Respect" | "Ignore";
  /** Whether `minValues` may be lowered when nothing else works. */
  readonly minValues: "Strict" | "BestEffort";
  /**
   * `Strict`, the default: a pod that a capacity reservation would suit waits while the reservation is taken by this
   * very plan, instead of paying for other capacity. `Fallback`: it takes other capacity. `Ignore`:
   * reserved capacity is not for sale.
   */
  readonly reservations?: "Strict" | "Fallback" | "Ignore";
  /** What a node costs per hour whatever its type (licences, addresses), added to every offering's price. Default 0. */
  readonly nodePrice?: number;
}
