import { setTimeout as sleep } from "node:timers/promises";
import type { Probe } from "./pod";
import { succeeds, type Target } from "./probe";

/**
 * Probes until aborted, as often as the probe says, and tells every change: true after `successThreshold` successes in
 * a row, false after `failureThreshold` failures. Before the first of either, nothing is told.
 */
export async function watchProbe(
  probe: Probe,
  target: Target,
  { signal, changed }: { readonly signal: AbortSignal; readonly changed: (well: boolean) => void },
): Promise<void> {
  let told: boolean | undefined;
  let run = { well: true, length: 0 };
  let waitMs = (probe.initialDelaySeconds ?? 0) * 1000;
  while (await waited(waitMs, signal)) {
    const well = await succeeds(probe, target).catch(() => false);
    run = { well, length: run.well === well ? run.length + 1 : 1 };
    if (run.length >= threshold(probe, well) && well !== told && !signal.aborted) {
      told = well;
      changed(well);
    }
    waitMs = (probe.periodSeconds ?? 10) * 1000;
  }
}

const threshold = ({ successThreshold = 1, failureThreshold = 3 }: Probe, well: boolean): number =>
  well ? successThreshold : failureThreshold;

/** False when aborted before or meanwhile. */
const waited = (ms: number, signal: AbortSignal): Promise<boolean> =>
  sleep(ms, true, { signal, ref: false }).catch(() => false);
