import { existsSync, readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

type Histogram = ReturnType<typeof monitorEventLoopDelay>;

export interface Turns {
  /** The longest that the thread was away from its event loop. */
  readonly longestMs: number;
  /** What only one in a hundred looks exceeds. */
  readonly p99Ms: number;
  /**
   * The same without the time that it waited for a processor: what it would have been on a machine that does nothing
   * else.
   */
  readonly longestOwnMs: number;
}

/** How often both monitors look; what comes on top is delay. */
const RESOLUTION_MS = 1;

/** Watches how long the thread that calls it stays away from its event loop, while it is told to. */
export class TurnMonitor {
  /** One for each time: a histogram that is stopped and started again counts what was in between as one long delay. */
  readonly #delays: Histogram[] = [];
  #longestOwnMs = 0;

  async during<T>(work: () => Promise<T>): Promise<T> {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delays.push(delay);
    let before = ownMs();
    const look = setInterval(() => {
      const now = ownMs();
      this.#longestOwnMs = Math.max(this.#longestOwnMs, now - before - RESOLUTION_MS);
      before = now;
    }, RESOLUTION_MS);
    delay.enable();
    try {
      return await work();
    } finally {
      delay.disable();
      clearInterval(look);
    }
  }

  seen(): Turns {
    const worst = (of: (delay: Histogram) => number): number => Math.max(...this.#delays.map(of)) / 1e6 - RESOLUTION_MS;
    return {
      longestMs: worst(({ max }) => max),
      p99Ms: worst((delay) => delay.percentile(99)),
      longestOwnMs: this.#longestOwnMs,
    };
  }
}

/**
 * https://docs.kernel.org/scheduler/sched-stats.html: nanoseconds on a processor, nanoseconds of waiting for one, how
 * often.
 */
const statistics = "/proc/thread-self/schedstat";
const knowsWaiting = existsSync(statistics);

/**
 * Time as it passes for this thread: it stands still while the thread waits for a processor, where the kernel says so.
 */
function ownMs(): number {
  const [, waitedNanos = "0"] = knowsWaiting ? readFileSync(statistics, "utf8").split(" ") : [];
  return performance.now() - Number(waitedNanos) / 1e6;
}
