import type { CapacityBufferSpec } from "../api/capacity-buffer";
import type { ResourceList } from "../api/kube-object";
import type { PodSpec } from "../api/pod";
import { type Amounts, amountsOf, effectiveRequests } from "../scheduling/resources";

/** What one plan can hold; a typing error in a limit must not bring planning down. */
export const MOST_UNITS = 10_000;

/**
 * How many units a buffer keeps: the larger of its number and its share of the workload's pods (`pods`, where it refers
 * to a workload), as far as its limits let it; as many as the limits let it when it names neither
 * (https://karpenter.sh/docs/concepts/capacitybuffers/).
 */
export function unitsOf({ replicas, percentage, limits }: CapacityBufferSpec, unit: PodSpec, pods?: number): number {
  const wanted = [
    ...(replicas === undefined ? [] : [replicas]),
    ...(percentage === undefined || pods === undefined ? [] : [shareOf(pods, percentage)]),
  ];
  const most = limits === undefined ? undefined : unitsWithin(limits, effectiveRequests(unit));
  if (wanted.length === 0) return Math.min(most ?? 0, MOST_UNITS);
  return Math.min(Math.max(...wanted), most ?? Infinity, MOST_UNITS);
}

/** Rounded up: any share of a workload that runs is one unit at least. */
export const shareOf = (pods: number, percentage: number): number => Math.ceil((pods * percentage) / 100);

/** How often a unit fits into the limits; undefined when it asks for nothing that they name. */
export function unitsWithin(limits: ResourceList, unit: Amounts): number | undefined {
  const counts = Object.entries(amountsOf(limits)).flatMap(([resource, limit]) => {
    const { [resource]: asked = 0 } = unit;
    return asked > 0 ? [Math.max(0, Math.floor(limit / asked))] : [];
  });
  return counts.length === 0 ? undefined : Math.min(...counts);
}
