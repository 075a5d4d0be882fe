import type { Labels } from "../api/kube-object";
import { annotations } from "../api/labels";
import type { InstanceType } from "./instance-type";

/** What a claim says when any of the types it lists is not as the cloud has it. */
export const overlayAnnotations = (instanceTypes: readonly InstanceType[]): Labels => ({
  ...(instanceTypes.some(({ overlaid }) => overlaid?.price) && { [annotations.priceOverlayApplied]: "true" }),
  ...(instanceTypes.some(({ overlaid }) => overlaid?.capacity) && { [annotations.capacityOverlayApplied]: "true" }),
});
