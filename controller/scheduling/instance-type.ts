import type { ResourceList } from "../api/kube-object";
import type { RequirementSpec } from "../api/requirement";

/**
 * A machine that may be launched: labels it will carry, what it offers, and where it is sold at what price.
 * Quantities are Kubernetes quantity strings, as in a Node's status.
 */
export interface InstanceType {
  readonly name: string;
  /** One entry for every well-known key; `DoesNotExist` for those the type does not have. */
  readonly requirements: readonly RequirementSpec[];
  readonly capacity: ResourceList;
  /** Capacity less kube-reserved, system-reserved and eviction threshold. */
  readonly allocatable: ResourceList;
  readonly offerings: readonly Offering[];
  /**
   * Where NodeOverlays made it differ from what the cloud sells: prices of offerings, and resources that came on top.
   */
  readonly overlaid?: { readonly price: boolean; readonly capacity?: ResourceList };
}

/** A type in one zone and capacity type. */
export interface Offering {
  readonly zone: string;
  readonly capacityType: "on-demand" | "spot" | "reserved";
  /** Per hour, in the currency of the region's price list (USD; CNY in China). */
  readonly price: number;
  /** False while EC2 has none of it, or when it has no price. */
  readonly available: boolean;
  /** Further labels that only this offering has, such as a reservation's id. */
  readonly requirements?: readonly RequirementSpec[];
  /** For `reserved`: which reservation it is from, and how many instances are left in it. */
  readonly reservation?: { readonly id: string; readonly remaining: number };
  /** Resources that a node has only if it is bought through this offering, laid over the type's allocatable. */
  readonly allocatable?: ResourceList;
}
