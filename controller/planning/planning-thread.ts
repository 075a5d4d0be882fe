import { MessageChannel, receiveMessageOnPort, type Worker, type WorkerOptions } from "node:worker_threads";
import type { Clock } from "../ports/clock";
import { PlanningError } from "../ports/errors";
import type { Log } from "../ports/log";
import { inTurns, nextTurn } from "../runtime/turns";
import type { Plan } from "../scheduling/plan";
import type { Problem } from "../scheduling/problem";
import { Ledger, type Lesson } from "./ledger";
import type { Message, ThreadData, Word } from "./messages";
import { PlanInPieces } from "./plan-pieces";
import { plannerHeap, type PlannerHeap } from "./planner-heap";
import { withObjects, withReferences } from "./references";

export interface ThreadPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Starts a thread that calls `solveProblems`. */
  readonly start: (options: WorkerOptions) => Worker;
  /** What the controller may use in all; undefined: unknown, and the thread has what Node gives it. */
  readonly memoryLimitBytes: number | undefined;
}

/** How long a solve may take before what is placed is taken. */
const SOLVE_MS = 60_000;
/** And how long it may then take to come back with that. */
const RETURN_MS = 5_000;
const LESSONS_AT_ONCE = 64;

/**
 * One life of a thread that solves problems: what it was told, and how to ask it. It ends with the first thing that
 * goes wrong.
 */
export class PlanningThread {
  readonly #ports: ThreadPorts;
  readonly #worker: Worker;
  readonly #answers: ThreadData["answers"];
  readonly #timeIsUp = sharedFlag();
  readonly #wanted = sharedFlag();
  readonly #ledger = new Ledger();
  readonly #death = new AbortController();
  readonly #heap: PlannerHeap;
  #isAsked = false;
  #solved: (() => void) | undefined;

  constructor(ports: ThreadPorts) {
    const { memoryLimitBytes } = ports;
    const { port1, port2 } = new MessageChannel();
    const workerData: ThreadData = { answers: port2, timeIsUp: this.#timeIsUp, wanted: this.#wanted };
    this.#ports = ports;
    this.#answers = port1;
    this.#heap = plannerHeap(memoryLimitBytes);
    this.#worker = ports.start({
      ...{ name: "planner", workerData, transferList: [port2] },
      resourceLimits: this.#heap,
    });
    this.#worker
      .on("message", (word: Word) => {
        if (word === "solved") this.#solved?.();
        else ports.log.debug("the planner's thread has come so far", { word });
      })
      .on("error", (error: Error) => {
        this.#died(error);
      })
      .on("exit", (code) => {
        this.#died(new Error(`it exited with code ${code}`));
      });
  }

  /** Aborted once it is dead, with what it died of. */
  get death(): AbortSignal {
    return this.#death.signal;
  }

  /** One problem at a time. @throws PlanningError; the signal's reason */
  async solve(problem: Problem, signal: AbortSignal): Promise<Plan> {
    const late = new AbortController();
    const over = new AbortController();
    const ended = AbortSignal.any([signal, late.signal, this.death]);
    void this.#watchTime(late, over.signal);
    this.#isAsked = true;
    Atomics.store(this.#wanted, 0, 1);
    try {
      await nextTurn();
      await this.#teach(problem, ended);
      await nextTurn();
      await this.#ask(problem, ended);
      return await this.#readAnswer(ended);
    } finally {
      over.abort();
      this.#isAsked = false;
    }
  }

  /** Stops it, whatever it does. */
  async end(): Promise<void> {
    this.#death.abort(new PlanningError("the planner was stopped"));
    await this.#worker.terminate();
    this.#answers.close();
  }

  async #teach(problem: Problem, signal: AbortSignal): Promise<void> {
    const batches = inBatches(this.#ledger.lessons(problem), LESSONS_AT_ONCE);
    await inTurns(
      batches,
      (lessons) => {
        this.#tell({ kind: "learn", lessons });
      },
      signal,
    );
    await nextTurn();
    const numbers = this.#ledger.forget();
    if (numbers.length > 0) this.#tell({ kind: "forget", numbers });
  }

  async #ask(problem: Problem, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#tell({ kind: "solve", problem: withReferences(problem, this.#ledger.numberOf) });
    const solved = new Promise<void>((resolve, reject) => {
      this.#solved = resolve;
      signal.addEventListener(
        "abort",
        () => {
          reject(signal.reason as Error); // whatever it was aborted with is passed on
        },
        { once: true },
      );
    });
    await solved;
  }

  async #readAnswer(signal: AbortSignal): Promise<Plan> {
    const plan = new PlanInPieces();
    await inTurns(
      received(this.#answers),
      (piece) => {
        plan.add(withObjects(piece, this.#ledger.objectOf) as Plan); // the thread took a plan apart
      },
      signal,
    );
    return plan.whole();
  }

  #tell(message: Message): void {
    this.#worker.postMessage(message);
  }

  /** Calls for what there is when time is up; aborts `late` when even that does not come. */
  async #watchTime(late: AbortController, over: AbortSignal): Promise<void> {
    const { clock, log } = this.#ports;
    Atomics.store(this.#timeIsUp, 0, 0);
    try {
      await clock.sleep(SOLVE_MS, over);
      log.error("planning takes too long, taking what is placed so far", { afterMs: SOLVE_MS });
      Atomics.store(this.#timeIsUp, 0, 1);
      await clock.sleep(RETURN_MS, over);
      late.abort(new PlanningError(`planning was given up after ${(SOLVE_MS + RETURN_MS) / 1_000} s`));
    } catch {
      // It was over in time.
    }
  }

  #died(cause: Error): void {
    if (this.death.aborted) return;
    const ranOut = "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY";
    const why = ranOut
      ? `planning needs more than the ${this.#heap.maxOldGenerationSizeMb ?? "?"} MiB that are set aside for it: raise the controller's memory limit`
      : `the planner's thread ended: ${cause.message}`;
    const error = new PlanningError(why, { cause });
    // Who asked is told; nobody else would hear of it.
    if (!this.#isAsked) this.#ports.log.error("the planner is gone, the next problem gets another", { error });
    this.#death.abort(error);
  }
}

/** 0, until one side or the other makes it 1. */
const sharedFlag = (): Int32Array => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

function* inBatches(lessons: Iterable<Lesson>, size: number): Generator<readonly Lesson[]> {
  let batch: Lesson[] = [];
  for (const lesson of lessons) {
    if (batch.push(lesson) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function* received(port: ThreadData["answers"]): Generator {
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    yield (next as { readonly message: unknown }).message; // Node's types leave it open
  }
}
