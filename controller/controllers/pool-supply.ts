import type { Event } from "../ports/events";
import type { Problem } from "../scheduling/problem";
import { shortageOfTypes } from "../scheduling/type-supply";
import type { Context } from "./context";

const TELL_EVERY_MS = 60_000;

/** Says of each pool for which no instance type is left that it cannot launch anything, so that nobody waits for it. */
export function tellShortages({ events }: Pick<Context, "events">, { pools, settings }: Problem): void {
  for (const choice of pools) {
    const shortage = shortageOfTypes(choice, settings);
    if (shortage === undefined) continue;
    events.publish(noCompatibleTypes(choice.pool.metadata, shortage));
  }
}

const noCompatibleTypes = (metadata: Event["about"]["metadata"], shortage: string): Event => ({
  about: { kind: "NodePool", metadata },
  type: "Warning",
  reason: "NoCompatibleInstanceTypes",
  message: `NodePool cannot launch nodes: ${shortage}`,
  dedupeMs: TELL_EVERY_MS,
});
