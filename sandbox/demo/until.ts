import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 400;

export interface Waiting {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly withinMs: number;
  /** Called between looks, to tell how it goes. */
  readonly meanwhile: () => Promise<void>;
}

/** Looks again and again until it is so. @throws Error when that takes too long, with what was being waited for. */
export async function until(isSo: () => Promise<boolean>, { what, withinMs, meanwhile }: Waiting): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`gave up after ${withinMs / 1000} s waiting until ${what}`);
    await meanwhile();
    await sleep(POLL_MS);
  }
  await meanwhile();
}
