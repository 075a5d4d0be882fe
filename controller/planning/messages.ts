import type { MessagePort } from "node:worker_threads";
import type { Lesson } from "./ledger";

/** What the thread is born with. */
export interface ThreadData {
  /** Where plans are put, in pieces: read by the other side when it has time, not when they come. */
  readonly answers: MessagePort;
  /** Becomes 1 when time is up: what is placed by then is the plan. */
  readonly timeIsUp: Int32Array;
  /** Becomes 1 with the first problem: nothing that the thread does of its own accord may keep it waiting. */
  readonly wanted: Int32Array;
}

/** What the thread is told. */
export type Message =
  | { readonly kind: "learn"; readonly lessons: readonly Lesson[] }
  | { readonly kind: "forget"; readonly numbers: readonly number[] }
  /** A problem, with references. */
  | { readonly kind: "solve"; readonly problem: unknown };

/** What the thread says: that it listens; that its rehearsal is over; that all pieces of a plan are there. */
export type Word = "ready" | "rehearsed" | "solved";
