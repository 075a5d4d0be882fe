import { after, type Singleton } from "./reconciler";

/**
 * Something to be done again and again, for the first time after one period. What fails is tried again with back-off.
 */
export function periodic({
  name,
  everyMs,
  run,
}: {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<void>;
}): Singleton {
  let due = false;
  return {
    name,
    async run() {
      if (due) await run();
      due = true;
      return after(everyMs);
    },
  };
}

/** Something to be done once, with back-off until it succeeds. */
export const onceOnly = (name: string, run: () => Promise<void>): Singleton => ({
  name,
  async run() {
    await run();
    return after(Infinity);
  },
});
