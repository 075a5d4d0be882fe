import { setTimeout as sleep } from "node:timers/promises";

/** Work that goes on until it is stopped. */
export interface Repeating {
  /** Lets the round that is under way end; no other begins. */
  stop(): Promise<void>;
}

/** Does the work again and again, waiting between rounds. A round that fails is told, and the next one tries again. */
export function repeat(everyMs: number, work: () => Promise<void>, failed: (error: unknown) => void): Repeating {
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await work().catch(failed);
      // Cut short by `stop`; the condition above sees it.
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const done = loop();
  return {
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}
