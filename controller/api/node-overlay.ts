import type { Condition, KubeObject, ResourceList } from "./kube-object";
import type { RequirementSpec } from "./requirement";

/** `karpenter.sh/v1alpha1` NodeOverlay: what is different about some instance types, in the eyes of the planner. */
export interface NodeOverlay extends KubeObject {
  readonly spec: NodeOverlaySpec;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface NodeOverlaySpec {
  /** Types, offerings and pools that the overlay is for. */
  readonly requirements: readonly RequirementSpec[];
  /** Per hour, in place of the price list's: "0.25". */
  readonly price?: string;
  /** Added to the price ("+0.02", "-0.5") or a share of it ("+10%", "-15%"); not together with `price`. */
  readonly priceAdjustment?: string;
  /** Extended resources that the nodes have besides their own. */
  readonly capacity?: ResourceList;
  /** 1 to 10000; of overlays that speak of the same thing the heaviest is heeded. Unset counts as 0. */
  readonly weight?: number;
}

export const weightOf = ({ spec }: NodeOverlay): number => spec.weight ?? 0;

/**
 * The order in which overlays are heeded: the heaviest first, then from the end of the alphabet
 * (https://karpenter.sh/docs/concepts/nodeoverlays/).
 */
export const byWeight = (a: NodeOverlay, b: NodeOverlay): number =>
  weightOf(b) - weightOf(a) || (a.metadata.name > b.metadata.name ? -1 : Number(a.metadata.name < b.metadata.name));
