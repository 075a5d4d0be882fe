import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../provider";
import { UnreachableError } from "./errors";

export interface Patience {
  readonly timeoutMs: number;
  /** The user has cancelled. */
  readonly signal: AbortSignal;
  /** Hears what is being waited for, whenever that changes. */
  readonly onStatus: (message: string) => void;
}

/** `done`, or what is still missing. */
export type Look<T> = { readonly done: T } | { readonly missing: string };

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** The time was not enough, or the user did not want to wait longer. */
export class StillWaitingError extends Error {
  override readonly name = "StillWaitingError";
}

/** Looks again and again until it is done. What a look throws ends it. */
export async function waitUntil<T>(what: string, patience: Patience, look: () => Promise<Look<T>>): Promise<T> {
  const { timeoutMs, signal, onStatus } = patience;
  const deadline = performance.now() + timeoutMs;
  let said: string | undefined;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const seen = await look();
    if ("done" in seen) return seen.done;
    if (seen.missing !== said) onStatus(`${what}: ${seen.missing}`);
    said = seen.missing;
    const left = deadline - performance.now();
    if (signal.aborted) throw new StillWaitingError(`cancelled while waiting for ${what}: ${seen.missing}`);
    if (left <= 0) throw new StillWaitingError(`${what}: not within ${timeoutMs / 1_000} s: ${seen.missing}`);
    await sleep(Math.min(pauseMs, left), undefined, { signal }).catch(() => undefined);
  }
}

/** For what has begun already: an API server that is away for a moment is waited for as well. */
export const throughOutages =
  <T>(look: () => Promise<Look<T>>): (() => Promise<Look<T>>) =>
  () =>
    look().catch((error: unknown) => {
      if (error instanceof UnreachableError) return { missing: messageOf(error) };
      throw error;
    });
