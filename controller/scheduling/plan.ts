import type { RequirementSpec } from "../api/requirement";
import type { ResourceList } from "../api/kube-object";
import type { NodePool } from "../api/node-pool";
import type { Pod } from "../api/pod";
import type { InstanceType, Offering } from "./instance-type";

/**
 * The answer to a Problem. Equal problems have equal plans, in every order of their input, unless time was up before
 * they were done.
 */
export interface Plan {
  readonly newNodes: readonly PlannedNode[];
  /** Node name → pods that it will take. */
  readonly existing: ReadonlyMap<string, readonly Pod[]>;
  readonly unschedulable: readonly { readonly pod: Pod; readonly reason: string }[];
  /**
   * Pods that are for the next plan: time was up before it was their turn, or this one uses up the capacity reservation
   * that suits them.
   */
  readonly deferred: readonly Pod[];
  /**
   * Pods by the zone that they can go to, `flexible` for several and `none`; without those that cannot be planned at
   * all.
   */
  readonly zones: ReadonlyMap<string, readonly Pod[]>;
}

/** A node to launch. */
export interface PlannedNode {
  readonly pool: NodePool;
  readonly pods: readonly Pod[];
  /** The claim's requirements: the pool's, narrowed by its pods; without the instance types. */
  readonly requirements: readonly RequirementSpec[];
  /** Types that hold the pods, cheapest first. */
  readonly instanceTypes: readonly InstanceType[];
  /** What pods and daemons ask for together. */
  readonly requests: ResourceList;
  /** The cheapest compatible offering, which the plan is priced by. */
  readonly cheapest: { readonly instanceType: string; readonly offering: Offering };
  /** Whether `minValues` had to be lowered (annotation `karpenter.sh/nodeclaim-min-values-relaxed`). */
  readonly minValuesRelaxed: boolean;
}
