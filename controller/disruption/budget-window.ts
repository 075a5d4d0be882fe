import { Cron } from "croner";
import { parseDuration } from "../api/duration";
import type { Budget } from "../api/node-pool";

/**
 * Whether a budget counts at this moment: always without a schedule; otherwise when the schedule, in UTC, had a hit
 * within the duration that ends now (https://karpenter.sh/docs/concepts/disruption/#nodepool-disruption-budgets).
 * @throws Error when the schedule or the duration cannot be read.
 */
export function isWindowOpen({ schedule, duration }: Budget, now: number): boolean {
  if (schedule === undefined || duration === undefined) return true;
  const next = new Cron(schedule, { timezone: "UTC" }).nextRun(new Date(now - parseDuration(duration)));
  return next !== null && next.getTime() <= now;
}
