import type { Kind } from "../api/kinds";
import type { Clock } from "../ports/clock";
import { ConflictError, NotFoundError, TerminalError } from "../ports/errors";
import type { Kube } from "../ports/kube";
import type { Log } from "../ports/log";
import type { Metrics } from "../ports/metrics";
import type { Random } from "../ports/random";
import { Backoff, conflictBackoff, failureBackoff } from "./backoff";
import type { Outcome, Reconciler, Watch } from "./reconciler";
import { WorkQueue } from "./work-queue";

export interface LoopPorts {
  readonly kube: Pick<Kube, "cached">;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** A reconciler of whichever kind, as the manager holds them. */
export type AnyReconciler = { [K in Kind]: Reconciler<K> }[Kind];

const DEFAULT_CONCURRENCY = 10;

/**
 * Calls a reconciler for every object of its kind, now and whenever something about it changed, until `signal` is
 * aborted; resolves once its last call is over.
 */
export async function runReconciler<K extends Kind>(
  reconciler: Reconciler<K>,
  ports: LoopPorts,
  signal: AbortSignal,
): Promise<void> {
  const { name, kind, concurrency = DEFAULT_CONCURRENCY } = reconciler;
  const { kube, clock, metrics } = ports;
  const labels = { controller: name };
  const retry = new Retry(ports);
  const cache = kube.cached(kind);
  metrics.set("controller_runtime_max_concurrent_reconciles", concurrency, labels);
  const queue: WorkQueue = new WorkQueue({
    clock,
    concurrency,
    changed() {
      metrics.set("workqueue_depth", queue.depth, { ...labels, name });
      metrics.set("controller_runtime_active_workers", queue.active, labels);
    },
    async work(key) {
      const object = cache.get(key);
      const log = ports.log.with({ controller: name, [kind]: key });
      const outcome = await observed(() => object && reconciler.reconcile(object, signal), {
        name,
        ports,
        log,
        signal,
        patient: retry.isPatient(key),
      });
      const wait = retry.after(key, outcome);
      if (outcome.result === "error") metrics.count("workqueue_retries_total", { ...labels, name });
      if (wait !== undefined) queue.add(key, wait);
    },
  });
  const add = (key: string): void => {
    metrics.count("workqueue_adds_total", { ...labels, name });
    queue.add(key);
  };
  const ends = [
    cache.subscribe((key, object) => {
      if (object) add(key);
      else retry.forget(key);
    }),
    ...(reconciler.watches ?? []).map((watch) => follow(watch, kube, add)),
  ];
  await aborted(signal);
  for (const end of ends) end();
  await queue.stop();
}

/** Adds the keys that a watched object concerns, or concerned before it changed. */
function follow(watch: Watch, kube: Pick<Kube, "cached">, add: (key: string) => void): () => void {
  // Each watch takes the objects of its own kind, which are what the cache of that kind hands out.
  const ofAny: { readonly kind: Kind; keys(object: unknown): readonly string[] } = watch;
  return kube.cached(ofAny.kind).subscribe((_key, object, before) => {
    const keys = new Set([object, before].flatMap((it) => (it === undefined ? [] : ofAny.keys(it))));
    for (const key of keys) add(key);
  });
}

/** How a call went, in controller-runtime's words for its metric. */
export interface Ended {
  readonly result: "success" | "requeue_after" | "requeue" | "error" | "terminal";
  /** Milliseconds; with "requeue_after". */
  readonly after?: number;
}

export interface Circumstances {
  readonly name: string;
  readonly ports: LoopPorts;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Whether "not found" is taken for a race with a deletion that the mirrors are about to show. */
  readonly patient: boolean;
}

/** Calls, measures, and logs what failed. Never rejects: one reconciler's fault is nobody else's. */
export async function observed(call: () => Promise<Outcome> | undefined, circumstances: Circumstances): Promise<Ended> {
  const { name, ports } = circumstances;
  const { clock, metrics } = ports;
  const labels = { controller: name };
  const startedAt = clock.now();
  const ended = await outcomeOf(call, circumstances);
  metrics.observe("controller_runtime_reconcile_time_seconds", (clock.now() - startedAt) / 1_000, labels);
  const failed = ended.result === "error" || ended.result === "terminal";
  metrics.count("controller_runtime_reconcile_total", { ...labels, result: failed ? "error" : ended.result });
  if (failed) metrics.count("controller_runtime_reconcile_errors_total", labels);
  if (ended.result === "terminal") metrics.count("controller_runtime_terminal_reconcile_errors_total", labels);
  return ended;
}

async function outcomeOf(
  call: () => Promise<Outcome> | undefined,
  { log, signal, patient }: Circumstances,
): Promise<Ended> {
  try {
    const { after } = (await call()) ?? {};
    return after === undefined ? { result: "success" } : { result: "requeue_after", after };
  } catch (error) {
    if (error instanceof ConflictError || (patient && error instanceof NotFoundError)) return { result: "requeue" };
    // What fails because it is being stopped has not failed.
    if (signal.aborted) return { result: "success" };
    log.error("reconciler error", { error });
    return { result: error instanceof TerminalError ? "terminal" : "error" };
  }
}

/** Some four seconds of back-off: no mirror is that late. */
const MOST_LOST_RACES = 10;

/** When a key comes again, by how it went. */
export class Retry {
  readonly #failures: Backoff;
  readonly #conflicts: Backoff;

  constructor({ random }: Pick<LoopPorts, "random">) {
    this.#failures = new Backoff(random, failureBackoff);
    this.#conflicts = new Backoff(random, conflictBackoff);
  }

  /** Milliseconds, or undefined: not by itself. */
  after(key: string, ended: Ended): number | undefined {
    if (ended.result === "error") return this.#failures.next(key);
    if (ended.result === "requeue") return this.#conflicts.next(key);
    this.forget(key);
    return ended.result === "terminal" ? undefined : ended.after;
  }

  /** Whether losing one more race would still be ordinary. */
  isPatient(key: string): boolean {
    return this.#conflicts.failuresOf(key) < MOST_LOST_RACES;
  }

  forget(key: string): void {
    this.#failures.forget(key);
    this.#conflicts.forget(key);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
