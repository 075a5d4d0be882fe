import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 50;

/** Runs the assertion until it holds; with the time up, throws what it threw last. */
export async function eventually(assertion: () => Promise<unknown>, withinMs = 10_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      await assertion();
      return;
    } catch (problem) {
      if (Date.now() > deadline) throw problem;
    }
    await sleep(POLL_MS);
  }
}
