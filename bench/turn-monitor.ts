import { monitorEventLoopDelay } from "node:perf_hooks";

export interface Turns {
  /** The longest that the thread was away from its event loop. */
  readonly longestMs: number;
  readonly p99Ms: number;
  /** The most of the processor that it took in one such time: what remains of the delay where nothing else wants the processor. */
  readonly mostCpuMs: number;
}

/** How often both monitors look; what comes on top is delay. */
const RESOLUTION_MS = 1;

/** Watches how long the thread that calls it stays away from its event loop, while it is told to. */
export class TurnMonitor {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #mostCpuMs = 0;

  async during<T>(work: () => Promise<T>): Promise<T> {
    let before = cpuMs();
    const look = setInterval(() => {
      const now = cpuMs();
      this.#mostCpuMs = Math.max(this.#mostCpuMs, now - before);
      before = now;
    }, RESOLUTION_MS);
    this.#delay.enable();
    try {
      return await work();
    } finally {
      this.#delay.disable();
      clearInterval(look);
    }
  }

  seen(): Turns {
    const ms = (nanos: number): number => nanos / 1e6 - RESOLUTION_MS;
    return { longestMs: ms(this.#delay.max), p99Ms: ms(this.#delay.percentile(99)), mostCpuMs: this.#mostCpuMs };
  }
}

/** Of this thread alone. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}
