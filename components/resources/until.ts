import { setTimeout as sleep } from "node:timers/promises";

export interface Patience {
  readonly withinMs: number;
  /** @default 2000 */
  readonly everyMs?: number;
}

/** Asks again and again until there is an answer; `undefined` when there was none in time. */
export async function until<T>(ask: () => Promise<T | undefined>, patience: Patience): Promise<T | undefined> {
  const { withinMs, everyMs = 2_000 } = patience;
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() >= deadline) return answer;
    await sleep(everyMs);
  }
}
