/** Somebody asked this process to end. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

/** npm and tsx pass a Ctrl-C on that the terminal has delivered already. */
const SAME_WITHIN_MS = 1_000;

/** Aborted by the first Ctrl-C or SIGTERM. The next one ends the process at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > SAME_WITHIN_MS) process.exit(130);
    controller.abort(new InterruptedError(`interrupted by ${signal}`));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, hear);
  return controller.signal;
}

/** Settles as the work does, or rejects with the signal's reason, whichever comes first. The work itself goes on. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return Promise.race([work, untilAborted(signal).then(() => Promise.reject(signal.reason as Error))]);
}

/** Resolves once the signal is aborted. */
export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
