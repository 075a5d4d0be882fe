import { setTimeout as sleep } from "node:timers/promises";

/** Resolves once the condition holds; throws, naming what was waited for, when it does not in time. For tests with real programs. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(25);
  }
}
