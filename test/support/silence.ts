import type { Log } from "#controller/ports/log";
import type { Metrics } from "#controller/ports/metrics";

/** For tests that are not about them. */
export const silentMetrics: Metrics = { count: ignore, set: ignore, observe: ignore, forget: ignore };

export const silentLog: Log = { debug: ignore, info: ignore, error: ignore, with: () => silentLog };

function ignore(): void {
  // Nobody listens.
}
