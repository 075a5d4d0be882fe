import { setTimeout as timer } from "node:timers/promises";
import type { Clock } from "../ports/clock";

/** The longest that one timer of Node can wait; beyond it, it would fire at once. A month-long expiry is longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** The one place that asks the real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    const options = signal === undefined ? {} : { signal };
    try {
      for (let left = Math.max(0, ms); left >= 0; left -= LONGEST_MS)
        await timer(Math.min(left, LONGEST_MS), undefined, options);
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
